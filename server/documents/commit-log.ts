import { createHash } from 'node:crypto'
import type { Database } from '../database/connect.ts'
import type { LogRow } from './log-batches.ts'

/** One author's change to one page: a well-formed Yjs update (format v1) and who made it. */
export interface Change {
  readonly pageId: string
  readonly userId: string
  /** The connection that it came over; null for changes made by the server itself or over HTTP. */
  readonly connectionId: string | null
  readonly update: Uint8Array
}

/** Consecutive `seq`s of a page, both ends included. */
export interface SeqRange {
  readonly first: number
  readonly last: number
}

/** A page as the log has it: the newest snapshot and the rows behind it, in order. */
export interface LoggedPage {
  /** The `seq` of the newest row; 0 for a page that nobody has written to. */
  readonly seq: number
  readonly snapshot: { readonly seq: number; readonly state: Uint8Array } | null
  readonly updates: readonly LogRow[]
  /** Why the doctor keeps the page closed, if it does. */
  readonly damage: string | null
}

/** The append-only log of every page in Postgres. Knows bytes, not what they mean, and writes no snapshots. */
export interface CommitLog {
  /**
   * Appends the changes in one statement and one commit; those of one page get consecutive `seq`s in the
   * order given. Answers the pages that took part and the `seq`s they got: one that does not exist is left
   * out, and nothing of it is written.
   */
  append(changes: readonly Change[]): Promise<ReadonlyMap<string, SeqRange>>
  /** The rows with these `seq`s, both ends included, in order; fewer if some are not there. */
  readRange(pageId: string, range: SeqRange): Promise<readonly LogRow[]>
  /**
   * Reads a page as it is at one moment, or null if there is no such page. Only a snapshot that was
   * verified and whose bytes have not changed since is answered; without one, the log from its first row.
   * With `below`, only a snapshot older than that.
   */
  read(pageId: string, below?: number): Promise<LoggedPage | null>
  /** The `seq` a page stands at; `null` when there is no such page or it is known to be damaged. */
  readHead(pageId: string): Promise<number | null>
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
  RETURNING page_id, seq::float8 AS seq`

/**
 * One statement, so that all of it is from one moment: rows that are trimmed meanwhile are either all
 * there or all covered by the snapshot that is answered with them. The head comes as a row of its own.
 */
const READ = `
  WITH head AS MATERIALIZED (
    SELECT documents.seq, documents.damage, snapshot.seq AS snapshot_seq, snapshot.state, snapshot.digest
    FROM documents
    LEFT JOIN LATERAL (
      SELECT seq, state, digest FROM document_snapshots
      WHERE page_id = documents.page_id AND seq < $2 AND verified_at IS NOT NULL
      ORDER BY seq DESC LIMIT 1
    ) AS snapshot ON true
    WHERE documents.page_id = $1
  )
  SELECT seq::float8 AS seq, state AS bytes, damage, snapshot_seq::float8 AS snapshot_seq, digest, true AS is_head
  FROM head
  UNION ALL
  SELECT row.seq::float8, row.update, NULL, NULL, NULL, false
  FROM head JOIN document_updates AS row
    ON row.page_id = $1 AND row.seq > coalesce(head.snapshot_seq, 0) AND row.seq <= head.seq`

const READ_RANGE = `
  SELECT seq::float8 AS seq, update FROM document_updates
  WHERE page_id = $1 AND seq BETWEEN $2 AND $3 ORDER BY seq`

/** Above every `seq`. */
const NEWEST = 2 ** 62

export function createCommitLog({ pool }: Pick<Database, 'pool'>): CommitLog {
  return {
    async append(changes) {
      const { rows } = await pool.query<{ page_id: string; seq: number }>({
        name: 'append-updates',
        text: APPEND,
        values: [
          changes.map((change) => change.pageId),
          changes.map((change) => change.userId),
          changes.map((change) => change.connectionId),
          changes.map((change) => toBuffer(change.update)),
        ],
      })
      const ranges = new Map<string, SeqRange>()
      for (const { page_id: pageId, seq } of rows) {
        const { first, last } = ranges.get(pageId) ?? { first: seq, last: seq }
        ranges.set(pageId, { first: Math.min(first, seq), last: Math.max(last, seq) })
      }
      return ranges
    },

    async readRange(pageId, { first, last }) {
      const { rows } = await pool.query<LogRow>({
        name: 'read-range',
        text: READ_RANGE,
        values: [pageId, first, last],
      })
      return rows
    },

    async read(pageId, below = NEWEST) {
      for (let limit = below; ; ) {
        const { rows } = await pool.query<ReadRow>({ name: 'read-page', text: READ, values: [pageId, limit] })
        const head = rows.find(({ is_head }) => is_head)
        if (head === undefined) return null
        const { snapshot_seq: snapshotSeq, bytes: state, digest } = head
        if (snapshotSeq !== null && !isIntact(state, digest)) {
          limit = snapshotSeq
          continue
        }
        const updates = rows.filter((row) => !row.is_head).map(({ seq, bytes }) => ({ seq, update: bytes }))
        updates.sort((a, b) => a.seq - b.seq)
        const snapshot = snapshotSeq === null ? null : { seq: snapshotSeq, state }
        return { seq: head.seq, snapshot, updates, damage: head.damage }
      }
    },

    async readHead(pageId) {
      const { rows } = await pool.query<{ seq: number }>({
        name: 'read-head',
        text: 'SELECT seq::float8 AS seq FROM documents WHERE page_id = $1 AND damage IS NULL',
        values: [pageId],
      })
      return rows[0]?.seq ?? null
    },
  }
}

interface ReadRow {
  seq: number
  /** A row's update, or in the head's row the snapshot's state. */
  bytes: Buffer
  damage: string | null
  snapshot_seq: number | null
  digest: Buffer
  is_head: boolean
}

/** What a snapshot's bytes are recognised by when they are read again. */
export function computeDigest(state: Uint8Array): Buffer {
  return createHash('sha256').update(state).digest()
}

/** Whether a snapshot's bytes are the ones that were verified. */
export function isIntact(state: Uint8Array, digest: Uint8Array): boolean {
  return computeDigest(state).equals(digest)
}

/** The same bytes as a Buffer, which the driver sends as binary. */
export function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
