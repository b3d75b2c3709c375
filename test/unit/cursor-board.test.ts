import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import type { Identity } from '../../server/auth/identity.ts'
import { type CursorBoard, createCursorBoard, MAX_GONE_CURSORS } from '../../server/documents/cursor-board.ts'
import { computeAuthorColor } from '../../shared/colors.ts'

const identity = (userId: string, name: string): Identity => ({
  ...{ userId, name, kind: 'user', email: `${userId}@example.com`, sessionId: `session of ${userId}` },
})
const ann = identity('ann', 'Ann')
const bob = identity('bob', 'Bob')

/** A state as a client sends it, claiming to be somebody. */
const claims = (name: string, at = 1) => ({
  user: { id: name, name, color: '#000000' },
  cursor: { anchor: at },
})
/** The same as the server lets it through. */
const shownAs = ({ userId, kind, name }: Identity, at = 1) => ({
  user: { id: userId, kind, name, color: computeAuthorColor(userId) },
  cursor: { anchor: at },
})
const areUpdatesIn = () => true

let awareness: Awareness
let board: CursorBoard<object>
let broadcasts: number[][]

beforeEach(() => {
  vi.useFakeTimers()
  awareness = new Awareness(new Y.Doc())
  awareness.setLocalState(null)
  broadcasts = []
  awareness.on('update', ({ added, updated, removed }: Record<string, number[]>) => {
    broadcasts.push([...(added ?? []), ...(updated ?? []), ...(removed ?? [])])
  })
  board = createCursorBoard(awareness, () => 3)
})
afterEach(() => {
  awareness.destroy()
  vi.useRealTimers()
})

function move(
  connection: object,
  person: Identity,
  entries: [number, Record<string, unknown> | null][],
  clock = 1,
) {
  const cursors = entries.map(([clientId, state]) => ({ clientId, clock, state }))
  board.move(connection, person, cursors, areUpdatesIn)
}

/** What everybody sees once the window is over. */
function shown(): Record<string, unknown> {
  vi.advanceTimersByTime(1_000)
  return Object.fromEntries(awareness.getStates())
}

test('A4 · the name, id and colour on a cursor are the authenticated person’s, whatever was claimed', () => {
  move({}, ann, [[1, claims('Bob')]])
  expect(shown()).toEqual({ 1: shownAs(ann) })
})

test('A4 · nothing of the e-mail address or the session is shown', () => {
  move({}, ann, [[1, claims('Ann')]])
  expect(JSON.stringify(shown())).not.toMatch(/example\.com|session/)
})

test('A4 · a connection speaks for one cursor: what it repeats of others is dropped', () => {
  const connection = {}
  move(connection, ann, [[1, claims('Ann')]])
  move(connection, ann, [[2, claims('Bob')]])
  expect(shown()).toEqual({ 1: shownAs(ann) })
})

test('A4 · nobody takes over the cursor of another person', () => {
  move({}, bob, [[1, claims('Bob')]])
  move({}, ann, [[1, claims('Ann')]], 9)
  expect(shown()).toEqual({ 1: shownAs(bob) })
})

test('many moves within a window are shown once, at the newest place', () => {
  const connections = [{}, {}]
  for (let clock = 1; clock <= 20; clock++) {
    move(connections[0] as object, ann, [[1, claims('Ann', clock)]], clock)
    move(connections[1] as object, bob, [[2, claims('Bob', clock)]], clock)
  }
  expect(shown()).toEqual({ 1: shownAs(ann, 20), 2: shownAs(bob, 20) })
  expect(broadcasts).toEqual([[1, 2]])
})

test('a state that is older than the one shown changes nothing', () => {
  const connection = {}
  move(connection, ann, [[1, claims('Ann', 5)]], 5)
  shown()
  move(connection, ann, [[1, claims('Ann', 4)]], 4)
  expect(shown()).toEqual({ 1: shownAs(ann, 5) })
  expect(broadcasts).toHaveLength(1)
})

test('a cursor is not shown before the text it stands in, and those of others do not wait for it', () => {
  let committed = false
  board.move({}, ann, [{ clientId: 1, clock: 1, state: claims('Ann') }], () => committed)
  move({}, bob, [[2, claims('Bob')]])
  expect(shown()).toEqual({ 2: shownAs(bob) })
  committed = true
  expect(shown()).toEqual({ 1: shownAs(ann), 2: shownAs(bob) })
})

test('who types without a pause is shown all the same: a newer state keeps the turn of the one before', () => {
  const connection = {}
  let committed = 0
  for (let clock = 1; clock <= 10; clock++) {
    board.move(
      connection,
      ann,
      [{ clientId: 1, clock, state: claims('Ann', clock) }],
      () => committed >= clock,
    )
  }
  committed = 1
  expect(shown()).toEqual({ 1: shownAs(ann, 10) })
})

test('a cursor that its client takes away is gone, and so is that of a lost connection', () => {
  const connections = [{}, {}]
  move(connections[0] as object, ann, [[1, claims('Ann')]])
  move(connections[1] as object, bob, [[2, claims('Bob')]])
  shown()
  move(connections[0] as object, ann, [[1, null]], 2)
  expect(shown()).toEqual({ 2: shownAs(bob) })
  board.remove(connections[1] as object)
  expect(shown()).toEqual({})
})

test('A4 · who came back before their lost connection was noticed keeps their cursor, the lost one does not', () => {
  const lost = {}
  move(lost, ann, [[1, claims('Ann')]])
  move({}, ann, [[1, claims('Ann', 2)]], 2)
  board.remove(lost)
  expect(shown()).toEqual({ 1: shownAs(ann, 2) })
  move({}, bob, [[1, claims('Bob')]], 9)
  expect(shown()).toEqual({ 1: shownAs(ann, 2) })
})

test('who comes back with the clock they left with is seen by those who saw them go', () => {
  const connection = {}
  move(connection, ann, [[1, claims('Ann')]], 7)
  shown()
  board.remove(connection)
  const clockSeen = awareness.meta.get(1)?.clock ?? 0
  move({}, ann, [[1, claims('Ann', 3)]], 7)
  expect(shown()).toEqual({ 1: shownAs(ann, 3) })
  expect(awareness.meta.get(1)?.clock).toBeGreaterThan(clockSeen)
})

test('A5 · of cursors that have gone, only so many are remembered, however many come and go', () => {
  const owner = {}
  move(owner, ann, [[1, claims('Ann')]])
  for (let clientId = 2; clientId < MAX_GONE_CURSORS + 100; clientId++) {
    const connection = {}
    move(connection, bob, [[clientId, claims('Bob')]])
    vi.advanceTimersByTime(1_000)
    board.remove(connection)
  }
  expect(awareness.meta.size).toBeLessThanOrEqual(MAX_GONE_CURSORS + 2)
  expect(shown()).toEqual({ 1: shownAs(ann) })
})

test('a cursor goes along with the text that it stands in, unless cursors were shown just before', () => {
  let isIn = false
  const type = (clock: number) =>
    board.move(ann, ann, [{ clientId: 1, clock, state: claims('Ann', clock) }], () => isIn)
  type(1)
  board.textShown()
  expect(broadcasts).toEqual([])
  isIn = true
  board.textShown()
  expect(broadcasts).toEqual([[1]])
  type(2)
  board.textShown()
  expect(broadcasts).toEqual([[1]])
  vi.advanceTimersByTime(1_000)
  expect(broadcasts).toEqual([[1], [1]])
})
