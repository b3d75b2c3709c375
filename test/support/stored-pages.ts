import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import * as Y from 'yjs'
import { connectDatabase, type Database } from '../../server/database/connect.ts'
import { type CommitLog, createCommitLog } from '../../server/documents/commit-log.ts'
import { loadPage } from '../../server/documents/load-page.ts'
import { createDatabase } from './start-server.ts'

/** Pages in a database of a test's own, written to without a server. */
export interface StoredPages {
  readonly database: Database
  readonly databaseUrl: string
  readonly log: CommitLog
  /** An empty page. */
  create(title?: string): Promise<string>
  /** Makes `change` on `doc` and commits what it did, as one row for each update. */
  write(pageId: string, doc: Y.Doc, change: (doc: Y.Doc) => void): Promise<void>
  /** Commits these updates, one row each. */
  append(pageId: string, updates: readonly Uint8Array[]): Promise<void>
  /** The page's text as whoever opens it gets it. */
  readText(pageId: string): Promise<string>
  /** The rows that are there. */
  seqs(pageId: string): Promise<number[]>
  /** The snapshots that are there, and whether they count. */
  snapshots(pageId: string): Promise<{ seq: number; verified: boolean }[]>
  /** Makes the page's rows up to `seq` look as old as this. */
  age(pageId: string, seq: number, days: number): Promise<void>
  query(statement: string, values?: unknown[]): Promise<Record<string, unknown>[]>
  close(): Promise<void>
}

/** Each row of its own: a commit holds one row for each author, and every update is from another one. */
const MAX_ROWS_AT_ONCE = 1_000

export async function createStoredPages(databaseUrl?: string): Promise<StoredPages> {
  const url = databaseUrl ?? (await createDatabase())
  const database = await connectDatabase(url, pino({ level: 'silent' }))
  const log = createCommitLog(database)
  const userId = randomUUID()
  const driveId = randomUUID()
  const query = async (statement: string, values: unknown[] = []) =>
    (await database.pool.query<Record<string, unknown>>(statement, values)).rows
  await query(`INSERT INTO users (id, kind, name) VALUES ($1, 'guest', 'Ann')`, [userId])
  await query(`INSERT INTO drives (id, name, created_by) VALUES ($1, 'Drive', $2)`, [driveId, userId])

  async function append(pageId: string, updates: readonly Uint8Array[]): Promise<void> {
    for (let from = 0; from < updates.length; from += MAX_ROWS_AT_ONCE) {
      const rows = updates.slice(from, from + MAX_ROWS_AT_ONCE)
      await log.append(rows.map((update) => ({ pageId, userId, connectionId: null, update })))
    }
  }

  return {
    database,
    databaseUrl: url,
    log,
    query,
    append,
    async create(title = 'A page') {
      const pageId = randomUUID()
      await query(
        `INSERT INTO pages (id, drive_id, title, position, created_by) VALUES ($1::uuid, $2, $3, 'a' || $1::text, $4)`,
        [pageId, driveId, title, userId],
      )
      await query('INSERT INTO documents (page_id) VALUES ($1)', [pageId])
      return pageId
    },
    async write(pageId, doc, change) {
      const updates: Uint8Array[] = []
      const collect = (update: Uint8Array) => updates.push(update)
      doc.on('update', collect)
      change(doc)
      doc.off('update', collect)
      await append(pageId, updates)
    },
    async readText(pageId) {
      const doc = new Y.Doc()
      await loadPage(log, pageId, doc)
      return textOf(doc)
    },
    seqs: async (pageId) =>
      (await query('SELECT seq::int FROM document_updates WHERE page_id = $1 ORDER BY seq', [pageId])).map(
        (row) => row['seq'] as number,
      ),
    snapshots: async (pageId) =>
      (await query(
        `SELECT seq::int, verified_at IS NOT NULL AS verified FROM document_snapshots WHERE page_id = $1 ORDER BY seq`,
        [pageId],
      )) as { seq: number; verified: boolean }[],
    age: async (pageId, seq, days) => {
      await query(
        `UPDATE document_updates SET created_at = now() - make_interval(days => $3) WHERE page_id = $1 AND seq <= $2`,
        [pageId, seq, days],
      )
    },
    close: database.close,
  }
}

/** The text that these tests write into. */
export const textOf = (doc: Y.Doc) => doc.getText('text').toString()

/** `count` single letters, each an update of its own, and the text that they make. */
export function typeLetters(doc: Y.Doc, count: number): Uint8Array[] {
  const updates: Uint8Array[] = []
  const collect = (update: Uint8Array) => updates.push(update)
  doc.on('update', collect)
  const text = doc.getText('text')
  for (let index = 0; index < count; index++) text.insert(text.length, String.fromCharCode(97 + (index % 26)))
  doc.off('update', collect)
  return updates
}
