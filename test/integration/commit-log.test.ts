import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectDatabase, type Database } from '../../server/database/connect.ts'
import { type CommitLog, createCommitLog } from '../../server/documents/commit-log.ts'
import { createSnapshotStore } from '../../server/documents/snapshot-store.ts'
import { createDatabase } from '../support/start-server.ts'

let database: Database
let other: Database
let logs: readonly [CommitLog, CommitLog]
const userId = randomUUID()

beforeAll(async () => {
  const url = await createDatabase()
  const logger = pino({ level: 'silent' })
  database = await connectDatabase(url, logger)
  other = await connectDatabase(url, logger)
  logs = [createCommitLog(database), createCommitLog(other)]
  await database.pool.query(`INSERT INTO users (id, kind, name) VALUES ($1, 'guest', 'Ann')`, [userId])
})
afterAll(async () => {
  await database.close()
  await other.close()
})

async function createPages(count: number): Promise<string[]> {
  const driveId = randomUUID()
  await database.pool.query('INSERT INTO drives (id, name, created_by) VALUES ($1, $2, $3)', [
    driveId,
    'Drive',
    userId,
  ])
  const ids = Array.from({ length: count }, () => randomUUID())
  for (const id of ids) {
    await database.pool.query(
      `INSERT INTO pages (id, drive_id, title, position, created_by) VALUES ($1::uuid, $2, '', 'a' || $1::text, $3)`,
      [id, driveId, userId],
    )
    await database.pool.query('INSERT INTO documents (page_id) VALUES ($1)', [id])
  }
  return ids
}

const change = (pageId: string, byte: number) => ({
  pageId,
  userId,
  connectionId: null,
  update: Uint8Array.of(byte),
})

test('D5 · two servers that append to the same pages at once leave no gap and do not deadlock', async () => {
  const pageIds = await createPages(3)
  const backwards = [...pageIds].reverse()
  const rounds = Array.from({ length: 60 }, (_, round) => {
    const order = round % 2 === 0 ? pageIds : backwards
    return (logs[round % 2] as CommitLog).append([...order, ...order].map((pageId) => change(pageId, round)))
  })
  await Promise.all(rounds)
  for (const pageId of pageIds) {
    const page = await logs[0].read(pageId)
    expect(page?.seq).toBe(120)
    expect(page?.updates.map((row) => row.seq)).toEqual(Array.from({ length: 120 }, (_, index) => index + 1))
  }
})

test('D5 · a row with a higher seq never becomes visible before a lower one', async () => {
  const [pageId] = (await createPages(1)) as [string]
  let writing = true
  const writers = logs.map(async (log) => {
    for (let round = 0; round < 100; round++) await log.append([change(pageId, 1)])
  })
  const reader = (async () => {
    let reads = 0
    while (writing || reads === 0) {
      const { rows } = await database.pool.query<{ count: number; last: number; head: number }>(
        `SELECT count(*)::int AS count, coalesce(max(u.seq), 0)::int AS last,
                (SELECT seq::int FROM documents WHERE page_id = $1) AS head
         FROM document_updates u WHERE page_id = $1`,
        [pageId],
      )
      const row = rows[0]
      expect(row?.count).toBe(row?.last)
      expect(row?.head).toBe(row?.last)
      reads++
    }
    return reads
  })()
  await Promise.all(writers)
  writing = false
  expect(await reader).toBeGreaterThan(10)
})

test('changes of one page keep their order, and a page that does not exist takes no other with it', async () => {
  const [pageId] = (await createPages(1)) as [string]
  const unknown = randomUUID()
  const written = await logs[0].append([
    change(pageId, 1),
    change(unknown, 9),
    change(pageId, 2),
    change(pageId, 3),
  ])
  expect([...written]).toEqual([[pageId, { first: 1, last: 3 }]])
  const page = await logs[0].read(pageId)
  expect(page?.updates.map((row) => row.update[0])).toEqual([1, 2, 3])
  expect(await logs[0].read(unknown)).toBeNull()
})

test('D4 · reading while others append and trim never shows a torn page', async () => {
  const [pageId] = (await createPages(1)) as [string]
  const store = createSnapshotStore(database)
  const writing = (async () => {
    for (let round = 0; round < 100; round++) {
      await logs[1].append([change(pageId, 1)])
      if (round % 20 === 10) {
        const state = Uint8Array.of(0)
        await store.putUnverified(pageId, round, state)
        await store.markVerified(pageId, round, state)
        await store.trim(pageId, 0)
      }
    }
  })()
  let done = false
  void writing.then(() => {
    done = true
  })
  while (!done) {
    const page = await logs[0].read(pageId)
    if (page === null) throw new Error('the page vanished')
    const from = page.snapshot?.seq ?? 0
    expect(page.updates.map((row) => row.seq)).toEqual(
      Array.from({ length: page.seq - from }, (_, index) => from + index + 1),
    )
  }
  await writing
})

test('refuses a PostgreSQL that would lose commits', async () => {
  const url = new URL(await createDatabase())
  const client = new pg.Client(url.href)
  await client.connect()
  // fsync is a server-wide setting and this server is shared: what is read is overlaid for this database.
  await client.query(`CREATE SCHEMA shadow`)
  await client.query(`CREATE FUNCTION shadow.current_setting(text) RETURNS text LANGUAGE sql AS $$
    SELECT CASE $1 WHEN 'fsync' THEN 'off' ELSE pg_catalog.current_setting($1) END $$`)
  await client.query(`ALTER DATABASE ${client.database} SET search_path = shadow, pg_catalog, public`)
  await client.end()
  await expect(connectDatabase(url.href, pino({ level: 'silent' }))).rejects.toThrow(/fsync/)
})
