import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createShowPacing, type ShowPacing } from '../../server/documents/show-pacing.ts'

let people: number
let shown: string[]
let pacing: ShowPacing

beforeEach(() => {
  vi.useFakeTimers()
  people = 100
  shown = []
  pacing = createShowPacing({
    show: (pageId, updates) => shown.push(`${pageId}: ${updates.map((update) => update[0]).join(' ')}`),
    countPeople: () => people,
    now: () => performance.now(),
  })
})
afterEach(() => {
  pacing.close()
  vi.useRealTimers()
})

const commit = (number: number, pageId = 'page') => pacing.add(pageId, [Uint8Array.of(number)])

test('a quiet page is shown each commit at once', () => {
  commit(1)
  expect(shown).toEqual(['page: 1'])
  vi.advanceTimersByTime(1_000)
  commit(2)
  expect(shown).toEqual(['page: 1', 'page: 2'])
})

test('few people are shown each commit at once, however fast they come', () => {
  people = 2
  for (let number = 1; number <= 5; number++) commit(number)
  expect(shown).toEqual(['page: 1', 'page: 2', 'page: 3', 'page: 4', 'page: 5'])
})

test('many people on a busy page are shown together what was committed within a window, in order', () => {
  for (let number = 1; number <= 4; number++) commit(number)
  expect(shown).toEqual(['page: 1'])
  vi.advanceTimersByTime(25)
  expect(shown).toEqual(['page: 1', 'page: 2 3 4'])
})

test('nothing waits longer than a window, while commits keep coming', () => {
  for (let number = 1; number <= 100; number++) {
    commit(number)
    vi.advanceTimersByTime(1)
  }
  expect(shown.length).toBeGreaterThanOrEqual(5)
  expect(shown.length).toBeLessThanOrEqual(7)
  vi.advanceTimersByTime(25)
  const all = shown.flatMap((line) => line.replace('page: ', '').split(' ').map(Number))
  expect(all).toEqual(Array.from({ length: 100 }, (_, index) => index + 1))
})

test('pages do not wait for each other', () => {
  commit(1, 'a')
  commit(2, 'a')
  commit(3, 'b')
  expect(shown).toEqual(['a: 1', 'b: 3'])
})

test('closing a page, or stopping, shows what still waits, once', () => {
  commit(1, 'a')
  commit(2, 'a')
  pacing.forget('a')
  commit(3, 'b')
  commit(4, 'b')
  pacing.close()
  expect(shown).toEqual(['a: 1', 'a: 2', 'b: 3', 'b: 4'])
  vi.advanceTimersByTime(1_000)
  expect(shown).toHaveLength(4)
})
