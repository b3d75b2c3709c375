import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type FirstPage, type OpenedPage, openFirstPage } from '../../editor/app/first-page.ts'

function createSession() {
  let isReady = false
  const listeners = new Set<() => void>()
  let markAsked = (): void => undefined
  const session = {
    isAsked: new Promise<void>((resolve) => {
      markAsked = resolve
    }),
    getView: () => ({ isReady }),
    subscribe(listener: () => void) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: vi.fn(),
  }
  return {
    ...{ session, close: session.close, listeners, markAsked },
    textArrives() {
      isReady = true
      for (const listener of listeners) listener()
    },
  }
}

const afterDrawing = (call: () => void) => void setTimeout(call, 16)

/** Whether a promise has resolved when all that can happen now has happened. */
async function hasResolved(promise: Promise<void>): Promise<boolean> {
  let isResolved = false
  void promise.then(() => {
    isResolved = true
  })
  await vi.advanceTimersByTimeAsync(0)
  return isResolved
}

describe('the first page', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('is opened at once, and taken once', async () => {
    const { session } = createSession()
    const open = vi.fn(async () => session)
    const first = openFirstPage('a', open, afterDrawing)
    expect(open).toHaveBeenCalledWith('a')
    expect(await first.take('a')).toBe(session)
    expect(first.take('a')).toBeNull()
    expect(open).toHaveBeenCalledOnce()
  })

  it('is asked for before anything is drawn, but not for long', async () => {
    const { session, markAsked } = createSession()
    const first = openFirstPage('a', async () => session, afterDrawing)
    expect(await hasResolved(first.isAsked)).toBe(false)
    markAsked()
    expect(await hasResolved(first.isAsked)).toBe(true)
    const other = openFirstPage('b', async () => createSession().session, afterDrawing)
    expect(await hasResolved(other.isAsked)).toBe(false)
    await vi.advanceTimersByTimeAsync(60)
    expect(await hasResolved(other.isAsked)).toBe(true)
  })

  it('is drawn at once where its text is on this device', async () => {
    const { session, textArrives } = createSession()
    const first = openFirstPage('a', async () => session, afterDrawing)
    expect(await hasResolved(first.isAsked)).toBe(false)
    textArrives()
    expect(await hasResolved(first.isAsked)).toBe(true)
  })

  it('lets all else go on a frame behind its text', async () => {
    const { session, textArrives, listeners } = createSession()
    const first = openFirstPage('a', async () => session, afterDrawing)
    expect(await hasResolved(first.isPainted)).toBe(false)
    textArrives()
    expect(await hasResolved(first.isPainted)).toBe(false)
    await vi.advanceTimersByTimeAsync(20)
    expect(await hasResolved(first.isPainted)).toBe(true)
    expect(listeners.size).toBe(0)
  })

  it('lets all else go on after a moment where the text is long on its way', async () => {
    const first = openFirstPage('a', async () => createSession().session, afterDrawing)
    await vi.advanceTimersByTimeAsync(300)
    expect(await hasResolved(first.isPainted)).toBe(false)
    await vi.advanceTimersByTimeAsync(150)
    expect(await hasResolved(first.isPainted)).toBe(true)
  })

  it('lets all else go on where it cannot be opened', async () => {
    const first = openFirstPage('a', () => Promise.reject(new Error('no code')), afterDrawing)
    expect(await hasResolved(first.isAsked)).toBe(true)
    expect(await hasResolved(first.isPainted)).toBe(true)
    const taken = first.take('a')
    await expect(taken).rejects.toThrow('no code')
  })

  it.each([
    ['nobody took it', (first: FirstPage<OpenedPage>) => first.leave()],
    ['another is opened', (first: FirstPage<OpenedPage>) => void first.take('b')],
  ])('is closed when %s', async (_when, act) => {
    const { session, close } = createSession()
    const first = openFirstPage('a', async () => session, afterDrawing)
    act(first)
    await vi.advanceTimersByTimeAsync(0)
    expect(close).toHaveBeenCalledOnce()
    expect(first.take('a')).toBeNull()
  })

  it('stays with whoever took it', async () => {
    const { session, close } = createSession()
    const first = openFirstPage('a', async () => session, afterDrawing)
    void first.take('a')
    first.leave()
    void first.take('b')
    await vi.advanceTimersByTimeAsync(0)
    expect(close).not.toHaveBeenCalled()
  })
})
