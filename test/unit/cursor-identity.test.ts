import { beforeEach, expect, test } from 'vitest'
import type { Identity } from '../../server/auth/identity.ts'
import {
  type AwarenessStates,
  type CursorIdentity,
  createCursorIdentity,
} from '../../server/documents/cursor-identity.ts'
import { computeAuthorColor } from '../../shared/colors.ts'

const identity = (userId: string, name: string): Identity => ({
  ...{ userId, name, kind: 'user', email: `${userId}@example.com`, sessionId: `session of ${userId}` },
})
const ann = identity('ann', 'Ann')
const bob = identity('bob', 'Bob')

/** A state as a client sends it, claiming to be somebody. */
const claims = (name: string) => ({ user: { id: name, name, color: '#000000' }, cursor: { anchor: 1 } })
/** The same as the server lets it through. */
const shownAs = ({ userId, name }: Identity) => ({
  user: { id: userId, name, color: computeAuthorColor(userId) },
  cursor: { anchor: 1 },
})

let cursors: CursorIdentity<object>
beforeEach(() => {
  cursors = createCursorIdentity()
})

function enforce(connection: object, person: Identity, entries: [number, Record<string, unknown>][]) {
  const states: AwarenessStates = new Map(entries)
  cursors.enforce(connection, person, states)
  return Object.fromEntries(states)
}

test('A4 · the name, id and colour on a cursor are the authenticated person’s, whatever was claimed', () => {
  expect(enforce({}, ann, [[1, claims('Bob')]])).toEqual({ 1: shownAs(ann) })
})

test('A4 · nothing of the e-mail address or the session is shown', () => {
  expect(JSON.stringify(enforce({}, ann, [[1, claims('Ann')]]))).not.toMatch(/example\.com|session/)
})

test('A4 · a connection speaks for one cursor: what it repeats of others is dropped', () => {
  const connection = {}
  enforce(connection, ann, [[1, claims('Ann')]])
  expect(
    enforce(connection, ann, [
      [1, claims('Ann')],
      [2, claims('Bob')],
    ]),
  ).toEqual({ 1: shownAs(ann) })
})

test('A4 · nobody takes over the cursor of another person', () => {
  enforce({}, bob, [[1, claims('Bob')]])
  expect(enforce({}, ann, [[1, claims('Bob')]])).toEqual({})
})

test('A4 · who came back before their lost connection was noticed keeps their cursor, the lost one does not', () => {
  const lost = {}
  const back = {}
  enforce(lost, ann, [[1, claims('Ann')]])
  expect(enforce(back, ann, [[1, claims('Ann')]])).toEqual({ 1: shownAs(ann) })
  cursors.release(lost)
  expect(enforce({}, bob, [[1, claims('Ann')]])).toEqual({})
  expect(enforce(back, ann, [[1, claims('Ann')]])).toEqual({ 1: shownAs(ann) })
})

test('a cursor is free again when its connection has gone', () => {
  const connection = {}
  enforce(connection, ann, [[1, claims('Ann')]])
  cursors.release(connection)
  expect(enforce({}, bob, [[1, claims('Bob')]])).toEqual({ 1: shownAs(bob) })
})

test('releasing a connection that never spoke changes nothing', () => {
  const connection = {}
  enforce(connection, ann, [[1, claims('Ann')]])
  cursors.release({})
  expect(enforce({}, bob, [[1, claims('Bob')]])).toEqual({})
})
