import type { Database } from '../database/connect.ts'
import type { RowAuthor } from './fold-messages.ts'
import { createReadRows, type LogRow, type ReadRows, toBatchStatement } from './log-batches.ts'

/** A row of the log with its author. */
export interface AuthoredRow extends LogRow, RowAuthor {}

/** What the log says about who wrote when. Reads only; `commit-log.ts` writes. */
export interface PageHistory {
  /** The `seq` of the newest row behind `afterSeq` that this author wrote without a connection. */
  readOwnSeq(pageId: string, userId: string, afterSeq: number): Promise<number | null>
  /** Where the page stands, where its log begins and why it stays closed, if so; null if there is no such page. */
  readSpan(pageId: string): Promise<{ head: number; first: number | null; damage: string | null } | null>
  /** The `seq` of the last row written until then; null if there is none. */
  findSeqAt(pageId: string, time: Date): Promise<number | null>
  /** The newest kept state at or before `seq`, a snapshot's or a version's. */
  readStateBefore(pageId: string, seq: number): Promise<{ seq: number; state: Uint8Array } | null>
  readonly readRows: ReadRows
  /** The same with who wrote them. */
  readAuthoredRows(pageId: string, after: number, upTo: number): Promise<AuthoredRow[]>
  readNames(userIds: readonly string[]): Promise<ReadonlyMap<string, string>>
}

const READ_AUTHORED_ROWS = toBatchStatement(
  `update, user_id AS "userId", (extract(epoch FROM created_at) * 1000)::float8 AS at`,
)

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
      const { rows } = await pool.query<{ head: number; first: number | null; damage: string | null }>(
        `SELECT seq::float8 AS head, damage,
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

    readRows: createReadRows(pool),

    async readAuthoredRows(pageId, after, upTo) {
      const values = [pageId, after, upTo]
      const query = { name: 'read-authored-rows', text: READ_AUTHORED_ROWS, values }
      return (await pool.query<AuthoredRow>(query)).rows
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
