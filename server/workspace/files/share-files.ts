import { sql } from 'drizzle-orm'
import type { Identity } from '../../auth/identity.ts'
import type { Db } from '../../database/connect.ts'
import { filterVisible } from '../authorize.ts'

/** A file that somebody puts on a page. */
export interface NamedFile {
  readonly identity: Identity
  readonly pageId: string
  readonly fileId: string
}

/** How many other pages are looked at, for all that is put anywhere at once. */
const MAX_PAGES = 200

/**
 * Files that come to stand on another page belong to that page as well, if whoever put them there may see them: they
 * go on when the first page goes, and are for whoever may view the other. Ids of nothing, and of what the person may
 * not see, are passed over.
 */
export type ShareFiles = (named: readonly NamedFile[]) => Promise<void>

export function createShareFiles(db: Db): ShareFiles {
  return async (named) => {
    const { rows } = await db.execute<{ nr: number; owner: string }>(sql`
      SELECT nr::int4 - 1 AS nr, owner.page_id AS owner
      FROM ${toRows(named)} WITH ORDINALITY AS wanted (page_id, file_id, nr)
      JOIN page_files AS owner ON owner.file_id = wanted.file_id
      JOIN pages ON pages.id = owner.page_id AND pages.deleted_at IS NULL
      WHERE NOT EXISTS (
        SELECT FROM page_files AS own WHERE own.page_id = wanted.page_id AND own.file_id = wanted.file_id
      )
      ORDER BY pages.created_at DESC`)
    const found = rows.flatMap(({ nr, owner }) => {
      const file = named[nr]
      return file === undefined ? [] : [{ file, owner }]
    })
    const shared = new Set<NamedFile>()
    let left = MAX_PAGES
    for (const identity of new Set(found.map(({ file }) => file.identity))) {
      const own = found.filter(({ file }) => file.identity === identity)
      const owners = [...new Set(own.map(({ owner }) => owner))].slice(0, left)
      left -= owners.length
      const visible = await filterVisible(db, identity, owners)
      for (const { file, owner } of own) if (visible.has(owner)) shared.add(file)
    }
    if (shared.size === 0) return
    // A page or a file that goes at this moment is left out, not in the way.
    await db.execute(sql`
      INSERT INTO page_files (page_id, file_id)
      SELECT pages.id, files.id FROM ${toRows([...shared])} AS wanted (page_id, file_id)
      JOIN pages ON pages.id = wanted.page_id JOIN files ON files.id = wanted.file_id
      FOR KEY SHARE OF pages, files
      ON CONFLICT DO NOTHING`)
  }
}

const toRows = (named: readonly NamedFile[]) => sql`unnest(
  ${sql.param(named.map(({ pageId }) => pageId))}::uuid[], ${sql.param(named.map(({ fileId }) => fileId))}::uuid[])`
