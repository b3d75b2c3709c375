import pg from 'pg'
import * as Y from 'yjs'
import { readParagraphs } from './page-client.ts'

/** What Postgres holds of a page, read beside the server: snapshots are left aside, the log is the truth. */
export interface StoredPage {
  readonly head: number
  readonly seqs: readonly number[]
  readonly doc: Y.Doc
  readonly paragraphs: string[]
}

export async function readStoredPage(databaseUrl: string, pageId: string): Promise<StoredPage> {
  const client = new pg.Client(databaseUrl)
  await client.connect()
  try {
    // Head and rows as of one moment: a commit that was on its way may still arrive.
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
    const head = await client.query<{ seq: number }>(
      'SELECT seq::float8 AS seq FROM documents WHERE page_id = $1',
      [pageId],
    )
    const { rows } = await client.query<{ seq: number; update: Buffer }>(
      'SELECT seq::float8 AS seq, update FROM document_updates WHERE page_id = $1 ORDER BY seq',
      [pageId],
    )
    const doc = new Y.Doc()
    doc.transact(() => {
      for (const { update } of rows) Y.applyUpdate(doc, update)
    })
    return {
      head: head.rows[0]?.seq ?? -1,
      seqs: rows.map((row) => row.seq),
      doc,
      paragraphs: readParagraphs(doc),
    }
  } finally {
    await client.end()
  }
}
