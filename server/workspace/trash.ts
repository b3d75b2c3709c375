import { randomUUID } from 'node:crypto'
import { and, desc, eq, inArray, isNotNull, isNull, not, type SQL, sql } from 'drizzle-orm'
import type { TrashedPage, TrashList } from '../../shared/api/page-tree.ts'
import { createAccess } from '../access/access.ts'
import { listSubtree } from '../access/page-facts.ts'
import type { Identity } from '../auth/identity.ts'
import type { Db, Tx } from '../database/connect.ts'
import { drives, pages, users } from '../database/schema.ts'
import type { Transact } from '../database/transaction.ts'
import { toPageAudience } from './access-facts.ts'
import { requireDriveRole, requirePageRole } from './authorize.ts'
import { advanceRevision, lockDrive } from './drives.ts'
import type { WorkspaceEvent } from './events.ts'
import { notFound, Refusal } from './failures.ts'
import { followingPages, PageWentElsewhere } from './lock-page.ts'
import { choosePositionAtEnd } from './page-positions.ts'
import { findPage, isOneOf, type PageRow, toPage } from './page-rows.ts'
import type { ChangedPage } from './pages.ts'

/** How long a page stays in the trash before it is removed for good, days. */
export const TRASH_DAYS = 30

/** What was deleted and can come back. */
export interface TrashOperations {
  /** The revision that the list would show now. */
  readRevision(identity: Identity, driveId: string): Promise<number>
  /** What went to the trash, the latest first; editors of the drive and above see it. */
  list(
    identity: Identity,
    driveId: string,
    page: { cursor?: string | undefined; limit: number },
  ): Promise<TrashList>
  /**
   * Brings a page back with what went to the trash with it: to where it was, or to the top of its drive if
   * that place is gone. Restoring what is there already answers it.
   */
  restore(identity: Identity, pageId: string): Promise<ChangedPage>
  /** Gives a page in the trash up for good, with everything below it; admins only. */
  erase(identity: Identity, pageId: string): Promise<void>
  /** The same for everything in a drive's trash. */
  empty(identity: Identity, driveId: string): Promise<void>
}

export function createTrashOperations(deps: {
  readonly db: Db
  readonly transact: Transact<WorkspaceEvent>
  /** Says that there is something to remove for good. */
  readonly erased: () => void
}): TrashOperations {
  const { db, transact, erased } = deps
  const transactOnPage = followingPages(transact)

  // Always read before the pages: one that slips in between is listed and then announced as well.
  async function readRevision(identity: Identity, driveId: string): Promise<number> {
    await requireDriveRole(db, identity, driveId, 'editor')
    const [drive] = await db.select({ revision: drives.revision }).from(drives).where(eq(drives.id, driveId))
    if (drive === undefined) throw notFound('drive')
    return drive.revision
  }

  return {
    readRevision,

    async list(identity, driveId, { cursor, limit }) {
      const revision = await readRevision(identity, driveId)
      const access = createAccess(db)
      // Left out here so that neither a cursor nor a count tells of them, and looked at once more below.
      const hidden = [...(await access.hiddenPages(identity, [driveId]))]
      const rows = await db
        .select({
          page: pages,
          name: users.name,
          /** To the microsecond, which a Date does not hold. */
          at: sql<string>`to_char(${pages.deletedAt} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')`,
        })
        .from(pages)
        .innerJoin(users, sql`${users.id} = coalesce(${pages.updatedBy}, ${pages.createdBy})`)
        .where(
          and(
            eq(pages.driveId, driveId),
            isNotNull(pages.deletedAt),
            eq(pages.trashRootId, pages.id),
            not(isOneOf(hidden)),
            isOlderThan(cursor),
          ),
        )
        .orderBy(desc(pages.deletedAt), desc(sql`${pages.id}::text`))
        .limit(limit + 1)
      const shown = rows.slice(0, limit)
      const last = shown.at(-1)
      const counts = await countPages(
        db,
        shown.map(({ page }) => page.id),
        hidden,
      )
      const items: TrashedPage[] = []
      for (const { page, name } of shown) {
        // "Deleted" is what those are told who could see it if it were not.
        if ((await access.toPage(identity, page.id)).kind !== 'page-deleted') continue
        items.push(toTrashedPage(page, name, counts.get(page.id) ?? 1))
      }
      return {
        ...{ items, revision },
        ...(rows.length > limit && last !== undefined ? { nextCursor: `${last.at}.${last.page.id}` } : {}),
      }
    },

    restore: (identity, pageId) =>
      transactOnPage(async (tx) => {
        const before = await lockDeletedPage(tx, identity, pageId, 'editor')
        const { driveId } = before
        if (before.deletedAt === null) {
          const { role } = await requirePageRole(tx, identity, pageId, 'viewer')
          const page = { ...toPage(before), role }
          return { result: { page, revision: before.revision }, events: [] }
        }
        const isPlaceThere = await isLive(tx, before.parentId)
        const revision = await advanceRevision(tx, driveId)
        const subtree = await listTrashedWith(tx, before)
        await tx.update(pages).set({ deletedAt: null, trashRootId: null, revision }).where(isOneOf(subtree))
        const [page] = await tx
          .update(pages)
          .set({
            ...{ updatedBy: identity.userId, updatedAt: sql`now()` },
            ...(isPlaceThere ? {} : { parentId: null, position: await choosePositionAtEnd(tx, driveId) }),
          })
          .where(eq(pages.id, pageId))
          .returning()
        const restored = page as PageRow
        const { role } = await requirePageRole(tx, identity, pageId, 'viewer')
        const payload = { eventId: randomUUID(), driveId, revision, page: toPage(restored) }
        const toAudience = await toPageAudience(tx, driveId, [pageId])
        return {
          result: { page: { ...toPage(restored), role }, revision },
          events: [
            {
              ...{ kind: 'fact', name: 'page_restored', audience: toAudience(pageId) },
              payload: { ...payload, pageCount: subtree.length },
            },
          ],
        }
      }),

    async erase(identity, pageId) {
      await transactOnPage(async (tx) => {
        const page = await lockDeletedPage(tx, identity, pageId, 'admin')
        if (page.deletedAt === null)
          throw new Refusal(
            'not-in-trash',
            'Only what is in the trash can be removed for good. Delete it first.',
          )
        await advanceRevision(tx, page.driveId)
        await giveUp(tx, isOneOf((await listSubtree(tx, pageId)).map(({ id }) => id)))
        return { result: undefined, events: [] }
      })
      erased()
    },

    async empty(identity, driveId) {
      await transact(async (tx) => {
        await requireDriveRole(tx, identity, driveId, 'admin')
        await lockDrive(tx, driveId)
        await advanceRevision(tx, driveId)
        await giveUp(tx, eq(pages.driveId, driveId))
        return { result: undefined, events: [] }
      })
      erased()
    },
  }
}

/**
 * Takes deleted pages out of the trash for good. Their rows are removed later, since that may take a while.
 * The drive's row is locked.
 */
export async function giveUp(tx: Tx, which: SQL): Promise<void> {
  await tx
    .update(pages)
    .set({ trashRootId: null })
    .where(and(which, isNotNull(pages.deletedAt)))
}

/**
 * Locks the drive of a page that may be in the trash, and requires a role in the drive.
 * @throws Refusal `not-found` without a role, for what is given up and for what the person may not see
 */
async function lockDeletedPage(
  tx: Tx,
  identity: Identity,
  pageId: string,
  needed: 'editor' | 'admin',
): Promise<PageRow> {
  const { driveId } = await requireTheirs()
  await requireDriveRole(tx, identity, driveId, needed)
  await lockDrive(tx, driveId)
  const page = await requireTheirs()
  if (page.driveId !== driveId) throw new PageWentElsewhere()
  return page

  async function requireTheirs(): Promise<PageRow> {
    const page = await findPage(tx, pageId)
    const { kind } = await createAccess(tx).toPage(identity, pageId)
    const isTheirs = kind === 'granted' || (kind === 'page-deleted' && page.trashRootId !== null)
    if (!isTheirs) throw notFound('page')
    return page
  }
}

async function isLive(tx: Tx, pageId: string | null): Promise<boolean> {
  if (pageId === null) return true
  const rows = await tx
    .select({ id: pages.id })
    .from(pages)
    .where(and(eq(pages.id, pageId), isNull(pages.deletedAt)))
  return rows.length > 0
}

/** A page in the trash and what below it went there at the same time. */
async function listTrashedWith(tx: Tx, { id, trashRootId }: PageRow): Promise<string[]> {
  const { rows } = await tx.execute<{ id: string }>(sql`
    WITH RECURSIVE subtree AS (
      SELECT id FROM pages WHERE id = ${id}
      UNION
      SELECT below.id FROM pages below JOIN subtree ON below.parent_id = subtree.id
      WHERE below.trash_root_id = ${trashRootId}
    )
    SELECT id FROM subtree`)
  return rows.map((row) => row.id)
}

/** How many pages went to the trash together, without the hidden ones, each with the id of its topmost. */
async function countPages(
  db: Db,
  trashRootIds: readonly string[],
  hidden: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await db
    .select({ id: pages.trashRootId, count: sql<number>`count(*)::int` })
    .from(pages)
    .where(
      and(isNotNull(pages.deletedAt), inArray(pages.trashRootId, [...trashRootIds]), not(isOneOf(hidden))),
    )
    .groupBy(pages.trashRootId)
  return new Map(rows.map(({ id, count }) => [id as string, count]))
}

const CURSOR = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6})\.([0-9a-f-]{36})$/

function isOlderThan(cursor: string | undefined): SQL | undefined {
  if (cursor === undefined) return undefined
  const [, at, id] = CURSOR.exec(cursor) ?? []
  if (at === undefined || Number.isNaN(Date.parse(`${at}Z`)))
    throw new Refusal('invalid-request', 'The cursor is the nextCursor of the answer before.')
  return sql`(${pages.deletedAt}, ${pages.id}::text) < (${`${at}Z`}::timestamptz, ${id}::text)`
}

function toTrashedPage(page: PageRow, deletedByName: string, pageCount: number): TrashedPage {
  const deletedAt = page.deletedAt as Date
  return {
    ...toPage(page),
    deletedAt: deletedAt.toISOString(),
    deletedBy: { userId: page.updatedBy ?? page.createdBy, name: deletedByName },
    pageCount,
    purgedAfter: new Date(deletedAt.getTime() + TRASH_DAYS * 24 * 60 * 60 * 1000).toISOString(),
  }
}
