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

/** Rows that one statement writes. */
const ROWS_AT_ONCE = 10_000

/**
 * Gives an empty page that nobody has open a log of `count` rows, one word each at some place of a
 * paragraph, by whoever created it; answers the text.
 */
export async function insertRows(databaseUrl: string, pageId: string, count: number): Promise<string> {
  const doc = new Y.Doc()
  const updates: Uint8Array[] = []
  const paragraph = new Y.XmlElement('paragraph')
  const text = new Y.XmlText()
  doc.on('update', (update: Uint8Array) => updates.push(update))
  doc.transact(() => {
    paragraph.insert(0, [text])
    doc.getXmlFragment('default').push([paragraph])
  })
  while (updates.length < count)
    text.insert((updates.length * 7919) % (text.length + 1), `${updates.length} `)
  await insertUpdates(databaseUrl, pageId, 0, updates)
  return text.toString()
}

/** Adds rows to the log of a page that nobody has open, behind `head`, by whoever created it. */
export async function insertUpdates(
  databaseUrl: string,
  pageId: string,
  head: number,
  updates: readonly Uint8Array[],
): Promise<void> {
  const client = new pg.Client(databaseUrl)
  await client.connect()
  try {
    for (let first = 0; first < updates.length; first += ROWS_AT_ONCE)
      await client.query(
        `INSERT INTO document_updates (page_id, seq, update, user_id)
         SELECT $1, $2 + place, update, pages.created_by
         FROM unnest($3::bytea[]) WITH ORDINALITY AS change (update, place), pages WHERE pages.id = $1`,
        [
          pageId,
          head + first,
          updates.slice(first, first + ROWS_AT_ONCE).map((update) => Buffer.from(update)),
        ],
      )
    await client.query('UPDATE documents SET seq = $2 WHERE page_id = $1', [pageId, head + updates.length])
  } finally {
    await client.end()
  }
}
