import type pg from 'pg'
import type { Database } from '../database/connect.ts'

/** One author's change to one page: a well-formed Yjs update (format v1) and who made it. */
export interface Change {
  readonly pageId: string
  readonly userId: string
  /** The connection that it came over; null for changes made by the server itself or over HTTP. */
  readonly connectionId: string | null
  readonly update: Uint8Array
}

/** A page as the log has it: the newest snapshot and the rows behind it, in order. */
export interface LoggedPage {
  /** The `seq` of the newest row; 0 for a page that nobody has written to. */
  readonly seq: number
  readonly snapshot: { readonly seq: number; readonly state: Uint8Array } | null
  readonly updates: readonly { readonly seq: number; readonly update: Uint8Array }[]
}

/** The append-only log of every page in Postgres, and its snapshots. Knows bytes, not what they mean. */
export interface CommitLog {
  /**
   * Appends the changes in one statement and one commit; those of one page get consecutive `seq`s in the
   * order given. Answers the pages that took part: one that does not exist is left out, and nothing of
   * it is written.
   */
  append(changes: readonly Change[]): Promise<ReadonlySet<string>>
  /** Reads a page, or null if there is no such page. */
  read(pageId: string): Promise<LoggedPage | null>
  /** Keeps a page's merged state as of `seq`. */
  writeSnapshot(pageId: string, seq: number, state: Uint8Array): Promise<void>
}

/**
 * The heads are locked in the order of their ids, so that two servers that append to the same pages wait
 * for each other instead of deadlocking. A head's lock is held until the commit: rows become visible in
 * the order of `seq`.
 */
const APPEND = `
  WITH input AS (
    SELECT page_id, user_id, connection_id, update, row_number() OVER (PARTITION BY page_id ORDER BY place) AS offset_in_page
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bytea[])
      WITH ORDINALITY AS change (page_id, user_id, connection_id, update, place)
  ),
  locked AS MATERIALIZED (
    SELECT page_id FROM documents WHERE page_id = ANY ($1) ORDER BY page_id FOR NO KEY UPDATE
  ),
  advanced AS (
    UPDATE documents
    SET seq = documents.seq + grown.count
    FROM (SELECT page_id, count(*) AS count FROM input GROUP BY page_id) AS grown
    JOIN locked USING (page_id)
    WHERE documents.page_id = grown.page_id
    RETURNING documents.page_id, documents.seq - grown.count AS base
  )
  INSERT INTO document_updates (page_id, seq, update, user_id, connection_id)
  SELECT page_id, advanced.base + input.offset_in_page, input.update, input.user_id, input.connection_id
  FROM input JOIN advanced USING (page_id)
  RETURNING page_id`

const READ_SNAPSHOT = `
  SELECT documents.seq::float8 AS head, snapshot.seq::float8 AS seq, snapshot.state
  FROM documents
  LEFT JOIN LATERAL (
    SELECT seq, state FROM document_snapshots
    WHERE document_snapshots.page_id = documents.page_id ORDER BY seq DESC LIMIT 1
  ) AS snapshot ON true
  WHERE documents.page_id = $1`

const READ_TAIL = `
  SELECT seq::float8 AS seq, update FROM document_updates
  WHERE page_id = $1 AND seq > $2 AND seq <= $3 ORDER BY seq`

export function createCommitLog({ pool }: Pick<Database, 'pool'>): CommitLog {
  return {
    async append(changes) {
      const { rows } = await pool.query<{ page_id: string }>({
        name: 'append-updates',
        text: APPEND,
        values: [
          changes.map((change) => change.pageId),
          changes.map((change) => change.userId),
          changes.map((change) => change.connectionId),
          changes.map((change) => toBuffer(change.update)),
        ],
      })
      return new Set(rows.map((row) => row.page_id))
    },

    async read(pageId) {
      const head = await pool.query<HeadRow>({ name: 'read-snapshot', text: READ_SNAPSHOT, values: [pageId] })
      const row = head.rows[0]
      if (row === undefined) return null
      const snapshot = row.seq === null ? null : { seq: row.seq, state: row.state }
      // Bounded by the head that was read: rows committed since then belong to a later answer.
      const tail = await pool.query<pg.QueryResultRow & { seq: number; update: Buffer }>({
        name: 'read-tail',
        text: READ_TAIL,
        values: [pageId, snapshot?.seq ?? 0, row.head],
      })
      return { seq: row.head, snapshot, updates: tail.rows }
    },

    async writeSnapshot(pageId, seq, state) {
      await pool.query(
        'INSERT INTO document_snapshots (page_id, seq, state) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
        [pageId, seq, toBuffer(state)],
      )
    },
  }
}

type HeadRow = { head: number } & ({ seq: number; state: Buffer } | { seq: null; state: null })

/** The same bytes as a Buffer, which the driver sends as binary. */
function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
