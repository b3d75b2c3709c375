import { beforeEach, expect, test } from 'vitest'
import { createPresence, type Presence } from '../../server/realtime/presence.ts'
import type { PresentUser } from '../../shared/protocol/presence.ts'

const ann: PresentUser = { userId: 'ann', kind: 'user', name: 'Ann', color: '#111111' }
const bob: PresentUser = { userId: 'bob', kind: 'guest', name: 'Bob', color: '#222222' }

let presence: Presence
beforeEach(() => {
  presence = createPresence()
})

test('people are listed once and in the order in which they came, however many tabs they have', () => {
  expect(presence.join('page', ann, 'ann 1')).toBe(true)
  expect(presence.join('page', bob, 'bob 1')).toBe(true)
  expect(presence.join('page', ann, 'ann 2')).toBe(false)
  expect(presence.list('page')).toEqual([ann, bob])
})

test('somebody has left when their last tab has', () => {
  presence.join('page', ann, 'ann 1')
  presence.join('page', ann, 'ann 2')
  expect(presence.leave('page', 'ann', 'ann 1')).toBe(false)
  expect(presence.list('page')).toEqual([ann])
  expect(presence.leave('page', 'ann', 'ann 2')).toBe(true)
  expect(presence.list('page')).toEqual([])
})

test('a tab that joins twice counts once', () => {
  presence.join('page', ann, 'ann 1')
  expect(presence.join('page', ann, 'ann 1')).toBe(false)
  expect(presence.leave('page', 'ann', 'ann 1')).toBe(true)
})

test('leaving where one is not changes nothing', () => {
  expect(presence.leave('page', 'ann', 'ann 1')).toBe(false)
  presence.join('page', ann, 'ann 1')
  expect(presence.leave('page', 'ann', 'ann 2')).toBe(false)
  expect(presence.leave('page', 'bob', 'ann 1')).toBe(false)
  expect(presence.leave('elsewhere', 'ann', 'ann 1')).toBe(false)
  expect(presence.list('page')).toEqual([ann])
})

test('E3 · pages know nothing of each other', () => {
  presence.join('one', ann, 'ann 1')
  expect(presence.join('two', ann, 'ann 1')).toBe(true)
  expect(presence.leave('one', 'ann', 'ann 1')).toBe(true)
  expect(presence.list('one')).toEqual([])
  expect(presence.list('two')).toEqual([ann])
})

test('who comes back is the first again', () => {
  presence.join('page', ann, 'ann 1')
  presence.leave('page', 'ann', 'ann 1')
  expect(presence.join('page', ann, 'ann 2')).toBe(true)
})
