import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { startEmbeddedPostgres } from '../../server/database/embedded/embedded-postgres.ts'
import { createInlineFolder } from '../../server/documents/fold.ts'
import { createSnapshotStore } from '../../server/documents/snapshot-store.ts'
import { writeSnapshot } from '../../server/documents/write-snapshot.ts'
import { bundleServer, type ServerBundle } from '../simulator/world/bundle-server.ts'
import { createStoredPages, type StoredPages, textOf, typeLetters } from '../support/stored-pages.ts'

interface Examination {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const PROJECT = fileURLToPath(new URL('../..', import.meta.url))

/** As one file it starts in a fraction of the time that its sources need. */
let program: ServerBundle

/** Runs the program as `npm run doctor` does. */
function examine(environment: Record<string, string>, ...options: string[]): Promise<Examination> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [program.file, ...options],
      { cwd: PROJECT, env: { PATH: process.env['PATH'], ...environment } },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    )
  })
}

interface Item {
  readonly pageId: string
  readonly kind: string
  readonly seq: number | null
  readonly problem: string
  readonly state: string
}
const itemsOf = ({ stdout }: Examination) => (JSON.parse(stdout) as { items: Item[] }).items

/** What happens to a page with 20 rows, of which the snapshot at 15 covers most; and what the doctor makes of it. */
interface Damage {
  readonly what: string
  /** With the rows up to 15 trimmed. */
  readonly trimmed?: boolean
  readonly plant: string | ((pageId: string) => Promise<unknown>)
  readonly kind: string
  readonly says: RegExp
  /** How it stands after a repair, and whether the page opens then. */
  readonly after: 'repaired' | 'kept-safe' | 'found'
  readonly opens: boolean
}

/** A statement that the database's own rules would not allow. */
const unchecked = (statement: string) => async (pageId: string) => {
  const client = await pages.database.pool.connect()
  try {
    await client.query('SET session_replication_role = replica')
    await client.query(statement, [pageId])
  } finally {
    client.release(true)
  }
}

/** A snapshot that is intact and says something else. */
const otherState = (letters: number) => async (pageId: string) => {
  const doc = new Y.Doc()
  typeLetters(doc, letters)
  await pages.query(
    'UPDATE document_snapshots SET state = $2::bytea, digest = sha256($2::bytea) WHERE page_id = $1',
    [pageId, Buffer.from(Y.encodeStateAsUpdate(doc))],
  )
}

const DAMAGES: Damage[] = [
  {
    what: 'a snapshot with a changed byte',
    plant:
      'UPDATE document_snapshots SET state = set_byte(state, 10, 255 - get_byte(state, 10)) WHERE page_id = $1',
    ...{ kind: 'snapshot-damaged', says: /snapshot at 15 is damaged/, after: 'repaired', opens: true },
  },
  {
    what: 'a snapshot with a changed byte and no rows to replace it',
    trimmed: true,
    plant:
      'UPDATE document_snapshots SET state = set_byte(state, 10, 255 - get_byte(state, 10)) WHERE page_id = $1',
    ...{ kind: 'snapshot-damaged', says: /snapshot at 15 is damaged/, after: 'found', opens: false },
  },
  {
    what: 'a snapshot of something else',
    plant: otherState(15),
    ...{
      kind: 'snapshot-differs',
      says: /not what the log says: it lacks something/,
      after: 'repaired',
      opens: true,
    },
  },
  {
    what: 'a snapshot that lacks a deletion',
    async plant(pageId) {
      const doc = new Y.Doc()
      const { updates } = (await pages.log.read(pageId, 1)) ?? { updates: [] }
      for (const { update } of updates.slice(0, 14)) Y.applyUpdate(doc, update)
      await pages.query(
        'UPDATE document_snapshots SET state = $2::bytea, digest = sha256($2::bytea) WHERE page_id = $1',
        [pageId, Buffer.from(Y.encodeStateAsUpdate(doc))],
      )
    },
    ...{
      kind: 'snapshot-differs',
      says: /something is deleted in one and not in the other/,
      after: 'repaired',
      opens: true,
    },
  },
  {
    what: 'a missing row',
    plant: 'DELETE FROM document_updates WHERE page_id = $1 AND seq = 18',
    ...{ kind: 'row-missing', says: /^Row 18 of its log is missing/, after: 'found', opens: false },
  },
  {
    what: 'missing rows that the snapshot covers',
    plant: 'DELETE FROM document_updates WHERE page_id = $1 AND seq BETWEEN 5 AND 7',
    ...{ kind: 'row-missing', says: /^Rows 5 to 7 of its log are missing/, after: 'found', opens: true },
  },
  {
    what: 'a row that does not decode',
    plant: `UPDATE document_updates SET update = '\\x0102030405' WHERE page_id = $1 AND seq = 18`,
    ...{
      kind: 'row-undecodable',
      says: /^Row 18 of its log does not decode/,
      after: 'kept-safe',
      opens: false,
    },
  },
  {
    what: 'a row that does not decode, which the snapshot covers',
    plant: `UPDATE document_updates SET update = '\\x0102030405' WHERE page_id = $1 AND seq = 8`,
    ...{
      kind: 'row-undecodable',
      says: /^Row 8 of its log does not decode/,
      after: 'kept-safe',
      opens: true,
    },
  },
  {
    what: 'a head that is too high',
    plant: 'UPDATE documents SET seq = 22 WHERE page_id = $1',
    ...{
      kind: 'head-disagrees',
      says: /head says 22, but its log ends at 20/,
      after: 'repaired',
      opens: true,
    },
  },
  {
    what: 'a head that is too low',
    plant: 'UPDATE documents SET seq = 17 WHERE page_id = $1',
    ...{
      kind: 'head-disagrees',
      says: /head says 17, but its log ends at 20/,
      after: 'repaired',
      opens: true,
    },
  },
  {
    what: 'rows without a head',
    plant: unchecked('DELETE FROM documents WHERE page_id = $1'),
    ...{ kind: 'document-missing', says: /rows, but no head/, after: 'repaired', opens: true },
  },
  {
    what: 'a text without a page',
    plant: unchecked('DELETE FROM pages WHERE id = $1'),
    ...{ kind: 'page-missing', says: /text with 20 rows, but no page/, after: 'found', opens: true },
  },
  {
    what: 'a page without a text',
    plant: 'DELETE FROM documents WHERE page_id = $1',
    ...{ kind: 'document-missing', says: /no document/, after: 'found', opens: false },
  },
  {
    what: 'a mark that is not needed any more',
    plant: `UPDATE documents SET damage = 'an old story' WHERE page_id = $1`,
    ...{
      kind: 'marked-needlessly',
      says: /marked as closed \(“an old story”\)/,
      after: 'repaired',
      opens: true,
    },
  },
]

let pages: StoredPages
interface Planted {
  readonly pageId: string
  readonly text: string
  readonly rowsBefore: number
  readonly rowsAfter: number
}
const planted = new Map<string, Planted>()
let healthyId: string
let before: Examination
let beforeInWords: Examination
let repairing: Examination
let after: Examination

async function createDamagedPage({
  what,
  trimmed,
  plant,
}: Damage): Promise<{ pageId: string; text: string }> {
  const store = createSnapshotStore(pages.database)
  const pageId = await pages.create(what)
  const doc = new Y.Doc()
  await pages.append(pageId, typeLetters(doc, 14))
  await pages.write(pageId, doc, () => doc.getText('text').delete(3, 1))
  const signal = new AbortController().signal
  await writeSnapshot({ store, folder: createInlineFolder(), signal }, pageId)
  await pages.append(pageId, typeLetters(doc, 5))
  if (trimmed) await store.trim(pageId, 0)
  if (typeof plant === 'string') await pages.query(plant, [pageId])
  else await plant(pageId)
  return { pageId, text: textOf(doc) }
}

beforeAll(async () => {
  program = await bundleServer({ entry: join(PROJECT, 'server/doctor.ts') })
  pages = await createStoredPages()
  const url = { DATABASE_URL: pages.databaseUrl }
  healthyId = await pages.create('Healthy')
  await pages.append(healthyId, typeLetters(new Y.Doc(), 30))
  await pages.create('Empty')
  for (const damage of DAMAGES) {
    const page = await createDamagedPage(damage)
    const rowsBefore = (await pages.seqs(page.pageId)).length
    planted.set(damage.what, { ...page, rowsBefore, rowsAfter: 0 })
  }
  before = await examine(url, '--json')
  beforeInWords = await examine(url)
  repairing = await examine(url, '--json', '--repair')
  after = await examine(url, '--json')
  for (const page of planted.values())
    Object.assign(page, { rowsAfter: (await pages.seqs(page.pageId)).length })
})
afterAll(async () => {
  await pages.close()
  await program.remove()
})

describe('npm run doctor', () => {
  test('D4 · ends with 1 and finds every damage and nothing else', () => {
    expect(before.stderr).toBe('')
    expect([before.code, beforeInWords.code]).toEqual([1, 1])
    const damaged = new Set(itemsOf(before).map(({ pageId }) => pageId))
    expect(damaged).toEqual(new Set([...planted.values()].map(({ pageId }) => pageId)))
    expect(JSON.parse(before.stdout)).toMatchObject({
      pages: DAMAGES.length + 2,
      damagedPages: DAMAGES.length,
    })
    expect(beforeInWords.stdout).toContain(`${DAMAGES.length} pages are damaged. Nothing was changed.`)
  })

  test.each(DAMAGES)('D4 · names $what, and $after is how it stands after --repair', async (damage) => {
    const { pageId, text, rowsBefore, rowsAfter } = planted.get(damage.what) as Planted
    const about = (examination: Examination) =>
      itemsOf(examination).filter((item) => item.pageId === pageId && item.kind === damage.kind)
    expect(about(before)).toEqual([expect.objectContaining({ state: 'found' })])
    const problem = about(before)[0]?.problem ?? ''
    expect(problem).toMatch(damage.says)
    expect(beforeInWords.stdout).toContain(pageId)
    expect(beforeInWords.stdout).toContain(problem)

    expect(about(repairing)).toEqual([expect.objectContaining({ state: damage.after })])
    expect(about(after)).toHaveLength(damage.after === 'repaired' ? 0 : 1)
    expect(rowsAfter).toBe(rowsBefore)
    if (damage.opens) expect(await pages.readText(pageId)).toBe(text)
    else
      await expect(pages.readText(pageId)).rejects.toMatchObject({
        code: expect.stringMatching(/^page-(unreadable|deleted)$/),
      })
  })

  test('D4 · a repaired snapshot and a broken row are in quarantine, byte for byte', async () => {
    const inQuarantine = async (what: string) =>
      (
        await pages.query(
          'SELECT kind, seq::int, length(content) AS length, reason FROM document_quarantine WHERE page_id = $1',
          [planted.get(what)?.pageId],
        )
      )[0]
    expect(await inQuarantine('a snapshot with a changed byte')).toMatchObject({ kind: 'snapshot', seq: 15 })
    // Looked at and repaired twice, kept once.
    expect(await inQuarantine('a row that does not decode')).toMatchObject({
      kind: 'row',
      seq: 18,
      length: 5,
    })
    const url = { DATABASE_URL: pages.databaseUrl }
    await examine(url, '--repair')
    const { rows } = await pages.database.pool.query(
      'SELECT count(*)::int AS count FROM document_quarantine GROUP BY page_id, kind, seq',
    )
    expect(rows.map(({ count }) => count)).toEqual(rows.map(() => 1))
  })

  test('D4 · --page looks at one page only', async () => {
    const url = { DATABASE_URL: pages.databaseUrl }
    const healthy = await examine(url, '--page', healthyId)
    expect(healthy).toEqual({ code: 0, stderr: '', stdout: 'One page was checked: all is well.\n' })
    const { pageId } = planted.get('a missing row') as Planted
    const damaged = await examine(url, '--page', pageId)
    expect(damaged.code).toBe(1)
    expect(damaged.stdout).toContain('One page was checked: one page is damaged. Nothing was changed.')
  })

  test('ends with 2 when it cannot look', async () => {
    const url = { DATABASE_URL: pages.databaseUrl }
    const answers = await Promise.all([
      examine(url, '--page', '00000000-0000-4000-8000-000000000000'),
      examine(url, '--page', 'nonsense'),
      examine(url, '--fix'),
      examine({ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing' }),
      examine({ DATA_DIR: '/nonexistent/copydesk' }),
    ])
    expect(answers.map(({ code }) => code)).toEqual([2, 2, 2, 2, 2])
    expect(answers[0]?.stdout).toContain('There is no page 00000000')
    expect(answers.slice(1).map(({ stderr }) => stderr)).toEqual([
      expect.stringContaining('nonsense is not the id of a page'),
      expect.stringContaining('--fix'),
      expect.stringContaining('Check that DATABASE_URL is right'),
      expect.stringContaining('There are no pages in /nonexistent/copydesk'),
    ])
  })

  test('D4 · examines the embedded database beside a running server, and alone', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'copydesk-doctor-'))
    try {
      expect((await examine({ DATA_DIR: dataDir })).code).toBe(2)
      expect(await readdir(dataDir)).toEqual([])

      const postgres = await startEmbeddedPostgres({ dataDir, logger: pino({ level: 'silent' }) })
      const own = await createStoredPages(postgres.url)
      await own.append(await own.create(), typeLetters(new Y.Doc(), 3))
      const beside = await examine({ DATA_DIR: dataDir })
      // It is still there for the server.
      expect(await own.query('SELECT 1 AS one')).toEqual([{ one: 1 }])
      await own.close()
      await postgres.stop()
      const alone = await examine({ DATA_DIR: dataDir })
      const well = { code: 0, stderr: '', stdout: 'One page was checked: all is well.\n' }
      expect([beside, alone]).toEqual([well, well])
    } finally {
      await rm(dataDir, { recursive: true, force: true })
    }
  })
})
