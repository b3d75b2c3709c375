import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { IDLE_AFTER_MS, watchActivity } from '../../editor/realtime/watch-activity.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Somebody at a tab, and what was said of them. */
function sitDown() {
  const window = new EventTarget()
  const document = Object.assign(new EventTarget(), { visibilityState: 'visible' })
  const said: string[] = []
  const stop = watchActivity({
    ...{ window, document, now: Date.now },
    onChange: (status) => said.push(status),
  })
  return {
    said,
    stop,
    press: () => window.dispatchEvent(new Event('keydown')),
    show(visibilityState: 'visible' | 'hidden') {
      document.visibilityState = visibilityState
      document.dispatchEvent(new Event('visibilitychange'))
    },
  }
}

test('two minutes without input are idle, and the next key is active', () => {
  const { said, press, stop } = sitDown()
  vi.advanceTimersByTime(IDLE_AFTER_MS - 1)
  press()
  vi.advanceTimersByTime(IDLE_AFTER_MS - 1)
  expect(said).toEqual(['active'])
  vi.advanceTimersByTime(1)
  expect(said).toEqual(['active', 'idle'])
  press()
  expect(said).toEqual(['active', 'idle', 'active'])
  stop()
})

test('a hidden tab is idle at once, whatever is pressed, and active when it is seen again', () => {
  const { said, press, show, stop } = sitDown()
  show('hidden')
  press()
  expect(said).toEqual(['active', 'idle'])
  vi.advanceTimersByTime(2 * IDLE_AFTER_MS)
  show('visible')
  expect(said).toEqual(['active', 'idle', 'active'])
  stop()
})

test('E4 · who stops looking leaves no timer and hears nothing', () => {
  const { said, press, show, stop } = sitDown()
  stop()
  expect(vi.getTimerCount()).toBe(0)
  show('hidden')
  press()
  expect(said).toEqual(['active'])
})
