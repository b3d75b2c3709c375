import { randomUUID } from 'node:crypto'
import { and, asc, eq, isNull, sql } from 'drizzle-orm'
import type { z } from 'zod'
import type {
  CreatedShareLink,
  createShareLinkBodySchema,
  PageWithRole,
  ShareLink,
} from '../../shared/api/pages.ts'
import type { LinkRole } from '../../shared/roles.ts'
import { createAccess } from '../access/access.ts'
import { findRestricted } from '../access/page-facts.ts'
import type { Identity } from '../auth/identity.ts'
import { hashPassword, verifyPassword } from '../auth/passwords.ts'
import { deriveSecretToken, hashSecretToken } from '../auth/secret-tokens.ts'
import type { Db, Tx } from '../database/connect.ts'
import { openedLinks, pages, sessions, shareLinks } from '../database/schema.ts'
import type { Transact } from '../database/transaction.ts'
import { peopleChanged, readRoles, tellChangedRoles } from './access-facts.ts'
import { createAttempts } from './attempts.ts'
import { recordAudit } from './audit.ts'
import { requirePageRole } from './authorize.ts'
import { lockDrive } from './drives.ts'
import type { WorkspaceEvent } from './events.ts'
import { idTaken, notFound, Refusal } from './failures.ts'
import { toPage } from './page-rows.ts'

/** How many passwords may be tried on one link in a minute, whoever tries. */
const PASSWORD_TRIES_PER_MINUTE = 20

/** What somebody who comes with a link shows. */
export interface LinkKey {
  readonly shareToken: string
  readonly password?: string | undefined
}

/** Share links: who makes them, lists them, opens them and takes them back. */
export interface ShareLinkOperations {
  list(identity: Identity, pageId: string): Promise<ShareLink[]>
  /**
   * The answer holds the token, which is not stored. Idempotent by id: the creator sending the same id again
   * gets the link that is there, and its token.
   */
  create(
    identity: Identity,
    pageId: string,
    body: z.infer<typeof createShareLinkBodySchema>,
  ): Promise<CreatedShareLink>
  /** Ends the link and puts out everybody who came through it. */
  revoke(identity: Identity, pageId: string, linkId: string): Promise<void>
  /** Gives somebody who is signed in what the link gives, as themselves, as long as the link holds. */
  open(identity: Identity, key: LinkKey): Promise<PageWithRole>
}

/** The link that a token and a password open, outside of any transaction: checking a password takes its time. */
export type UnlockShareLink = (key: LinkKey) => Promise<ShareLinkRow>

export type ShareLinkRow = typeof shareLinks.$inferSelect

/**
 * Builds what checks a link's token and password.
 * The operation throws Refusal `not-found`, `link-password-required`, `link-password-wrong`, `rate-limited`.
 */
export function createUnlockShareLink(db: Db, now: () => number = Date.now): UnlockShareLink {
  const attempts = createAttempts({ max: PASSWORD_TRIES_PER_MINUTE, windowMs: 60_000, now })
  return async ({ shareToken, password }) => {
    const [link] = await db
      .select()
      .from(shareLinks)
      .where(
        and(
          eq(shareLinks.tokenHash, hashSecretToken(shareToken)),
          isNull(shareLinks.revokedAt),
          sql`(${shareLinks.expiresAt} IS NULL OR ${shareLinks.expiresAt} > now())`,
        ),
      )
    if (link === undefined) throw notFound('share link')
    if (link.passwordHash === null) return link
    if (password === undefined)
      throw new Refusal('link-password-required', 'Ask whoever sent you the link for its password.')
    const waitMs = attempts.take(link.id)
    if (waitMs !== null) {
      throw new Refusal(
        'rate-limited',
        `Too many passwords were tried on this link. Wait ${Math.ceil(waitMs / 1000)} seconds.`,
        waitMs,
      )
    }
    if (!(await verifyPassword(link.passwordHash, password)))
      throw new Refusal('link-password-wrong', 'Check the password, or ask whoever sent you the link.')
    return link
  }
}

export function createShareLinkOperations(deps: {
  db: Db
  transact: Transact<WorkspaceEvent>
  unlock: UnlockShareLink
  /** What tokens are derived with. */
  secret: string
}): ShareLinkOperations {
  const { db, transact, secret } = deps
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

    async create(identity, pageId, { id = randomUUID(), role, expiresAt, password }) {
      await requirePageRole(db, identity, pageId, 'admin')
      const passwordHash = password === undefined ? null : await hashPassword(password)
      return transact(async (tx) => {
        const { driveId } = await requirePageRole(tx, identity, pageId, 'admin')
        if ((await findRestricted(tx, [pageId])).has(pageId)) {
          throw new Refusal(
            'page-restricted',
            'Share links lead to nothing on a restricted page. Name the people instead, or open the page up.',
          )
        }
        const token = deriveSecretToken(secret, ['share-link', pageId, identity.userId, id])
        const tokenHash = hashSecretToken(token)
        const [row] = await tx
          .insert(shareLinks)
          .values({
            ...{ id, pageId, role, passwordHash, tokenHash, createdBy: identity.userId },
            expiresAt: expiresAt === undefined ? null : new Date(expiresAt),
          })
          .onConflictDoNothing({ target: shareLinks.id })
          .returning()
        if (row === undefined) {
          const existing = await findOwnLink(tx, id, { pageId, userId: identity.userId, tokenHash })
          return { result: { ...toShareLink(existing), token }, events: [] }
        }
        const link = toShareLink(row)
        const { id: linkId, hasPassword } = link
        await recordAudit(tx, {
          ...{ actorId: identity.userId, action: 'share-link-created', driveId },
          target: { pageId, linkId, role, hasPassword, expiresAt: link.expiresAt },
        })
        return { result: { ...link, token }, events: [] }
      })
    },

    revoke: (identity, pageId, linkId) =>
      transact(async (tx) => {
        const { driveId } = await requirePageRole(tx, identity, pageId, 'admin')
        const revision = await lockDrive(tx, driveId)
        const visitors = await listVisitors(tx, linkId)
        const before = await readRoles(
          tx,
          visitors.map((userId) => ({ pageId, userId })),
        )
        const revoked = await tx
          .update(shareLinks)
          .set({ revokedAt: sql`now()` })
          .where(and(eq(shareLinks.id, linkId), eq(shareLinks.pageId, pageId), isNull(shareLinks.revokedAt)))
          .returning({ id: shareLinks.id })
        if (revoked.length === 0) throw notFound('share link')
        const reason = 'share-link-revoked'
        await recordAudit(tx, {
          ...{ actorId: identity.userId, action: reason, driveId },
          target: { pageId, linkId },
        })
        const facts = await tellChangedRoles(tx, before, { driveId, revision, reason })
        return { result: undefined, events: [...facts, peopleChanged(visitors)] }
      }),

    async open(identity, key) {
      const { id: linkId, pageId } = await deps.unlock(key)
      return transact(async (tx) => {
        const [page] = await tx.select().from(pages).where(eq(pages.id, pageId))
        if (page === undefined) throw notFound('share link')
        const { driveId } = page
        // In this order, as revoking has it: nobody comes in through a link that is being taken back.
        const revision = await lockDrive(tx, driveId)
        const [link] = await tx.select().from(shareLinks).where(eq(shareLinks.id, linkId)).for('share')
        if (link === undefined || link.revokedAt !== null) throw notFound('share link')
        const before = await readRoles(tx, [{ pageId, userId: identity.userId }])
        await tx.insert(openedLinks).values({ linkId, userId: identity.userId }).onConflictDoNothing()
        const decision = await createAccess(tx).toPage(identity, pageId)
        if (decision.kind !== 'granted') throw notFound('share link')
        await recordAudit(tx, {
          ...{ actorId: identity.userId, action: 'share-link-opened', driveId },
          target: { pageId, linkId },
        })
        const facts = await tellChangedRoles(tx, before, { driveId, revision, reason: 'share-link-opened' })
        return {
          result: { ...toPage(page), role: decision.role },
          events: [...facts, peopleChanged([identity.userId])],
        }
      })
    },
  }
}

/**
 * The link that was made under this id already.
 * @throws Refusal `id-taken` when it is somebody else's, another page's, or revoked
 */
async function findOwnLink(
  tx: Tx,
  id: string,
  by: { pageId: string; userId: string; tokenHash: Buffer },
): Promise<ShareLinkRow> {
  const [link] = await tx.select().from(shareLinks).where(eq(shareLinks.id, id))
  const isOwn =
    link?.pageId === by.pageId &&
    link.createdBy === by.userId &&
    link.revokedAt === null &&
    // Made with another secret, it has another token.
    link.tokenHash.equals(by.tokenHash)
  if (!isOwn) throw idTaken()
  return link
}

/** Everybody who came through a link and whose way in is still open. */
async function listVisitors(tx: Tx, linkId: string): Promise<string[]> {
  const guests = await tx
    .select({ userId: sessions.userId })
    .from(sessions)
    .where(and(eq(sessions.shareLinkId, linkId), isNull(sessions.endedAt)))
  const openers = await tx
    .select({ userId: openedLinks.userId })
    .from(openedLinks)
    .where(eq(openedLinks.linkId, linkId))
  return [...new Set([...guests, ...openers].map(({ userId }) => userId))]
}

function toShareLink(row: ShareLinkRow): ShareLink {
  return {
    id: row.id,
    pageId: row.pageId,
    role: row.role as LinkRole,
    expiresAt: row.expiresAt?.toISOString() ?? null,
    hasPassword: row.passwordHash !== null,
    createdAt: row.createdAt.toISOString(),
  }
}
