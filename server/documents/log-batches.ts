import type { Database } from '../database/connect.ts'

/** A row of a page's log. */
export interface LogRow {
  readonly seq: number
  readonly update: Uint8Array
}

/** Rows read at once: enough to keep the thread that folds them busy, few enough to be small change in memory. */
export const MAX_BATCH_ROWS = 5_000
/** The same in bytes; a single row that is larger comes alone. */
export const MAX_BATCH_BYTES = 4 * 1024 * 1024

/**
 * The statement that reads a page's next batch, in order: page id, behind which `seq`, up to which. Sizes
 * come from the rows' headers: only the rows that are answered are read whole. A range of `seq` and no
 * LIMIT: without statistics PostgreSQL would read and sort everything behind the first `seq` for each batch.
 */
export const toBatchStatement = (columns: string) => `
  SELECT seq::float8 AS seq, ${columns} FROM (
    SELECT *, sum(octet_length(update)) OVER (ORDER BY seq ROWS UNBOUNDED PRECEDING) - octet_length(update) AS bytes_before
    FROM (
      SELECT * FROM document_updates
      WHERE page_id = $1 AND seq > $2 AND seq <= least($3, $2::bigint + ${MAX_BATCH_ROWS})
    ) AS rows
  ) AS weighed
  WHERE bytes_before < ${MAX_BATCH_BYTES}
  ORDER BY seq`

const READ_ROWS = toBatchStatement('update')

/** The rows with the next `seq`s behind `after` up to `upTo`, as many as make a batch; none if the next MAX_BATCH_ROWS are missing. */
export type ReadRows = (pageId: string, after: number, upTo: number) => Promise<LogRow[]>

export function createReadRows(pool: Pick<Database['pool'], 'query'>): ReadRows {
  return async (pageId, after, upTo) => {
    const values = [pageId, after, upTo]
    return (await pool.query<LogRow>({ name: 'read-rows', text: READ_ROWS, values })).rows
  }
}
