import type { Document } from '@hocuspocus/server'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import type { Identity } from '../../server/auth/identity.ts'
import { createCursorBoard } from '../../server/documents/cursor-board.ts'
import { CURSOR_KEPT_MS, createHttpCursors } from '../../server/documents/http-cursors.ts'
import { every } from '../../server/operations/timers.ts'

const identity = (userId: string): Identity => ({
  ...{ userId, name: userId, kind: 'user', email: null, sessionId: userId },
})
const [ann, bob] = [identity('Ann'), identity('Bob')]
const cursor = (clientId: number, at = 1, name = 'somebody else') => ({
  clientId,
  clock: at,
  state: { user: { name }, cursor: at },
})

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const nameOf = (state: Record<string, unknown> | null) => (state as { user: { name: string } }).user.name

function setUp() {
  const awareness = new Awareness(new Y.Doc())
  awareness.setLocalState(null)
  const board = createCursorBoard(awareness, () => 2)
  const world = { isOpen: false }
  const cursors = createHttpCursors({
    findDocument: () => (world.isOpen ? ({ awareness } as unknown as Document) : undefined),
    boardOf: () => board,
    now: Date.now,
    every,
  })
  const look = (pageId = 'page') =>
    cursors
      .exchange(pageId, identity('Looker'), { clientId: 99, clock: 0, state: null })
      .map(({ clientId, state }) => [clientId, nameOf(state), state?.['cursor']])
  return { cursors, look, board, world }
}

test('V1 · A4 · everybody is answered the others’ cursors under their real names, and nobody their own', () => {
  const { cursors, look } = setUp()
  expect(cursors.exchange('page', ann, cursor(1))).toEqual([])
  expect(cursors.exchange('page', bob, cursor(2))).toMatchObject([{ clientId: 1, state: { cursor: 1 } }])
  expect(look()).toEqual([
    [1, 'Ann', 1],
    [2, 'Bob', 1],
  ])
  expect(look('another page')).toEqual([])
})

test('A4 · nobody speaks for another person’s cursor, over HTTP or beside a WebSocket', () => {
  const { cursors, look, board, world } = setUp()
  cursors.exchange('page', ann, cursor(1))
  cursors.exchange('page', bob, cursor(1, 7))
  expect(look()).toEqual([[1, 'Ann', 1]])
  world.isOpen = true
  board.move({}, ann, [cursor(2)], () => true)
  vi.advanceTimersByTime(1_000)
  cursors.exchange('page', bob, cursor(2, 7))
  vi.advanceTimersByTime(1_000)
  expect(look()).toContainEqual([2, 'Ann', 1])
})

test('E4 · a cursor goes when requests stop, 15 seconds after the last at most, and stays while they come', () => {
  const { cursors, look } = setUp()
  for (let request = 1; request <= 4; request++) {
    cursors.exchange('page', ann, cursor(1, request))
    vi.advanceTimersByTime(CURSOR_KEPT_MS - 1_000)
    expect(look()).toHaveLength(1)
  }
  vi.advanceTimersByTime(4_000)
  expect(look()).toEqual([])
})

test('a cursor goes when its client takes it away, or its owner’s access changes', () => {
  const { cursors, look } = setUp()
  cursors.exchange('page', ann, cursor(1))
  cursors.exchange('page', bob, cursor(2))
  cursors.exchange('page', bob, { clientId: 1, clock: 9, state: null })
  expect(look()).toHaveLength(2)
  cursors.exchange('page', ann, { clientId: 1, clock: 2, state: null })
  expect(look()).toEqual([[2, 'Bob', 1]])
  cursors.forget(({ userId }, pageId) => userId === 'Bob' && pageId === 'page')
  expect(look()).toEqual([])
})

test('A5 · one person has a bounded number of cursors on a page', () => {
  const { cursors, look } = setUp()
  for (let clientId = 1; clientId <= 50; clientId++) cursors.exchange('page', ann, cursor(clientId))
  cursors.exchange('page', bob, cursor(60))
  expect(look()).toHaveLength(11)
})

test('while somebody has the page open over a WebSocket the cursors are on its board, and leave it', () => {
  const { cursors, look, board, world } = setUp()
  world.isOpen = true
  board.move({}, bob, [cursor(2)], () => true)
  cursors.exchange('page', ann, cursor(1))
  vi.advanceTimersByTime(1_000)
  world.isOpen = false
  expect(look()).toEqual([[1, 'Ann', 1]])
  world.isOpen = true
  expect(look()).toContainEqual([2, 'Bob', 1])
  vi.advanceTimersByTime(CURSOR_KEPT_MS + 3_000)
  expect(look()).toEqual([[2, 'Bob', 1]])
})
