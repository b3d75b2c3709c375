import { type SQL, sql } from 'drizzle-orm'
import type { PageList } from '../../shared/api/pages.ts'
import type { Db } from '../database/connect.ts'

/**
 * So many pages are one piece of text before they become bytes: text that is still being put together is what
 * keeps the garbage collector busy.
 */
const ROWS_AT_ONCE = 20

/** A `PageList` as JSON. */
export interface WrittenPageList {
  readonly revision: PageList['revision']
  readonly json: Buffer
}

/** A page as PostgreSQL answers it; moments are text in UTC, such as `2026-11-23 14:05:09.5`. */
export interface ListedRow extends Record<string, unknown> {
  readonly id: string
  readonly parent_id: string | null
  readonly title: string
  readonly icon: string | null
  readonly position: string
  readonly restricted: boolean
  readonly revision: number
  readonly created_at: string
  readonly updated_at: string
  readonly updated_by: string
}

/** The pages of one drive that live, of those that `which` picks, in their order. */
export async function readListedRows(db: Db, which: SQL): Promise<ListedRow[]> {
  const { rows } = await db.execute<ListedRow>(sql`
    SELECT id, parent_id, title, icon, position, restricted, revision::float8 AS revision,
      created_at AT TIME ZONE 'UTC' AS created_at, updated_at AT TIME ZONE 'UTC' AS updated_at,
      coalesce(updated_by, created_by) AS updated_by
    FROM pages WHERE ${which} AND deleted_at IS NULL ORDER BY position, id`)
  return rows
}

/**
 * Writes a list out by hand: with 10,000 pages, making objects and dates of them and looking at each once more
 * is what took the time. What is written is what stands here, nothing else of a row.
 */
export function writePageList(
  driveId: string,
  rows: readonly ListedRow[],
  revision: number,
): WrittenPageList {
  const written = [Buffer.from('{"items":[')]
  for (let first = 0; first < rows.length; first += ROWS_AT_ONCE) {
    const some = rows.slice(first, first + ROWS_AT_ONCE).map((row) => writePage(driveId, row))
    written.push(Buffer.from((first === 0 ? '' : ',') + some.join(',')))
  }
  written.push(Buffer.from(`],"revision":${revision}}`))
  return { revision, json: Buffer.concat(written) }
}

function writePage(driveId: string, row: ListedRow): string {
  return (
    `{"id":"${row.id}","driveId":"${driveId}",` +
    `"parentId":${row.parent_id === null ? 'null' : `"${row.parent_id}"`},` +
    `"title":${JSON.stringify(row.title)},"icon":${JSON.stringify(row.icon)},` +
    `"position":${JSON.stringify(row.position)},"restricted":${row.restricted},"revision":${row.revision},` +
    `"createdAt":"${toIsoMoment(row.created_at)}","updatedAt":"${toIsoMoment(row.updated_at)}",` +
    `"updatedBy":"${row.updated_by}"}`
  )
}

/** As `Date.toISOString` has it; PostgreSQL leaves out zeros at the end and has three digits more. */
function toIsoMoment(utc: string): string {
  return `${utc.slice(0, 10)}T${utc.slice(11, 19)}.${utc.slice(20, 23).padEnd(3, '0')}Z`
}
