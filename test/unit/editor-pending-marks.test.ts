import { expect, test } from 'vitest'
import { createMemoryStorage } from '../../editor/api/key-value-store.ts'
import {
  createPendingMarks,
  forgetCopy,
  listCopiedPages,
  listPendingPages,
  mayHaveCopy,
  rememberCopy,
} from '../../editor/collaboration/pending-marks.ts'

const ids = (sessionId: string, pageId = 'page-1', userId = 'ada') => ({ userId, pageId, sessionId })

test('C2 · a mark survives the tab and is inherited by the next one, which clears it when all is saved', () => {
  const storage = createMemoryStorage()
  createPendingMarks(storage, ids('tab-1')).set(100)
  const next = createPendingMarks(storage, ids('tab-2'))
  expect(next.inheritedSince).toBe(100)
  next.clear()
  expect(listPendingPages(storage, 'ada')).toEqual([])
  expect(createPendingMarks(storage, ids('tab-3')).inheritedSince).toBeNull()
})

test('C2 · a tab that is saved does not clear what another tab wrote after it had opened', () => {
  const storage = createMemoryStorage()
  const first = createPendingMarks(storage, ids('tab-1'))
  const second = createPendingMarks(storage, ids('tab-2'))
  second.set(200)
  first.set(100)
  first.clear()
  expect(listPendingPages(storage, 'ada')).toEqual(['page-1'])
})

test('a tab whose mark was cleared by its heir marks its next edit again', () => {
  const storage = createMemoryStorage()
  const old = createPendingMarks(storage, ids('tab-1'))
  old.set(100)
  createPendingMarks(storage, ids('tab-2')).clear()
  old.set(300)
  expect(createPendingMarks(storage, ids('tab-3')).inheritedSince).toBe(300)
})

test('what sessions leave is added up, unless one of them did not say or goes on', () => {
  const storage = createMemoryStorage()
  const look = () => createPendingMarks(storage, ids('later')).inheritedChanges
  expect(look()).toBe(0)
  const [first, second] = [createPendingMarks(storage, ids('a')), createPendingMarks(storage, ids('b'))]
  first.leave(7)
  expect(look()).toBe(0)
  first.set(100)
  expect(look()).toBeNull()
  first.leave(2)
  second.set(200)
  expect(look()).toBeNull()
  second.leave(3)
  expect(look()).toBe(5)
  second.set(300)
  expect(look()).toBeNull()
  second.leave(4)
  expect(look()).toBe(6)
  createPendingMarks(storage, ids('later')).clear()
  expect([look(), storage.length]).toEqual([0, 0])
})

test('the oldest mark counts, and neither pages nor people mix', () => {
  const storage = createMemoryStorage()
  createPendingMarks(storage, ids('a')).set(300)
  createPendingMarks(storage, ids('b')).set(100)
  createPendingMarks(storage, ids('c', 'page-2')).set(50)
  createPendingMarks(storage, ids('d', 'page-1', 'bob')).set(10)
  expect(createPendingMarks(storage, ids('e')).inheritedSince).toBe(100)
  expect(listPendingPages(storage, 'ada').sort()).toEqual(['page-1', 'page-2'])
  expect(listPendingPages(storage, 'bob')).toEqual(['page-1'])
})

test('forgetting a copy forgets its marks, and only its own', () => {
  const storage = createMemoryStorage()
  rememberCopy(storage, 'ada', 'page-1')
  rememberCopy(storage, 'ada', 'page-2')
  createPendingMarks(storage, ids('a')).set(1)
  createPendingMarks(storage, ids('b', 'page-2')).set(1)
  forgetCopy(storage, 'ada', 'page-1')
  expect(listCopiedPages(storage, 'ada')).toEqual(['page-2'])
  expect(mayHaveCopy(storage, 'ada', 'page-2')).toBe(true)
  expect(mayHaveCopy(storage, 'ada', 'page-1')).toBe(false)
  expect(mayHaveCopy(storage, 'bob', 'page-2')).toBe(false)
  expect(listPendingPages(storage, 'ada')).toEqual(['page-2'])
})
