import type { Database } from '../../database/connect.ts'
import type { LogRow } from '../log-batches.ts'
import { createSnapshotStore } from '../snapshot-store.ts'

/** What the database says of a page, without looking at any content. */
export interface PageFacts {
  readonly title: string | null
  readonly hasPage: boolean
  /** Null when there is no document. */
  readonly head: number | null
  readonly damage: string | null
  readonly firstRow: number | null
  readonly lastRow: number | null
}

export interface StoredSnapshot {
  readonly seq: number
  readonly state: Uint8Array
  readonly digest: Uint8Array
}

/** One page as it is at one moment, whatever a server writes or trims meanwhile. */
export interface PageReader {
  readonly pageId: string
  readonly facts: PageFacts
  /** The newest snapshot that counts. */
  readonly snapshot: StoredSnapshot | null
  /** The next batch of rows behind `after`; empty at the end and in a hole that is as large as a batch. */
  readRows(after: number): Promise<LogRow[]>
}

/** Pages whose ids are read at once. */
const ID_BATCH = 200

/** Ids behind `$1` from everywhere that one can be; the log is skipped through, not read. */
const NEXT_IDS = `
  WITH RECURSIVE logged AS (
    (SELECT page_id FROM document_updates WHERE page_id > $1 ORDER BY page_id LIMIT 1)
    UNION ALL
    SELECT (SELECT page_id FROM document_updates WHERE page_id > logged.page_id ORDER BY page_id LIMIT 1)
    FROM logged WHERE page_id IS NOT NULL
  )
  SELECT id FROM (
    (SELECT id FROM pages WHERE id > $1 ORDER BY id LIMIT ${ID_BATCH})
    UNION (SELECT page_id FROM documents WHERE page_id > $1 ORDER BY page_id LIMIT ${ID_BATCH})
    UNION (SELECT DISTINCT page_id FROM document_snapshots WHERE page_id > $1 ORDER BY page_id LIMIT ${ID_BATCH})
    UNION (SELECT page_id FROM logged WHERE page_id IS NOT NULL LIMIT ${ID_BATCH})
  ) AS ids ORDER BY id LIMIT ${ID_BATCH}`

const FACTS = `
  SELECT
    (SELECT title FROM pages WHERE id = $1) AS title,
    EXISTS (SELECT FROM pages WHERE id = $1) AS "hasPage",
    (SELECT seq FROM documents WHERE page_id = $1)::float8 AS head,
    (SELECT damage FROM documents WHERE page_id = $1) AS damage,
    (SELECT min(seq) FROM document_updates WHERE page_id = $1)::float8 AS "firstRow",
    (SELECT max(seq) FROM document_updates WHERE page_id = $1)::float8 AS "lastRow"`

const NEWEST_SNAPSHOT = `
  SELECT seq::float8 AS seq, state, digest FROM document_snapshots
  WHERE page_id = $1 AND verified_at IS NOT NULL ORDER BY seq DESC LIMIT 1`

/** The ids of everything that has or should have a text, in order, a few at a time. */
export async function* listPageIds({ pool }: Pick<Database, 'pool'>): AsyncGenerator<string> {
  for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
    const { rows } = await pool.query<{ id: string }>(NEXT_IDS, [after])
    for (const { id } of rows) yield id
    const last = rows.at(-1)
    if (last === undefined) return
    after = last.id
  }
}

/** Runs `work` on one page as of one moment. */
export async function readPage<Result>(
  { pool }: Pick<Database, 'pool'>,
  pageId: string,
  work: (reader: PageReader) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    const facts = (await client.query<PageFacts>(FACTS, [pageId])).rows[0] as PageFacts
    const snapshot = (await client.query<StoredSnapshot>(NEWEST_SNAPSHOT, [pageId])).rows[0] ?? null
    const store = createSnapshotStore({ pool: client })
    const readRows = (after: number) => store.readRows(pageId, after, facts.lastRow ?? 0)
    return await work({ pageId, facts, snapshot, readRows })
  } finally {
    // Nothing was written; a failed statement leaves the transaction to be ended all the same.
    await client.query('ROLLBACK').catch(() => undefined)
    client.release()
  }
}
