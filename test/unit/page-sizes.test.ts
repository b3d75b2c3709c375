import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { createPageSizes, onlyDeletes } from '../../server/documents/page-sizes.ts'
import {
  computeComeBackMs,
  MAX_COME_BACK_WINDOW_MS,
  MIN_COME_BACK_WINDOW_MS,
} from '../../server/operations/come-back.ts'

function setUp() {
  const happened: string[] = []
  /** What pages in memory weigh. */
  const open: Record<string, number> = {}
  const sizes = createPageSizes({
    limitBytes: 1_000,
    measureNow: (pageId) => open[pageId] ?? null,
    warn: (pageId, bytes) => happened.push(`${pageId} warned at ${bytes}`),
    foundRoom: (pageId) => happened.push(`${pageId} has room`),
  })
  const measure = (pageId: string, bytes: number) => sizes.measuring(pageId)(bytes)
  return { sizes, measure, open, look: () => happened.splice(0) }
}

test('A5 · a page grows by every commit, and what came while it was measured is not forgotten', () => {
  const { sizes, measure } = setUp()
  expect(sizes.hasRoom('unknown', 5_000, 0)).toBe(true)
  measure('p', 500)
  sizes.grew('p', 200)
  expect([sizes.hasRoom('p', 300, 0), sizes.hasRoom('p', 301, 0), sizes.hasRoom('p', 200, 101)]).toEqual([
    true,
    false,
    false,
  ])
  const measured = sizes.measuring('p')
  sizes.grew('p', 100)
  measured(400)
  expect([sizes.hasRoom('p', 500, 0), sizes.hasRoom('p', 501, 0)]).toEqual([true, false])
})

test('A5 · it warns once when a page comes near the limit, and again only after it was well below', () => {
  const { sizes, measure, look } = setUp()
  measure('p', 799)
  expect([look(), sizes.worrying('p')]).toEqual([[], null])
  sizes.grew('p', 1)
  sizes.grew('p', 50)
  expect([look(), sizes.worrying('p')]).toEqual([['p warned at 800'], 850])
  measure('p', 760)
  sizes.grew('p', 100)
  expect(look()).toEqual([])
  measure('p', 700)
  sizes.grew('p', 100)
  expect(look()).toEqual(['p warned at 800'])
})

test('A5 · it says when a page that refused something would take it, and not before', () => {
  const { sizes, measure, look } = setUp()
  measure('p', 700)
  expect([sizes.isFull('p'), sizes.hasRoom('p', 400, 0), sizes.isFull('p')]).toEqual([false, false, true])
  measure('p', 601)
  expect(look()).toEqual([])
  measure('p', 600)
  expect([look(), sizes.isFull('p')]).toEqual([['p has room'], false])
  measure('p', 500)
  expect(look()).toEqual([])
  // What could not even fit into an empty page is nothing to wait for.
  expect([sizes.hasRoom('p', 1_001, 0), sizes.isFull('p')]).toEqual([false, false])
})

test('A5 · an open page is measured before anybody is warned or refused, and not again for nothing', () => {
  const { sizes, measure, open, look } = setUp()
  measure('p', 100)
  open['p'] = 150
  for (let count = 0; count < 50; count++) sizes.grew('p', 100)
  expect([look(), sizes.hasRoom('p', 800, 0)]).toEqual([[], true])
  measure('p', 900)
  look()
  open['p'] = 0
  expect([sizes.hasRoom('p', 101, 0), sizes.hasRoom('p', 101, 0)]).toEqual([false, false])
  sizes.grew('p', 10)
  expect([sizes.hasRoom('p', 101, 0), look()]).toEqual([true, ['p has room']])
})

test('an update that only deletes is recognised', () => {
  const doc = new Y.Doc()
  const text = doc.getText('t')
  const updates: Uint8Array[] = []
  doc.on('update', (update: Uint8Array) => updates.push(update))
  text.insert(0, 'some text')
  text.delete(2, 3)
  doc.transact(() => {
    text.delete(0, 1)
    text.insert(0, 'x')
  })
  expect(updates.map(onlyDeletes)).toEqual([false, true, false])
})

test('V2 · clients are spread over a window that grows with them, and never waits too long', () => {
  expect(computeComeBackMs(1, () => 0)).toBe(0)
  expect(computeComeBackMs(0, () => 1)).toBe(MIN_COME_BACK_WINDOW_MS)
  expect(computeComeBackMs(2_000, () => 1)).toBe(MIN_COME_BACK_WINDOW_MS + 10_000)
  expect(computeComeBackMs(1_000_000, () => 1)).toBe(MAX_COME_BACK_WINDOW_MS)
})
