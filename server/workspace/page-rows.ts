import { randomUUID } from 'node:crypto'
import { eq, sql } from 'drizzle-orm'
import type { Page, PageConflict } from '../../shared/api/pages.ts'
import { MAX_DEPTH, toArray } from '../access/page-facts.ts'
import type { Db, Tx } from '../database/connect.ts'
import { pages, users } from '../database/schema.ts'
import type { Audience, FactEvent } from './events.ts'
import { notFound } from './failures.ts'

export type PageRow = typeof pages.$inferSelect

/** A page's row as it is shown. */
export function toPage(row: PageRow): Page {
  return {
    id: row.id,
    driveId: row.driveId,
    parentId: row.parentId,
    title: row.title,
    icon: row.icon,
    position: row.position,
    restricted: row.restricted,
    revision: row.revision,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    updatedBy: row.updatedBy ?? row.createdBy,
  }
}

/**
 * A page's row, deleted or not. Who may see it has been decided before.
 * @throws Refusal `not-found`
 */
export async function findPage(db: Db | Tx, pageId: string): Promise<PageRow> {
  const [page] = await db.select().from(pages).where(eq(pages.id, pageId))
  if (page === undefined) throw notFound('page')
  return page
}

/** The pages from one up to the top of its drive, itself first. */
export async function listPath(db: Db | Tx, pageId: string): Promise<string[]> {
  const { rows } = await db.execute<{ id: string }>(sql`
    WITH RECURSIVE path AS (
      SELECT id, parent_id, 0 AS depth FROM pages WHERE id = ${pageId}
      UNION ALL
      SELECT above.id, above.parent_id, path.depth + 1 FROM pages above JOIN path ON above.id = path.parent_id
      WHERE path.depth < ${MAX_DEPTH}
    )
    SELECT id FROM path ORDER BY depth`)
  return rows.map(({ id }) => id)
}

/** What a change to a page replaces that its sender did not know of; undefined if they knew, or did not say. */
export async function findConflict(
  tx: Tx,
  before: PageRow,
  basedOnRevision: number | undefined,
): Promise<PageConflict | undefined> {
  if (basedOnRevision === undefined || basedOnRevision === before.revision) return undefined
  const userId = before.updatedBy ?? before.createdBy
  const [user] = await tx.select({ name: users.name }).from(users).where(eq(users.id, userId))
  return {
    revision: before.revision,
    changedBy: { userId, name: user?.name ?? '' },
    page: toPage(before),
  }
}

/** A fact that carries the page as it is now. */
export function toPageFact(
  name: 'page_created' | 'page_updated',
  page: PageRow,
  revision: number,
  audience: Audience,
): FactEvent {
  const payload = { eventId: randomUUID(), driveId: page.driveId, revision, page: toPage(page) }
  return { kind: 'fact', name, payload, audience }
}

/** That a page is among these, however many they are. */
export const isOneOf = (pageIds: readonly string[]) => sql`${pages.id} = ANY(${toArray(pageIds)}::uuid[])`
