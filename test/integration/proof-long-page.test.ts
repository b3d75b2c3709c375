import { afterAll, beforeAll, expect, test } from 'vitest'
import * as Y from 'yjs'
import { createFoldingWorker } from '../../server/documents/folding-worker.ts'
import { createSnapshotStore } from '../../server/documents/snapshot-store.ts'
import { writeSnapshot } from '../../server/documents/write-snapshot.ts'
import { insertUpdates } from '../support/page-log.ts'
import { chooseSeed, createRandom, scale } from '../support/proof-scale.ts'
import { createStoredPages, type StoredPages, textOf } from '../support/stored-pages.ts'

const EDITS = scale(50_000, 1_000_000)
/** Rows behind the snapshot, as many as a busy page has at most. */
const TAIL = scale(500, 5_000)
const OPENINGS = 9

let pages: StoredPages

beforeAll(async () => {
  pages = await createStoredPages()
})
afterAll(() => pages.close())

test(`D6 · a page of ${EDITS.toLocaleString('en')} edits opens about as fast as its state can be applied`, {
  timeout: scale(120_000, 900_000),
}, async () => {
  const pageId = await pages.create()
  const author = createAuthor()
  for (let head = 0; head < EDITS; head += 50_000)
    await insertUpdates(pages.databaseUrl, pageId, head, author.type(50_000))
  const store = createSnapshotStore(pages.database)
  const folder = createFoldingWorker()
  const { signal } = new AbortController()
  const snapshotMs = await time(() => writeSnapshot({ store, folder, signal }, pageId))
  await folder.close()
  await insertUpdates(pages.databaseUrl, pageId, EDITS, author.type(TAIL))

  const text = textOf(author.doc)
  const state = Y.encodeStateAsUpdate(author.doc)
  const opened: number[] = []
  const bare: number[] = []
  for (let opening = 0; opening < OPENINGS; opening++) {
    opened.push(await time(async () => expect(await pages.readText(pageId)).toBe(text)))
    bare.push(
      await time(async () => {
        const doc = new Y.Doc()
        Y.applyUpdate(doc, state)
        expect(textOf(doc)).toBe(text)
      }),
    )
  }
  console.info(
    `${EDITS} rows under a snapshot and ${TAIL} behind it: opens in ${median(opened).toFixed(0)} ms, ` +
      `a bare apply of its ${(state.byteLength / 1024).toFixed(0)} KiB takes ${median(bare).toFixed(0)} ms; ` +
      `the snapshot took ${(snapshotMs / 1000).toFixed(1)} s`,
  )
  expect(await pages.seqs(pageId)).toHaveLength(EDITS + TAIL)
  // The tail costs some 10 µs a row; all the rows under the snapshot would cost a hundred times that.
  expect(median(opened)).toBeLessThan(3 * median(bare) + scale(150, 400))
})

/** Somebody who types, jumps and deletes, letter by letter, the same for the same seed. */
function createAuthor() {
  const random = createRandom(chooseSeed('proof-long-page'))
  const doc = new Y.Doc()
  const text = doc.getText('text')
  let at = 0
  return {
    doc,
    /** The updates of the next edits. */
    type(count: number): Uint8Array[] {
      const updates: Uint8Array[] = []
      const collect = (update: Uint8Array) => updates.push(update)
      doc.on('update', collect)
      while (updates.length < count) {
        const dice = random()
        if (dice < 0.01) at = Math.floor(random() * (text.length + 1))
        if (dice > 0.8 && at > 0) text.delete(--at, 1)
        else text.insert(at++, String.fromCharCode(97 + Math.floor(random() * 26)))
      }
      doc.off('update', collect)
      return updates
    },
  }
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number
