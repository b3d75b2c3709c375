import { HocuspocusProviderWebsocket, MessageType } from '@hocuspocus/provider'
import { createEncoder, toUint8Array, writeVarInt, writeVarString, writeVarUint } from 'lib0/encoding'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { writeSyncStep2, writeUpdate } from 'y-protocols/sync'
import * as Y from 'yjs'
import {
  createArrivals,
  KEY_REST_MS,
  MAX_REST_MS,
  MAX_WAITING,
  MIN_REST_MS,
} from '../../editor/collaboration/arrivals.ts'
import { PacedProvider } from '../../editor/collaboration/paced-provider.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('what others do', () => {
  function watch(showTakesMs = 0) {
    const shown: number[][] = []
    const arrivals = createArrivals<number>({
      now: () => Date.now(),
      show: (items) => {
        shown.push([...items])
        vi.setSystemTime(Date.now() + showTakesMs)
      },
    })
    return { arrivals, shown }
  }

  test('is shown at once after a rest, and together when it comes fast', () => {
    const { arrivals, shown } = watch()
    arrivals.add(1)
    expect(shown).toEqual([[1]])
    for (const nr of [2, 3, 4]) arrivals.add(nr)
    vi.advanceTimersByTime(MIN_REST_MS - 1)
    expect(shown).toEqual([[1]])
    vi.advanceTimersByTime(1)
    expect(shown).toEqual([[1], [2, 3, 4]])
    vi.advanceTimersByTime(MIN_REST_MS)
    arrivals.add(5)
    expect(shown.at(-1)).toEqual([5])
  })

  test('waits the longer the longer showing takes, and never longer than a bound', () => {
    const slow = watch(60)
    slow.arrivals.add(1)
    slow.arrivals.add(2)
    vi.advanceTimersByTime(119)
    expect(slow.shown).toHaveLength(1)
    vi.advanceTimersByTime(1)
    expect(slow.shown).toHaveLength(2)
    const stuck = watch(5_000)
    stuck.arrivals.add(1)
    stuck.arrivals.add(2)
    vi.advanceTimersByTime(MAX_REST_MS)
    expect(stuck.shown).toHaveLength(2)
  })

  test('is shown behind a key of one’s own, also when there are keys again and again', () => {
    const { arrivals, shown } = watch()
    arrivals.keyPressed()
    arrivals.add(1)
    vi.advanceTimersByTime(KEY_REST_MS - 1)
    expect(shown).toEqual([])
    vi.advanceTimersByTime(1)
    expect(shown).toEqual([[1]])
    arrivals.add(2)
    for (let passed = 0; passed < MAX_REST_MS + KEY_REST_MS; passed += KEY_REST_MS / 2) {
      arrivals.keyPressed()
      vi.advanceTimersByTime(KEY_REST_MS / 2)
    }
    expect(shown).toEqual([[1], [2]])
  })

  test('does not gather without bound where timers sleep, and is forgotten when the page is left', () => {
    const { arrivals, shown } = watch()
    for (let nr = 0; nr <= MAX_WAITING; nr++) arrivals.add(nr)
    expect(shown.map((items) => items.length)).toEqual([1, MAX_WAITING])
    arrivals.add(1)
    arrivals.close()
    vi.advanceTimersByTime(MAX_REST_MS)
    expect(shown).toHaveLength(2)
  })
})

describe('C1 · the provider', () => {
  const NAME = '7b0c3a52-59c8-4d2f-9d0c-7d5f0f6f9b11'

  function frame(type: number, write: (encoder: ReturnType<typeof createEncoder>) => void): MessageEvent {
    const encoder = createEncoder()
    writeVarString(encoder, NAME)
    writeVarUint(encoder, type)
    write(encoder)
    return { data: toUint8Array(encoder).buffer } as MessageEvent
  }

  /** Somebody else’s document, and the frames that their letters make. */
  function createOther() {
    const doc = new Y.Doc()
    const type = (letter: string): MessageEvent => {
      let made: Uint8Array | undefined
      doc.once('update', (update: Uint8Array) => {
        made = update
      })
      doc.getText('t').insert(doc.getText('t').length, letter)
      return frame(MessageType.Sync, (encoder) => writeUpdate(encoder, made as Uint8Array))
    }
    return { doc, type }
  }

  function openPage() {
    const websocketProvider = new HocuspocusProviderWebsocket({
      ...{ url: 'ws://127.0.0.1:9', autoConnect: false, WebSocketPolyfill: WebSocket },
    })
    const document = new Y.Doc()
    const provider = new PacedProvider({ websocketProvider, name: NAME, document, token: 'x' })
    const read = () => document.getText('t').toString()
    let changes = 0
    document.getText('t').observe(() => changes++)
    return { provider, document, read, countChanges: () => changes }
  }

  test('takes in edits that come fast with one change of the text, and none is lost', () => {
    const other = createOther()
    const page = openPage()
    page.provider.synced = true
    for (const letter of 'abcdef') page.provider.onMessage(other.type(letter))
    expect([page.read(), page.countChanges()]).toEqual(['a', 1])
    vi.advanceTimersByTime(MIN_REST_MS)
    expect([page.read(), page.countChanges()]).toEqual(['abcdef', 2])
    page.provider.destroy()
  })

  test('lets what answers a question come behind all edits before it, and one’s acknowledgements at once', () => {
    const other = createOther()
    const page = openPage()
    page.provider.synced = true
    for (const letter of 'ab') page.provider.onMessage(other.type(letter))
    page.provider.incrementUnsyncedChanges()
    page.provider.onMessage(frame(MessageType.SyncStatus, (encoder) => writeVarInt(encoder, 1)))
    expect([page.provider.unsyncedChanges, page.read()]).toEqual([0, 'a'])
    const answer = frame(MessageType.Sync, (encoder) => writeSyncStep2(encoder, other.doc))
    page.provider.onMessage(answer)
    expect(page.read()).toBe('ab')
    page.provider.destroy()
  })

  test('does not hold anything back before the page is there', () => {
    const other = createOther()
    const page = openPage()
    for (const letter of 'abc') page.provider.onMessage(other.type(letter))
    expect(page.read()).toBe('abc')
    page.provider.destroy()
  })
})
