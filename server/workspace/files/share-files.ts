import { sql } from 'drizzle-orm'
import { createAccess } from '../../access/access.ts'
import type { Identity } from '../../auth/identity.ts'
import type { Db } from '../../database/connect.ts'

/** A file that somebody puts on a page. */
export interface NamedFile {
  readonly identity: Identity
  readonly pageId: string
  readonly fileId: string
}

/** How many pages of a file are looked at for one that the person may see: those of their drives first, then the newest. */
const PAGES_OF_FILE = 10
/** How many pages are looked at altogether, for all that is put anywhere at once. */
const MAX_LOOKS = 200

/**
 * Files that come to stand on another page belong to that page as well, if whoever put them there may see them, or
 * uploaded them: they go on when the first page goes, and are for whoever may view the other. Ids of nothing, and of what
 * the person may not see, are passed over.
 */
export type ShareFiles = (named: readonly NamedFile[]) => Promise<void>

interface Found {
  /** Which one of `named`, from 1. */
  nr: number
  owners: string[]
  is_uploader: boolean
}

export function createShareFiles(db: Db): ShareFiles {
  const access = createAccess(db)

  return async (named) => {
    const { rows } = await db.execute<Found & Record<string, unknown>>(sql`
      SELECT nr::int4 AS nr, files.created_by = wanted.user_id AS is_uploader, owners.ids AS owners
      FROM unnest(${param(named.map(({ pageId }) => pageId))}::uuid[],
        ${param(named.map(({ fileId }) => fileId))}::uuid[],
        ${param(named.map(({ identity }) => identity.userId))}::uuid[])
        WITH ORDINALITY AS wanted (page_id, file_id, user_id, nr)
      JOIN files ON files.id = wanted.file_id
      CROSS JOIN LATERAL (
        SELECT coalesce(array_agg(page_id), '{}') AS ids FROM (
          SELECT pages.id AS page_id FROM page_files JOIN pages ON pages.id = page_files.page_id
          WHERE page_files.file_id = files.id AND pages.deleted_at IS NULL
          ORDER BY EXISTS (
            SELECT FROM drive_members AS member
            WHERE member.drive_id = pages.drive_id AND member.user_id = wanted.user_id
          ) DESC, pages.created_at DESC
          LIMIT ${PAGES_OF_FILE}
        ) AS newest
      ) AS owners
      WHERE NOT EXISTS (
        SELECT FROM page_files AS own WHERE own.page_id = wanted.page_id AND own.file_id = wanted.file_id
      )`)
    const answers = new Map<Identity, Map<string, boolean>>()
    let looks = 0

    async function sees(identity: Identity, pageId: string): Promise<boolean> {
      const known = answers.get(identity) ?? new Map<string, boolean>()
      answers.set(identity, known)
      const before = known.get(pageId)
      if (before !== undefined || ++looks > MAX_LOOKS) return before ?? false
      const isSeen = (await access.toPage(identity, pageId)).kind === 'granted'
      known.set(pageId, isSeen)
      return isSeen
    }

    const shared: NamedFile[] = []
    for (const { nr, owners, is_uploader: isUploader } of rows) {
      const file = named[nr - 1]
      if (file === undefined) continue
      // A token that is narrowed to some pages stands for what is on those alone.
      let isShared = isUploader && file.identity.narrowing === undefined
      for (const owner of owners) isShared ||= await sees(file.identity, owner)
      if (isShared) shared.push(file)
    }
    if (shared.length === 0) return
    // A page or a file that is gone by now is left out.
    await db.execute(sql`
      INSERT INTO page_files (page_id, file_id)
      SELECT pages.id, files.id
      FROM unnest(${param(shared.map(({ pageId }) => pageId))}::uuid[],
        ${param(shared.map(({ fileId }) => fileId))}::uuid[]) AS wanted (page_id, file_id)
      JOIN pages ON pages.id = wanted.page_id JOIN files ON files.id = wanted.file_id
      FOR KEY SHARE OF pages, files
      ON CONFLICT DO NOTHING`)
  }
}

const param = (values: readonly string[]) => sql.param(values)
