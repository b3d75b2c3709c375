import type { Database } from '../database/connect.ts'

/** What the log says about who wrote when. Reads only; `commit-log.ts` writes. */
export interface PageHistory {
  /** The `seq` of the newest row behind `afterSeq` that this author wrote without a connection. */
  readOwnSeq(pageId: string, userId: string, afterSeq: number): Promise<number | null>
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
  }
}
