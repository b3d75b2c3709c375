import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { callAt, LONGEST_TIMER_MS } from '../../server/operations/timers.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test.each([
  ['soon', 500],
  ['in a while', 15 * 60_000 + 7],
  ['further off than a timer reaches', LONGEST_TIMER_MS + 10_123],
])('A3 · a moment is waited for and not anticipated: %s', (_when, inMs) => {
  const moment = new Date(Date.now() + inMs)
  const calls: number[] = []
  callAt(moment, () => calls.push(Date.now()))
  vi.advanceTimersByTime(inMs - 1)
  expect(calls).toEqual([])
  vi.advanceTimersByTime(1)
  expect(calls).toEqual([moment.getTime()])
  vi.advanceTimersByTime(60_000)
  expect(calls).toHaveLength(1)
})

test('a moment that is over is answered a little later, and one that is called off never', () => {
  const call = vi.fn()
  callAt(new Date(Date.now() - 1000), call)
  expect(call).not.toHaveBeenCalled()
  vi.advanceTimersByTime(20)
  expect(call).toHaveBeenCalledTimes(1)
  callAt(new Date(Date.now() + 60_000), call).cancel()
  vi.advanceTimersByTime(120_000)
  expect(call).toHaveBeenCalledTimes(1)
})
