import { beforeEach, expect, test } from 'vitest'
import { createPresence, type Presence } from '../../server/realtime/presence.ts'
import type { PresentUser } from '../../shared/protocol/presence.ts'

const ann: PresentUser = { userId: 'ann', kind: 'user', name: 'Ann', color: '#111111', status: 'active' }
const bob: PresentUser = { userId: 'bob', kind: 'guest', name: 'Bob', color: '#222222', status: 'active' }

let presence: Presence
beforeEach(() => {
  presence = createPresence()
})

test('people are listed once and in the order in which they came, however many tabs they have', () => {
  expect(presence.join({ pageId: 'page', driveId: 'drive' }, ann, 'ann 1')).toBe(true)
  expect(presence.join({ pageId: 'page', driveId: 'drive' }, bob, 'bob 1')).toBe(true)
  expect(presence.join({ pageId: 'page', driveId: 'drive' }, ann, 'ann 2')).toBe(false)
  expect(presence.list('page')).toEqual([ann, bob])
})

test('somebody has left when their last tab has', () => {
  presence.join({ pageId: 'page', driveId: 'drive' }, ann, 'ann 1')
  presence.join({ pageId: 'page', driveId: 'drive' }, ann, 'ann 2')
  expect(presence.leave('page', 'ann', 'ann 1')).toBe(false)
  expect(presence.list('page')).toEqual([ann])
  expect(presence.leave('page', 'ann', 'ann 2')).toBe(true)
  expect(presence.list('page')).toEqual([])
})

test('a tab that joins twice counts once', () => {
  presence.join({ pageId: 'page', driveId: 'drive' }, ann, 'ann 1')
  expect(presence.join({ pageId: 'page', driveId: 'drive' }, ann, 'ann 1')).toBe(false)
  expect(presence.leave('page', 'ann', 'ann 1')).toBe(true)
})

test('leaving where one is not changes nothing', () => {
  expect(presence.leave('page', 'ann', 'ann 1')).toBe(false)
  presence.join({ pageId: 'page', driveId: 'drive' }, ann, 'ann 1')
  expect(presence.leave('page', 'ann', 'ann 2')).toBe(false)
  expect(presence.leave('page', 'bob', 'ann 1')).toBe(false)
  expect(presence.leave('elsewhere', 'ann', 'ann 1')).toBe(false)
  expect(presence.list('page')).toEqual([ann])
})

test('E3 · pages know nothing of each other', () => {
  presence.join({ pageId: 'one', driveId: 'drive' }, ann, 'ann 1')
  expect(presence.join({ pageId: 'two', driveId: 'drive' }, ann, 'ann 1')).toBe(true)
  expect(presence.leave('one', 'ann', 'ann 1')).toBe(true)
  expect(presence.list('one')).toEqual([])
  expect(presence.list('two')).toEqual([ann])
})

test('who comes back is the first again', () => {
  presence.join({ pageId: 'page', driveId: 'drive' }, ann, 'ann 1')
  presence.leave('page', 'ann', 'ann 1')
  expect(presence.join({ pageId: 'page', driveId: 'drive' }, ann, 'ann 2')).toBe(true)
})

test('somebody is idle when all of their tabs are', () => {
  const place = { pageId: 'page', driveId: 'drive' }
  presence.join(place, ann, 'ann 1')
  presence.join(place, { ...ann, status: 'idle' }, 'ann 2')
  expect(presence.setStatus('page', 'ann', 'ann 2', 'idle')).toBe(false)
  expect(presence.list('page')).toEqual([ann])
  expect(presence.setStatus('page', 'ann', 'ann 1', 'idle')).toBe(true)
  expect(presence.list('page')).toEqual([{ ...ann, status: 'idle' }])
  expect(presence.setStatus('page', 'bob', 'bob 1', 'idle')).toBe(false)
  expect(presence.setStatus('page', 'ann', 'ann 3', 'active')).toBe(false)
  presence.join(place, ann, 'ann 3')
  expect(presence.list('page')).toEqual([ann])
})

test('E3 · a drive lists its own pages only, and a page that was moved is where it was last joined', () => {
  presence.join({ pageId: 'one', driveId: 'drive' }, ann, 'ann 1')
  presence.join({ pageId: 'two', driveId: 'other' }, bob, 'bob 1')
  expect(presence.listDrive('drive')).toEqual([{ pageId: 'one', users: [ann] }])
  presence.join({ pageId: 'two', driveId: 'drive' }, ann, 'ann 1')
  expect(presence.listDrive('drive').map(({ pageId }) => pageId)).toEqual(['one', 'two'])
  expect([presence.driveOf('two'), presence.listDrive('other')]).toEqual(['drive', []])
})
