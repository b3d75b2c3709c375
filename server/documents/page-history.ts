import type { Database } from '../database/connect.ts'

/** A row of the log with its author. */
export interface AuthoredRow {
  readonly seq: number
  readonly update: Uint8Array
  readonly userId: string
  readonly at: Date
}

/** What the log says about who wrote when. Reads only; `commit-log.ts` writes. */
export interface PageHistory {
  /** The `seq` of the newest row behind `afterSeq` that this author wrote without a connection. */
  readOwnSeq(pageId: string, userId: string, afterSeq: number): Promise<number | null>
  /** Where the page stands and where its log begins; null if there is no such page. */
  readSpan(pageId: string): Promise<{ head: number; first: number | null } | null>
  /** The `seq` of the last row written until then; null if there is none. */
  findSeqAt(pageId: string, time: Date): Promise<number | null>
  /** The newest kept state at or before `seq`, a snapshot's or a version's. */
  readStateBefore(pageId: string, seq: number): Promise<{ seq: number; state: Uint8Array } | null>
  /** Rows behind `after` up to and with `upTo`, at most `limit`, in order. */
  readRows(pageId: string, after: number, upTo: number, limit: number): Promise<AuthoredRow[]>
  readNames(userIds: readonly string[]): Promise<ReadonlyMap<string, string>>
}

export function createPageHistory({ pool }: Pick<Database, 'pool'>): PageHistory {
  return {
    async readOwnSeq(pageId, userId, afterSeq) {
      const { rows } = await pool.query<{ seq: number | null }>({
        name: 'read-own-seq',
        text: `SELECT max(seq)::float8 AS seq FROM document_updates
          WHERE page_id = $1 AND seq > $2 AND user_id = $3 AND connection_id IS NULL`,
        values: [pageId, afterSeq, userId],
      })
      return rows[0]?.seq ?? null
    },

    async readSpan(pageId) {
      const { rows } = await pool.query<{ head: number; first: number | null }>(
        `SELECT seq::float8 AS head,
          (SELECT min(seq)::float8 FROM document_updates WHERE page_id = $1) AS first
        FROM documents WHERE page_id = $1`,
        [pageId],
      )
      return rows[0] ?? null
    },

    async findSeqAt(pageId, time) {
      const { rows } = await pool.query<{ seq: number | null }>(
        'SELECT max(seq)::float8 AS seq FROM document_updates WHERE page_id = $1 AND created_at <= $2',
        [pageId, time],
      )
      return rows[0]?.seq ?? null
    },

    async readStateBefore(pageId, seq) {
      const { rows } = await pool.query<{ seq: number; state: Buffer }>(
        `SELECT seq::float8 AS seq, state FROM (
          (SELECT seq, state FROM document_snapshots WHERE page_id = $1 AND seq <= $2
            AND verified_at IS NOT NULL AND sha256(state) = digest ORDER BY seq DESC LIMIT 1)
          UNION ALL
          (SELECT seq, state FROM document_versions WHERE page_id = $1 AND seq <= $2 ORDER BY seq DESC LIMIT 1)
        ) AS kept ORDER BY seq DESC LIMIT 1`,
        [pageId, seq],
      )
      return rows[0] ?? null
    },

    async readRows(pageId, after, upTo, limit) {
      const { rows } = await pool.query<{ seq: number; update: Buffer; userId: string; at: Date }>(
        `SELECT seq::float8 AS seq, update, user_id AS "userId", created_at AS at FROM document_updates
        WHERE page_id = $1 AND seq > $2 AND seq <= $3 ORDER BY seq LIMIT $4`,
        [pageId, after, upTo, limit],
      )
      return rows
    },

    async readNames(userIds) {
      const { rows } = await pool.query<{ id: string; name: string }>(
        'SELECT id, name FROM users WHERE id = ANY ($1)',
        [userIds],
      )
      return new Map(rows.map(({ id, name }) => [id, name]))
    },
  }
}
