import { randomUUID } from 'node:crypto'
import { and, asc, eq, isNull, sql } from 'drizzle-orm'
import type { CreatedShareLink, ShareLink } from '../../shared/api/pages.ts'
import type { LinkRole } from '../../shared/roles.ts'
import type { Identity } from '../auth/identity.ts'
import { createSecretToken, hashSecretToken } from '../auth/secret-tokens.ts'
import type { Db, Tx } from '../database/connect.ts'
import { sessions, shareLinks } from '../database/schema.ts'
import type { Transact } from '../database/transaction.ts'
import { requirePageRole } from './authorize.ts'
import type { WorkspaceEvent } from './events.ts'
import { notFound } from './failures.ts'

/** Share links: who makes them, lists them and takes them back. */
export interface ShareLinkOperations {
  list(identity: Identity, pageId: string): Promise<ShareLink[]>
  /** The answer holds the token; it is not stored and cannot be shown again. */
  create(identity: Identity, pageId: string, role: LinkRole): Promise<CreatedShareLink>
  /** Ends the link and puts out everybody who came through it. */
  revoke(identity: Identity, pageId: string, linkId: string): Promise<void>
}

type ShareLinkRow = typeof shareLinks.$inferSelect

export function createShareLinkOperations(db: Db, transact: Transact<WorkspaceEvent>): ShareLinkOperations {
  return {
    async list(identity, pageId) {
      await requirePageRole(db, identity, pageId, 'admin')
      const rows = await db
        .select()
        .from(shareLinks)
        .where(and(eq(shareLinks.pageId, pageId), isNull(shareLinks.revokedAt)))
        .orderBy(asc(shareLinks.createdAt), asc(shareLinks.id))
      return rows.map(toShareLink)
    },

    create: (identity, pageId, role) =>
      transact(async (tx) => {
        await requirePageRole(tx, identity, pageId, 'admin')
        const token = createSecretToken()
        const [row] = await tx
          .insert(shareLinks)
          .values({
            id: randomUUID(),
            pageId,
            role,
            tokenHash: hashSecretToken(token),
            createdBy: identity.userId,
          })
          .returning()
        return { result: { ...toShareLink(row as ShareLinkRow), token }, events: [] }
      }),

    revoke: (identity, pageId, linkId) =>
      transact(async (tx) => {
        await requirePageRole(tx, identity, pageId, 'admin')
        const revoked = await tx
          .update(shareLinks)
          .set({ revokedAt: sql`now()` })
          .where(and(eq(shareLinks.id, linkId), eq(shareLinks.pageId, pageId), isNull(shareLinks.revokedAt)))
          .returning({ id: shareLinks.id })
        if (revoked.length === 0) throw notFound('share link')
        const guests = await tx
          .select({ id: sessions.id })
          .from(sessions)
          .where(and(eq(sessions.shareLinkId, linkId), isNull(sessions.endedAt)))
        const scope = { by: 'session', sessionIds: guests.map((session) => session.id) } as const
        return { result: undefined, events: [{ kind: 'access-changed', scope }] }
      }),
  }
}

/** The link that a token opens, if it holds. */
export async function findShareLink(tx: Tx, token: string): Promise<ShareLinkRow | undefined> {
  const [row] = await tx
    .select()
    .from(shareLinks)
    .where(and(eq(shareLinks.tokenHash, hashSecretToken(token)), isNull(shareLinks.revokedAt)))
  return row
}

function toShareLink(row: ShareLinkRow): ShareLink {
  return {
    id: row.id,
    pageId: row.pageId,
    role: row.role as LinkRole,
    createdAt: row.createdAt.toISOString(),
  }
}
