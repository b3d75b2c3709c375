import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createLateRealtime } from '../../editor/realtime/late-realtime.ts'
import type { RealtimeSession } from '../../editor/realtime/realtime-session.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A session that notes what is done with it. */
function createSession() {
  const done: string[] = []
  const begin = (what: string) => () => {
    done.push(what)
    return () => void done.push(`no more ${what}`)
  }
  const session = {
    ...{ getState: () => 'connected', isConnected: () => true, stateOf: () => 'known' },
    ...{ subscribe: begin('subscribe'), onJoined: begin('joined'), follow: begin('follow') },
    on: (name: string) => begin(name)(),
    request: (name: string) => Promise.resolve(name),
    setPresence: (status: string) => void done.push(status),
    close: () => void done.push('closed'),
  } as unknown as RealtimeSession
  return { done, session }
}

const nothing = (): void => undefined

test('who listens before the code has come is heard by the session, unless they have gone', async () => {
  const { done, session } = createSession()
  const late = createLateRealtime(() => Promise.resolve(session))
  expect([late.getState(), late.isConnected(), late.stateOf({ pageId: 'a' }).status]).toEqual([
    ...['connecting', false, 'joining'],
  ])
  late.setPresence('idle')
  const stop = late.on('page_created', nothing)
  late.on('page_deleted', nothing)()
  late.follow({ pageId: 'a' }, nothing)
  await expect(late.request('join_page', { pageId: 'a' } as never)).rejects.toThrow()

  await vi.advanceTimersByTimeAsync(0)
  expect(done).toEqual(['idle', 'page_created', 'follow'])
  stop()
  late.on('page_moved', nothing)
  expect(done.slice(3)).toEqual(['no more page_created', 'page_moved'])
  expect([late.getState(), late.isConnected(), late.stateOf({ pageId: 'a' })]).toEqual([
    ...['connected', true, 'known'],
  ])
  expect(await late.request('join_page', { pageId: 'a' } as never)).toBe('join_page')
})

test('code that did not come is asked for again; a session that comes too late is closed', async () => {
  const { done, session } = createSession()
  let asked = 0
  const late = createLateRealtime(() =>
    ++asked < 3 ? Promise.reject(new Error('no network')) : Promise.resolve(session),
  )
  await vi.advanceTimersByTimeAsync(0)
  expect(asked).toBe(1)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(asked).toBe(3)
  late.close()
  expect(done).toEqual(['closed'])

  const other = createSession()
  createLateRealtime(() => Promise.resolve(other.session)).close()
  await vi.advanceTimersByTimeAsync(0)
  expect(other.done).toEqual(['closed'])
  const gone = createLateRealtime(() => Promise.reject(new Error('no network')))
  await vi.advanceTimersByTimeAsync(0)
  gone.close()
  expect(vi.getTimerCount()).toBe(0)
})
