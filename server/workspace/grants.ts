import { randomUUID } from 'node:crypto'
import { and, asc, eq, inArray, isNull, sql } from 'drizzle-orm'
import type { Grant, SharedPage } from '../../shared/api/grants.ts'
import type { PageWithRole } from '../../shared/api/pages.ts'
import { computeAuthorColor } from '../../shared/colors.ts'
import { isAtLeast, type MemberRole } from '../../shared/roles.ts'
import { createAccess } from '../access/access.ts'
import type { Identity } from '../auth/identity.ts'
import type { Db, Tx } from '../database/connect.ts'
import { pageGrants, pages, users } from '../database/schema.ts'
import type { Transact } from '../database/transaction.ts'
import {
  listConcerned,
  peopleChanged,
  readRoles,
  subtreeChanged,
  tellChangedRoles,
  toPageAudience,
} from './access-facts.ts'
import { recordAudit } from './audit.ts'
import { requirePageRole } from './authorize.ts'
import { advanceRevision } from './drives.ts'
import type { WorkspaceEvent } from './events.ts'
import { notFound } from './failures.ts'
import { notify } from './notify.ts'
import { toPage } from './page-rows.ts'

/** Who may do more on a page than the drive gives them, and whether anybody else may enter it at all. */
export interface GrantOperations {
  list(identity: Identity, pageId: string): Promise<Grant[]>
  /** Names somebody, of this drive or not, or changes what they are named with. */
  put(identity: Identity, pageId: string, userId: string, role: MemberRole): Promise<Grant>
  remove(identity: Identity, pageId: string, userId: string): Promise<void>
  /** Whoever restricts a page is never locked out by it: they are named on it if nothing else lets them in. */
  setRestricted(identity: Identity, pageId: string, restricted: boolean): Promise<PageWithRole>
  /** The topmost pages that somebody may enter in drives that they do not belong to. */
  listShared(identity: Identity): Promise<SharedPage[]>
}

export function createGrantOperations(db: Db, transact: Transact<WorkspaceEvent>): GrantOperations {
  return {
    async list(identity, pageId) {
      await requirePageRole(db, identity, pageId, 'admin')
      const rows = await db
        .select({ grant: pageGrants, user: users })
        .from(pageGrants)
        .innerJoin(users, eq(users.id, pageGrants.userId))
        .where(eq(pageGrants.pageId, pageId))
        .orderBy(asc(pageGrants.createdAt), asc(users.id))
      return rows.map(({ grant, user }) => toGrant(pageId, user, grant.role as MemberRole))
    },

    put: (identity, pageId, userId, role) =>
      transact(async (tx) => {
        const { driveId, revision } = await changePage(tx, identity, pageId)
        const [user] = await tx
          .select()
          .from(users)
          .where(and(eq(users.id, userId), eq(users.kind, 'user'), isNull(users.deletedAt)))
        if (user === undefined) throw notFound('person')
        const before = await readRoles(tx, [{ pageId, userId }])
        await setGrant(tx, pageId, userId, role)
        const target = { pageId, userId, role }
        await recordAudit(tx, { actorId: identity.userId, action: 'grant-set', driveId, target })
        const facts = await tellChangedRoles(tx, before, { driveId, revision, reason: 'grant-set' })
        const told = await notify(tx, { pageId, actorId: identity.userId }, [{ kind: 'page-shared', userId }])
        return { result: toGrant(pageId, user, role), events: [...facts, peopleChanged([userId]), ...told] }
      }),

    remove: (identity, pageId, userId) =>
      transact(async (tx) => {
        const { driveId, revision } = await changePage(tx, identity, pageId)
        const before = await readRoles(tx, [{ pageId, userId }])
        const removed = await tx
          .delete(pageGrants)
          .where(and(eq(pageGrants.pageId, pageId), eq(pageGrants.userId, userId)))
          .returning()
        if (removed.length === 0) throw notFound('person')
        const target = { pageId, userId }
        await recordAudit(tx, { actorId: identity.userId, action: 'grant-removed', driveId, target })
        const facts = await tellChangedRoles(tx, before, { driveId, revision, reason: 'grant-removed' })
        return { result: undefined, events: [...facts, peopleChanged([userId])] }
      }),

    setRestricted: (identity, pageId, restricted) =>
      transact(async (tx) => {
        const { driveId, revision, role } = await changePage(tx, identity, pageId)
        const before = await readRoles(tx, await listConcerned(tx, pageId))
        const [page] = await tx
          .update(pages)
          .set({ restricted })
          .where(and(eq(pages.id, pageId), isNull(pages.deletedAt)))
          .returning()
        if (page === undefined) throw notFound('page')
        const self = await createAccess(tx).toPage(identity, pageId)
        if (self.kind !== 'granted' || !isAtLeast(self.role, role))
          await setGrant(tx, pageId, identity.userId, role as MemberRole)
        const reason = restricted ? 'page-restricted' : 'page-opened-up'
        await recordAudit(tx, { actorId: identity.userId, action: reason, driveId, target: { pageId } })
        const toAudience = await toPageAudience(tx, driveId, [pageId])
        return {
          result: { ...toPage(page), role },
          events: [
            {
              ...{ kind: 'fact', name: 'page_updated', audience: toAudience(pageId) },
              payload: { eventId: randomUUID(), driveId, revision, page: toPage(page) },
            },
            ...(await tellChangedRoles(tx, before, { driveId, revision, reason })),
            await subtreeChanged(tx, pageId),
          ],
        }
      }),

    async listShared(identity) {
      const { rows } = await db.execute<{ page_id: string }>(sql`
        SELECT page_id FROM page_grants WHERE user_id = ${identity.userId}
        UNION
        SELECT page_id FROM share_links WHERE revoked_at IS NULL AND id IN (
          SELECT link_id FROM opened_links WHERE user_id = ${identity.userId}
          UNION
          SELECT share_link_id FROM sessions WHERE id = ${identity.sessionId})`)
      if (rows.length === 0) return []
      const found = await db
        .select()
        .from(pages)
        .where(
          and(
            inArray(
              pages.id,
              rows.map((row) => row.page_id),
            ),
            sql`NOT EXISTS (SELECT FROM drive_members m
              WHERE m.drive_id = ${pages.driveId} AND m.user_id = ${identity.userId})`,
          ),
        )
        .orderBy(asc(pages.title), asc(pages.id))
      const access = createAccess(db)
      const shared: SharedPage[] = []
      for (const page of found) {
        const decision = await access.toPage(identity, page.id)
        if (decision.kind !== 'granted') continue
        const { id: pageId, driveId, title } = page
        shared.push({ pageId, driveId, title, role: decision.role })
      }
      return shared
    },
  }
}

/** Admits somebody to change who may do what on a page, and moves its drive on. */
async function changePage(tx: Tx, identity: Identity, pageId: string) {
  const { driveId } = await requirePageRole(tx, identity, pageId, 'admin')
  const revision = await advanceRevision(tx, driveId)
  // Asked again with the drive's row locked: somebody may have been a moment faster to take it away.
  const { role } = await requirePageRole(tx, identity, pageId, 'admin')
  return { driveId, revision, role }
}

async function setGrant(tx: Tx, pageId: string, userId: string, role: MemberRole): Promise<void> {
  await tx
    .insert(pageGrants)
    .values({ pageId, userId, role })
    .onConflictDoUpdate({ target: [pageGrants.pageId, pageGrants.userId], set: { role } })
}

function toGrant(pageId: string, user: typeof users.$inferSelect, role: MemberRole): Grant {
  const { id: userId, name, email } = user
  return { pageId, userId, name, email, role, color: computeAuthorColor(userId) }
}
