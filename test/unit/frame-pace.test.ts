import { expect, test } from 'vitest'
import { createFramePace } from '../../server/documents/frame-pace.ts'

/** How many frames are taken at once before one is more than the rate allows. */
function takeAll(pace: ReturnType<typeof createFramePace>): number {
  let taken = 0
  while (pace.take()) taken++
  return taken
}

test('V3 · a socket may send one burst at once, however long it was silent before', () => {
  let now = 0
  const pace = createFramePace({ perSecond: 10, burst: 100 }, () => now)
  now += 3_600_000
  expect(takeAll(pace)).toBe(100)
})

test('V3 · behind the burst it may go on at the rate, and says for how long not to read', () => {
  let now = 0
  const pace = createFramePace({ perSecond: 10, burst: 100 }, () => now)
  takeAll(pace)
  expect(pace.waitMs()).toBe(100)
  now += 100
  expect(pace.waitMs()).toBe(0)
  now += 2_000
  expect(takeAll(pace)).toBe(20)
})
