import { and, asc, eq, gt, isNull, sql } from 'drizzle-orm'
import { type Breadcrumbs, type ChildPageList, MAX_LISTED_PAGES } from '../../shared/api/page-tree.ts'
import { createAccess } from '../access/access.ts'
import { toArray } from '../access/page-facts.ts'
import type { Identity } from '../auth/identity.ts'
import type { Db } from '../database/connect.ts'
import { drives, pages } from '../database/schema.ts'
import { filterVisible, requireDriveRole, requirePageRole } from './authorize.ts'
import { notFound, Refusal } from './failures.ts'
import { liesIn } from './page-positions.ts'
import { isOneOf, listPath, toPage } from './page-rows.ts'
import { readListedRows, type WrittenPageList, writePageList } from './write-page-list.ts'

/** Whose pages are listed. */
export type ListedPages =
  /** Everything in a drive, for its members. */
  | { readonly of: 'drive'; readonly driveId: string }
  /** A page and everything below it, for whoever may view it: the tree of a guest. */
  | { readonly of: 'page'; readonly pageId: string }
  /** What lies directly below a page, or at the top of the drive. */
  | { readonly of: 'parent'; readonly driveId: string; readonly parentId: string | null }

/** Lists of pages. All are in the order of positions, and tell the revision that they show. */
export interface PageLists {
  /** The revision that a list would show now: whoever has that one need not fetch it. */
  readRevision(identity: Identity, listed: ListedPages): Promise<number>
  list(identity: Identity, listed: Exclude<ListedPages, { of: 'parent' }>): Promise<WrittenPageList>
  listChildren(
    identity: Identity,
    listed: Extract<ListedPages, { of: 'parent' }>,
    page: { cursor?: string | undefined; limit: number },
  ): Promise<ChildPageList>
  /** The pages above one, as far as the asker may see them, and the page itself. */
  listBreadcrumbs(identity: Identity, pageId: string): Promise<Breadcrumbs>
}

export function createPageLists(db: Db): PageLists {
  /** The drive of what is listed, for somebody who may see it. */
  async function requireToList(identity: Identity, listed: ListedPages): Promise<string> {
    const pageId = listed.of === 'drive' ? null : listed.of === 'page' ? listed.pageId : listed.parentId
    if (pageId !== null) {
      const { driveId } = await requirePageRole(db, identity, pageId, 'viewer')
      if (listed.of === 'parent' && listed.driveId !== driveId) throw notFound('page')
      return driveId
    }
    const { driveId } = listed as { driveId: string }
    await requireDriveRole(db, identity, driveId, 'viewer')
    return driveId
  }

  // Always read before the pages: one that slips in between is listed and then announced as well.
  async function readRevisionOf(driveId: string): Promise<number> {
    const [drive] = await db.select({ revision: drives.revision }).from(drives).where(eq(drives.id, driveId))
    if (drive === undefined) throw notFound('drive')
    return drive.revision
  }

  /** What is restricted and not theirs; asked after the list was read, as `hiddenPages` wants it. */
  const findHidden = (identity: Identity, driveId: string): Promise<ReadonlySet<string>> =>
    createAccess(db).hiddenPages(identity, [driveId])

  return {
    readRevision: async (identity, listed) => readRevisionOf(await requireToList(identity, listed)),

    async list(identity, listed) {
      const driveId = await requireToList(identity, listed)
      const revision = await readRevisionOf(driveId)
      const which =
        listed.of === 'drive'
          ? sql`drive_id = ${driveId}`
          : sql`drive_id = ${driveId} AND id IN (
              WITH RECURSIVE subtree AS (
                SELECT id FROM pages WHERE id = ${listed.pageId} AND deleted_at IS NULL
                UNION
                SELECT below.id FROM pages below JOIN subtree ON below.parent_id = subtree.id
              )
              SELECT id FROM subtree)`
      const rows = await readListedRows(db, which)
      const hidden = await findHidden(identity, driveId)
      const visible = hidden.size === 0 ? rows : rows.filter(({ id }) => !hidden.has(id))
      return writePageList(driveId, visible, revision)
    },

    async listChildren(identity, listed, { cursor, limit }) {
      const revision = await readRevisionOf(await requireToList(identity, listed))
      if (cursor !== undefined && !/^[0-9A-Za-z]+$/.test(cursor))
        throw new Refusal('invalid-request', 'The cursor is the nextCursor of the answer before.')
      const rows = await db
        .select()
        .from(pages)
        .where(
          and(
            liesIn(listed.parentId ?? listed.driveId),
            isNull(pages.deletedAt),
            cursor === undefined ? undefined : gt(pages.position, cursor),
          ),
        )
        .orderBy(asc(pages.position))
        .limit(limit + 1)
      const shown = rows.slice(0, limit)
      const last = shown.at(-1)
      const hidden = await findHidden(identity, listed.driveId)
      // At the top stand also those below a page that the asker may not see: nothing else leads to them.
      const stranded =
        listed.parentId === null && cursor === undefined
          ? await findStranded(db, listed.driveId, [...hidden])
          : []
      const visible = [...shown.filter(({ id }) => !hidden.has(id)), ...stranded]
      const parents = await findParents(db, visible, hidden)
      return {
        items: visible.map((page) => ({ ...toPage(page), hasChildren: parents.has(page.id) })),
        revision,
        ...(rows.length > limit && last !== undefined ? { nextCursor: last.position } : {}),
      }
    },

    async listBreadcrumbs(identity, pageId) {
      await requirePageRole(db, identity, pageId, 'viewer')
      const path = (await listPath(db, pageId)).reverse()
      const visible = await filterVisible(db, identity, path)
      const rows = await db
        .select({ id: pages.id, title: pages.title, icon: pages.icon })
        .from(pages)
        .where(isOneOf(path.filter((id) => visible.has(id))))
      return { items: rows.sort((a, b) => path.indexOf(a.id) - path.indexOf(b.id)) }
    },
  }
}

/** The pages of a drive that are not hidden while the page above them is. */
async function findStranded(db: Db, driveId: string, hidden: readonly string[]) {
  if (hidden.length === 0) return []
  return db
    .select()
    .from(pages)
    .where(
      and(
        eq(pages.driveId, driveId),
        isNull(pages.deletedAt),
        sql`${pages.parentId} = ANY(${toArray(hidden)}::uuid[])`,
        sql`NOT ${pages.id} = ANY(${toArray(hidden)}::uuid[])`,
      ),
    )
    .orderBy(asc(pages.position))
    .limit(MAX_LISTED_PAGES)
}

/** Of some pages those that have pages below them, not counting hidden ones. */
async function findParents(
  db: Db,
  of: readonly { id: string }[],
  hidden: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const { rows } = await db.execute<{ parent_id: string }>(sql`
    SELECT DISTINCT parent_id FROM pages
    WHERE parent_id = ANY(${toArray(of.map(({ id }) => id))}::uuid[]) AND deleted_at IS NULL
      AND NOT id = ANY(${toArray([...hidden])}::uuid[])`)
  return new Set(rows.map((row) => row.parent_id))
}
