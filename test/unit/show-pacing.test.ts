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

const commit = (number: number, pageId = 'page') => pacing.add(pageId, [Uint8Array.of(number % 256)])
const numbers = () => shown.flatMap((line) => line.replace(/.*: /, '').split(' ').map(Number))

/** Commits one update after the other, this many in a second, for a second; and forgets what was shown. */
function makeBusy(updatesPerSecond: number, pageId = 'page'): void {
  for (let number = 0; number < updatesPerSecond; number++) {
    commit(0, pageId)
    vi.advanceTimersByTime(1_000 / updatesPerSecond)
  }
  vi.advanceTimersByTime(25)
  shown = []
}

test('a quiet page is shown each commit at once', () => {
  commit(1)
  expect(shown).toEqual(['page: 1'])
  vi.advanceTimersByTime(1_000)
  commit(2)
  expect(shown).toEqual(['page: 1', 'page: 2'])
})

test('two hundred updates a second for a hundred people are still shown at once', () => {
  makeBusy(200)
  for (let number = 1; number <= 10; number++) {
    commit(number)
    vi.advanceTimersByTime(5)
  }
  expect(shown).toHaveLength(10)
})

test('few people are shown each commit at once, however fast they come', () => {
  people = 2
  for (let number = 1; number <= 5; number++) commit(number)
  expect(shown).toEqual(['page: 1', 'page: 2', 'page: 3', 'page: 4', 'page: 5'])
})

test('many people on a busy page are shown together what was committed within a window, in order', () => {
  makeBusy(500)
  for (let number = 1; number <= 4; number++) commit(number)
  expect(shown).toEqual(['page: 1'])
  vi.advanceTimersByTime(25)
  expect(shown).toEqual(['page: 1', 'page: 2 3 4'])
})

test('nothing waits longer than a window, while commits keep coming', () => {
  makeBusy(1_000)
  for (let number = 1; number <= 100; number++) {
    commit(number)
    vi.advanceTimersByTime(1)
  }
  expect(shown.length).toBeGreaterThanOrEqual(5)
  expect(shown.length).toBeLessThanOrEqual(7)
  vi.advanceTimersByTime(25)
  expect(numbers()).toEqual(Array.from({ length: 100 }, (_, index) => index + 1))
})

test('a page that has become quiet again is shown at once again', () => {
  makeBusy(1_000)
  vi.advanceTimersByTime(3_000)
  for (let number = 1; number <= 3; number++) commit(number)
  expect(shown).toHaveLength(3)
})

test('pages do not wait for each other', () => {
  makeBusy(500, 'a')
  commit(1, 'a')
  commit(2, 'a')
  commit(3, 'b')
  expect(shown).toEqual(['a: 1', 'b: 3'])
})

test('closing a page, or stopping, shows what still waits, once', () => {
  makeBusy(500, 'a')
  makeBusy(500, 'b')
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
