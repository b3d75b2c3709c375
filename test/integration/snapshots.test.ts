import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { createFoldingWorker, type FoldingWorker } from '../../server/documents/folding-worker.ts'
import { GROWTH_LIMITS } from '../../server/documents/page-growth.ts'
import { createSnapshotStore, type SnapshotStore } from '../../server/documents/snapshot-store.ts'
import { createSnapshots, type Snapshots, type SnapshotsDeps } from '../../server/documents/snapshots.ts'
import { createStoredPages, type StoredPages, textOf, typeLetters } from '../support/stored-pages.ts'
import { until } from '../support/until.ts'

let pages: StoredPages
let store: SnapshotStore
let folder: FoldingWorker
const started: Snapshots[] = []

beforeAll(async () => {
  pages = await createStoredPages()
  store = createSnapshotStore(pages.database)
})
afterAll(() => pages.close())
beforeEach(() => {
  folder = createFoldingWorker()
})
afterEach(async () => {
  for (const snapshots of started.splice(0)) await snapshots.close()
})

function start(changes: Partial<SnapshotsDeps> = {}): Snapshots {
  const snapshots = createSnapshots({
    ...{ store, folder, retentionDays: 30, thinVersions: async () => 0, logger: pino({ level: 'silent' }) },
    ...changes,
  })
  started.push(snapshots)
  return snapshots
}

/** A page with `count` letters, each a row of its own. */
async function createWrittenPage(count: number) {
  const pageId = await pages.create()
  const doc = new Y.Doc()
  const updates = typeLetters(doc, count)
  await pages.append(pageId, updates)
  return { pageId, doc, updates }
}

/** The store with some of it replaced. */
const withStore = (changes: Partial<SnapshotStore>): SnapshotStore => ({ ...store, ...changes })

describe('a snapshot is written', () => {
  test('D6 · when a page that stays open has grown by many rows', async () => {
    const { pageId, updates, doc } = await createWrittenPage(400)
    const snapshots = start({ limits: { ...GROWTH_LIMITS, tailRows: 300 } })
    snapshots.pageGrew(pageId, updates.slice(0, 299))
    await snapshots.settled()
    expect(await pages.snapshots(pageId)).toEqual([])
    snapshots.pageGrew(pageId, updates.slice(299, 300))
    await snapshots.settled()
    expect(await pages.snapshots(pageId)).toEqual([{ seq: 400, verified: true }])
    expect(await pages.readText(pageId)).toBe(textOf(doc))
  })

  test('D6 · when it has grown by many bytes in few rows', async () => {
    const pageId = await pages.create()
    const doc = new Y.Doc()
    const updates: Uint8Array[] = []
    doc.on('update', (update: Uint8Array) => updates.push(update))
    for (let row = 0; row < 3; row++) doc.getText('text').insert(0, 'x'.repeat(100_000))
    await pages.append(pageId, updates)
    const snapshots = start({ limits: { ...GROWTH_LIMITS, tailBytes: 250_000 } })
    snapshots.pageGrew(pageId, updates.slice(0, 2))
    await snapshots.settled()
    expect(await pages.snapshots(pageId)).toEqual([])
    snapshots.pageGrew(pageId, updates.slice(2))
    await snapshots.settled()
    expect(await pages.snapshots(pageId)).toEqual([{ seq: 3, verified: true }])
  })

  test('D6 · when nobody has written for a while, though the page stays open', async () => {
    const { pageId, updates } = await createWrittenPage(GROWTH_LIMITS.idleTailRows)
    const snapshots = start({ limits: { ...GROWTH_LIMITS, idleMs: 20 } })
    snapshots.pageGrew(pageId, updates.slice(-1))
    await until(async () => (await pages.snapshots(pageId))[0]?.verified)
  })

  test('D6 · when the last one closes it, but not for a few rows', async () => {
    const short = await createWrittenPage(GROWTH_LIMITS.idleTailRows - 1)
    const long = await createWrittenPage(GROWTH_LIMITS.idleTailRows)
    const snapshots = start()
    snapshots.pageIdle(short.pageId)
    snapshots.pageIdle(long.pageId)
    await snapshots.settled()
    expect(await pages.snapshots(short.pageId)).toEqual([])
    expect(await pages.snapshots(long.pageId)).toEqual([{ seq: GROWTH_LIMITS.idleTailRows, verified: true }])
  })

  test('D6 · when a sweep finds a tail from before a restart', async () => {
    const { pageId } = await createWrittenPage(GROWTH_LIMITS.idleTailRows)
    const snapshots = start()
    snapshots.sweep()
    await snapshots.settled()
    expect(await pages.snapshots(pageId)).toEqual([{ seq: GROWTH_LIMITS.idleTailRows, verified: true }])
  })

  test('D6 · and the older one goes only then', async () => {
    const { pageId, doc } = await createWrittenPage(300)
    const snapshots = start()
    snapshots.pageIdle(pageId)
    await snapshots.settled()
    await pages.append(pageId, typeLetters(doc, 300))
    const seen: unknown[] = []
    const looking = withStore({
      async readBack(...page) {
        seen.push(await pages.snapshots(pageId))
        return store.readBack(...page)
      },
    })
    const next = start({ store: looking })
    next.pageIdle(pageId)
    await next.settled()
    expect(seen).toEqual([
      [
        { seq: 300, verified: true },
        { seq: 600, verified: false },
      ],
    ])
    expect(await pages.snapshots(pageId)).toEqual([{ seq: 600, verified: true }])
    expect(await pages.readText(pageId)).toBe(textOf(doc))
  })
})

describe('a snapshot that is not the same when it is read back', () => {
  test.each([
    ['has a changed byte', 'set_byte(state, 10, 255 - get_byte(state, 10))'],
    ['is cut off', 'substring(state FROM 1 FOR length(state) / 2)'],
    ['is empty', `''::bytea`],
  ])('D6 · because it %s does not count, and every row stays', async (_what, damage) => {
    const { pageId, doc } = await createWrittenPage(300)
    await pages.age(pageId, 300, 365)
    const logs: string[] = []
    const logger = pino({ level: 'warn' }, { write: (line: string) => logs.push(line) })
    const damaging = withStore({
      async readBack(...page) {
        await pages.query(`UPDATE document_snapshots SET state = ${damage} WHERE page_id = $1`, [pageId])
        return store.readBack(...page)
      },
    })
    const snapshots = start({ store: damaging, logger })
    snapshots.pageIdle(pageId)
    await snapshots.settled()
    expect(logs.join('')).toContain('snapshot-mismatch')
    expect(await pages.snapshots(pageId)).toEqual([{ seq: 300, verified: false }])
    expect(await store.trim(pageId, 0)).toBe(0)
    expect(await pages.seqs(pageId)).toHaveLength(300)
    expect(await pages.readText(pageId)).toBe(textOf(doc))

    const healthy = start()
    healthy.pageIdle(pageId)
    await healthy.settled()
    expect(await pages.snapshots(pageId)).toEqual([{ seq: 300, verified: true }])
    expect(await pages.seqs(pageId)).toEqual([])
    expect(await pages.readText(pageId)).toBe(textOf(doc))
  })

  test('D6 · because the rows say something else than the first fold does not count', async () => {
    const { pageId } = await createWrittenPage(300)
    const { state } = await foldOther()
    const lying = withStore({ putUnverified: (page, seq) => store.putUnverified(page, seq, state) })
    const snapshots = start({ store: lying })
    snapshots.pageIdle(pageId)
    await snapshots.settled()
    expect(await pages.snapshots(pageId)).toEqual([{ seq: 300, verified: false }])
  })

  async function foldOther() {
    const fold = await folder.start()
    await fold.apply(typeLetters(new Y.Doc(), 300))
    return fold.finish()
  }
})

describe('while people write', () => {
  test('D6 · commits during a snapshot are behind it, and nothing is lost', async () => {
    const { pageId, doc } = await createWrittenPage(300)
    const writing = withStore({
      async readRows(...batch) {
        await pages.append(pageId, typeLetters(doc, 5))
        return store.readRows(...batch)
      },
    })
    const snapshots = start({ store: writing, retentionDays: 0 })
    snapshots.pageIdle(pageId)
    await snapshots.settled()
    expect(await pages.snapshots(pageId)).toEqual([{ seq: 300, verified: true }])
    expect((await pages.seqs(pageId))[0]).toBe(301)
    expect(await pages.readText(pageId)).toBe(textOf(doc))
  })

  test('D6 · two servers that tidy up the same page at once lose nothing', async () => {
    const { pageId, doc } = await createWrittenPage(1_000)
    const others = [start({ retentionDays: 0 }), start({ retentionDays: 0, folder: createFoldingWorker() })]
    for (let round = 0; round < 5; round++) {
      for (const snapshots of others) snapshots.pageIdle(pageId)
      await pages.append(pageId, typeLetters(doc, 250))
      expect(await pages.readText(pageId)).toBe(textOf(doc))
    }
    await Promise.all(others.map((snapshots) => snapshots.settled()))
    expect(await pages.readText(pageId)).toBe(textOf(doc))
  })
})

describe('stopping', () => {
  test.each(['readRows', 'putUnverified', 'readBack', 'markVerified'] as const)(
    'D6 · in the middle, at %s, is prompt and leaves a page that opens',
    async (step) => {
      const { pageId, doc } = await createWrittenPage(300)
      let reached: () => void = () => undefined
      const arrived = new Promise<void>((resolve) => {
        reached = resolve
      })
      const original = store[step] as (...values: unknown[]) => Promise<unknown>
      let closing: Promise<void> | undefined
      const stopped: SnapshotStore = withStore({
        [step]: async (...values: unknown[]) => {
          closing ??= snapshots.close()
          reached()
          return original(...values)
        },
      })
      const snapshots = start({ store: stopped, retentionDays: 0 })
      snapshots.pageIdle(pageId)
      await arrived
      await closing
      expect(await pages.readText(pageId)).toBe(textOf(doc))
      expect(
        (await pages.snapshots(pageId)).every(({ verified }) => !verified || step === 'markVerified'),
      ).toBe(true)
      snapshots.pageGrew(pageId, typeLetters(doc, 1))
      await snapshots.settled()

      const next = start({ folder: createFoldingWorker(), retentionDays: 0 })
      next.pageIdle(pageId)
      await next.settled()
      expect(await pages.readText(pageId)).toBe(textOf(doc).slice(0, 300))
    },
  )

  test('D6 · is for good: nothing is looked at afterwards', async () => {
    const { pageId, updates } = await createWrittenPage(300)
    let looks = 0
    const counting = withStore({
      standing: (...page) => {
        looks++
        return store.standing(...page)
      },
    })
    const snapshots = start({ store: counting, limits: { ...GROWTH_LIMITS, tailRows: 1 } })
    await snapshots.close()
    snapshots.pageIdle(pageId)
    snapshots.pageGrew(pageId, updates)
    snapshots.sweep()
    await snapshots.settled()
    expect(looks).toBe(0)
  })

  test('D6 · a thread that dies is replaced, and the page is snapshotted the next time', async () => {
    const { pageId } = await createWrittenPage(300)
    const dying = createFoldingWorker()
    const lost = withStore({
      async readRows(...batch) {
        await dying.close()
        return store.readRows(...batch)
      },
    })
    const broken = start({ store: lost, folder: dying })
    broken.pageIdle(pageId)
    await broken.settled()
    expect(await pages.snapshots(pageId)).toEqual([])
    const snapshots = start()
    snapshots.pageIdle(pageId)
    await snapshots.settled()
    expect(await pages.snapshots(pageId)).toEqual([{ seq: 300, verified: true }])
  })
})

test('D6 · a page of 20,000 edits opens from its snapshot in a fraction of the time', async () => {
  const { pageId, doc } = await createWrittenPage(20_000)
  const measure = async () => {
    const startedAt = performance.now()
    expect(await pages.readText(pageId)).toBe(textOf(doc))
    return performance.now() - startedAt
  }
  await measure()
  const before = await measure()
  const startedAt = performance.now()
  const snapshots = start({ retentionDays: 0 })
  snapshots.pageIdle(pageId)
  await snapshots.settled()
  const took = performance.now() - startedAt
  const after = await measure()
  console.info(
    `20,000 rows: opened in ${before.toFixed(0)} ms from the log, ${after.toFixed(1)} ms from the snapshot, ` +
      `which took ${took.toFixed(0)} ms with trimming`,
  )
  expect(await pages.seqs(pageId)).toEqual([])
  expect(after).toBeLessThan(before / 3)
})
