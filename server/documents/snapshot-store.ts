import type { Database } from '../database/connect.ts'
import { computeDigest, isIntact, toBuffer } from './commit-log.ts'
import { createReadRows, type ReadRows } from './log-batches.ts'

/** Rows that one statement removes: it holds their locks, and a commit on the same disk waits behind its WAL. */
export const MAX_TRIM_ROWS = 5_000
/** Pages that one look for work considers. */
export const MAX_SWEEP_PAGES = 500

/** How far a page's log has come and what its snapshots cover. */
export interface PageStanding {
  readonly head: number
  /** The newest verified snapshot's `seq`, 0 without one. */
  readonly covered: number
  /** What the rows behind the snapshot weigh. Not looked at for long tails: then it is null. */
  readonly tailBytes: number | null
  /** Whether the oldest row is past the retention. */
  readonly oldestExpired: boolean
  /** Whether one behind the snapshot is. */
  readonly tailExpired: boolean
}

/** What a fold starts from: the newest verified and intact snapshot, or the log's first row. */
export interface FoldBase {
  readonly head: number
  readonly snapshot: { readonly seq: number; readonly state: Uint8Array } | null
}

/** Snapshots and the trimming of the log, as statements. Knows bytes, not what they mean. */
export interface SnapshotStore {
  /** Null when there is no such page, or when the doctor keeps it closed. `longTail` rows are not weighed. */
  standing(pageId: string, retentionDays: number, longTail: number): Promise<PageStanding | null>
  readBase(pageId: string): Promise<FoldBase | null>
  readonly readRows: ReadRows
  /** Writes a snapshot that does not count yet; false if a verified one is there already. */
  putUnverified(pageId: string, seq: number, state: Uint8Array): Promise<boolean>
  /** What lies on disk, verified or not. */
  readBack(pageId: string, seq: number): Promise<Uint8Array | null>
  /** From now on the snapshot counts, if its bytes are still these; only then the older ones go. */
  markVerified(pageId: string, seq: number, state: Uint8Array): Promise<void>
  /**
   * Removes the oldest rows that are past the retention and covered by a verified snapshot whose bytes are
   * intact, a bounded number of them. Answers how many; fewer than MAX_TRIM_ROWS means that none is left.
   */
  trim(pageId: string, retentionDays: number): Promise<number>
  /** Looks at the pages behind `after` for ones with a long or expired tail or expired rows. */
  findWork(after: string, retentionDays: number, longTail: number): Promise<FoundWork>
}

export interface FoundWork {
  readonly pageIds: readonly string[]
  /** Where to go on; null at the end. */
  readonly next: string | null
}

const NEWEST_VERIFIED = `
  SELECT seq, state, digest FROM document_snapshots
  WHERE page_id = documents.page_id AND verified_at IS NOT NULL ORDER BY seq DESC LIMIT 1`

const EXPIRED = 'coalesce(%.created_at < now() - make_interval(days => $2), false)'

/** A page's oldest row, and its oldest row that no snapshot covers. */
const OLDEST_ROWS = `
  LEFT JOIN LATERAL (${NEWEST_VERIFIED.replace('seq, state, digest', 'seq')}) AS snapshot ON true
  LEFT JOIN LATERAL (
    SELECT created_at FROM document_updates WHERE page_id = documents.page_id ORDER BY seq LIMIT 1
  ) AS oldest ON true
  LEFT JOIN LATERAL (
    SELECT created_at FROM document_updates
    WHERE page_id = documents.page_id AND seq > coalesce(snapshot.seq, 0) ORDER BY seq LIMIT 1
  ) AS tail ON true`

const STANDING = `
  SELECT documents.seq::float8 AS head, coalesce(snapshot.seq, 0)::float8 AS covered,
    ${EXPIRED.replace('%', 'oldest')} AS "oldestExpired", ${EXPIRED.replace('%', 'tail')} AS "tailExpired",
    CASE WHEN documents.seq - coalesce(snapshot.seq, 0) < $3 THEN (
      SELECT coalesce(sum(octet_length(update)), 0) FROM document_updates
      WHERE page_id = documents.page_id AND seq > coalesce(snapshot.seq, 0)
    )::float8 END AS "tailBytes"
  FROM documents ${OLDEST_ROWS}
  WHERE documents.page_id = $1 AND documents.damage IS NULL`

const PUT = `
  INSERT INTO document_snapshots (page_id, seq, state, digest) VALUES ($1, $2, $3, $4)
  ON CONFLICT (page_id, seq) DO UPDATE
    SET state = excluded.state, digest = excluded.digest, created_at = now()
    WHERE document_snapshots.verified_at IS NULL
  RETURNING seq`

const MARK_VERIFIED = `
  WITH verified AS (
    UPDATE document_snapshots SET verified_at = now()
    WHERE page_id = $1 AND seq = $2 AND digest = $3 AND verified_at IS NULL RETURNING page_id, seq
  )
  DELETE FROM document_snapshots USING verified
  WHERE document_snapshots.page_id = verified.page_id AND document_snapshots.seq < verified.seq`

/**
 * Only from the front: what is left stays without gaps even where rows are not in the order of their
 * times. The lock keeps the snapshot there until the rows are gone.
 */
const TRIM = `
  WITH covering AS MATERIALIZED (
    SELECT seq FROM document_snapshots
    WHERE page_id = $1 AND verified_at IS NOT NULL AND sha256(state) = digest
    ORDER BY seq DESC LIMIT 1 FOR SHARE
  ),
  oldest AS (
    SELECT seq, created_at FROM document_updates
    WHERE page_id = $1 AND seq <= (SELECT seq FROM covering) AND seq <
      (SELECT seq FROM document_updates WHERE page_id = $1 ORDER BY seq LIMIT 1) + ${MAX_TRIM_ROWS}
  ),
  bounds AS (
    SELECT coalesce(min(seq) FILTER (WHERE created_at >= now() - make_interval(days => $2)) - 1, max(seq)) AS up_to
    FROM oldest
  )
  DELETE FROM document_updates
  WHERE page_id = $1 AND seq <= (SELECT up_to FROM bounds)`

const FIND_WORK = `
  SELECT documents.page_id AS "pageId",
    documents.damage IS NULL AND (
      documents.seq - coalesce(snapshot.seq, 0) >= $3
      OR ${EXPIRED.replace('%', 'oldest')} OR ${EXPIRED.replace('%', 'tail')}
    ) AS "hasWork"
  FROM (
    SELECT page_id, seq, damage FROM documents WHERE page_id > $1 ORDER BY page_id LIMIT ${MAX_SWEEP_PAGES}
  ) AS documents ${OLDEST_ROWS}
  ORDER BY documents.page_id`

/** What runs the statements: the pool, or one connection in a transaction of its owner's. */
type Connection = { readonly pool: Pick<Database['pool'], 'query'> }

export function createSnapshotStore({ pool }: Connection): SnapshotStore {
  return {
    async standing(pageId, retentionDays, longTail) {
      const { rows } = await pool.query<PageStanding>(STANDING, [pageId, retentionDays, longTail])
      return rows[0] ?? null
    },

    async readBase(pageId) {
      const { rows } = await pool.query<{ head: number; seq: number | null; state: Buffer; digest: Buffer }>(
        `SELECT documents.seq::float8 AS head, snapshot.seq::float8 AS seq, state, digest
         FROM documents LEFT JOIN LATERAL (${NEWEST_VERIFIED}) AS snapshot ON true WHERE page_id = $1`,
        [pageId],
      )
      const row = rows[0]
      if (row === undefined) return null
      const isUsable = row.seq !== null && isIntact(row.state, row.digest)
      return { head: row.head, snapshot: isUsable ? { seq: row.seq as number, state: row.state } : null }
    },

    readRows: createReadRows(pool),

    async putUnverified(pageId, seq, state) {
      const written = await pool.query(PUT, [pageId, seq, toBuffer(state), computeDigest(state)])
      return written.rowCount === 1
    },

    async readBack(pageId, seq) {
      const { rows } = await pool.query<{ state: Buffer }>(
        'SELECT state FROM document_snapshots WHERE page_id = $1 AND seq = $2',
        [pageId, seq],
      )
      return rows[0]?.state ?? null
    },

    async markVerified(pageId, seq, state) {
      await pool.query(MARK_VERIFIED, [pageId, seq, computeDigest(state)])
    },

    async trim(pageId, retentionDays) {
      return (await pool.query(TRIM, [pageId, retentionDays])).rowCount ?? 0
    },

    async findWork(after, retentionDays, longTail) {
      const { rows } = await pool.query<{ pageId: string; hasWork: boolean }>(FIND_WORK, [
        after,
        retentionDays,
        longTail,
      ])
      const last = rows.at(-1)
      return {
        pageIds: rows.filter((row) => row.hasWork).map((row) => row.pageId),
        next: last === undefined || rows.length < MAX_SWEEP_PAGES ? null : last.pageId,
      }
    },
  }
}
