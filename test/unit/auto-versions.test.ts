import { beforeEach, expect, test } from 'vitest'
import {
  type AutoVersions,
  BUSY_MS,
  createAutoVersions,
  PAUSE_MS,
} from '../../server/documents/auto-versions.ts'

let now: number
let kept: string[]
let autoVersions: AutoVersions

beforeEach(() => {
  now = 0
  kept = []
  autoVersions = createAutoVersions({
    keep: async (pageId) => {
      kept.push(`${pageId} at ${now}`)
      if (pageId === 'broken') throw new Error('no')
    },
    now: () => now,
    every: () => () => undefined,
    logger: { warn: () => kept.push('warned') },
  })
})

test('C3 · a version is kept after a pause in editing, once', async () => {
  autoVersions.pageEdited('page')
  now = PAUSE_MS - 1
  await autoVersions.keepDue()
  expect(kept).toEqual([])
  now = PAUSE_MS
  await autoVersions.keepDue()
  await autoVersions.keepDue()
  expect(kept).toEqual([`page at ${PAUSE_MS}`])
})

test('C3 · a page that is written to all the time is kept every few minutes', async () => {
  for (now = 0; now < 2 * BUSY_MS + 2_000; now += 1_000) {
    autoVersions.pageEdited('page')
    await autoVersions.keepDue()
  }
  expect(kept).toEqual([`page at ${BUSY_MS}`, `page at ${2 * BUSY_MS + 1_000}`])
})

test('C3 · one that cannot be kept does not stop the others', async () => {
  autoVersions.pageEdited('broken')
  autoVersions.pageEdited('page')
  now = PAUSE_MS
  await autoVersions.keepDue()
  expect(kept).toEqual([`broken at ${now}`, 'warned', `page at ${now}`])
})
