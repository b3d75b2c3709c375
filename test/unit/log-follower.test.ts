import type { Document } from '@hocuspocus/server'
import { expect, test } from 'vitest'
import { createLogFollower, SECOND_LOOK_MS } from '../../server/documents/log-follower.ts'

/** A follower on a log of so many rows, and a clock that a test moves. */
function setUp() {
  const log = { head: 0, isAway: false }
  const happened: string[] = []
  const planned: { ms: number; call: () => void }[] = []
  const follower = createLogFollower({
    log: {
      async readRange(_pageId, { first, last }) {
        if (log.isAway) throw new Error('away')
        const upTo = Math.min(last, log.head)
        return Array.from({ length: Math.max(0, upTo - first + 1) }, (_, index) => ({
          seq: first + index,
          update: Uint8Array.of(first + index),
        }))
      },
    },
    show: ({ name }, updates) => happened.push(`showed ${updates.map(([seq]) => seq)} to ${name}`),
    cannotFollow: (pageId) => happened.push(`lost ${pageId}`),
    after(ms, call) {
      const plan = { ms, call }
      planned.push(plan)
      return () => planned.splice(planned.indexOf(plan), 1)
    },
    logger: { info: () => undefined, error: () => undefined },
  })
  return {
    ...{ log, follower, planned },
    look: () => happened.splice(0),
    /** Everything that was planned happens now. */
    async pass() {
      for (const { call } of planned.splice(0)) call()
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

const open = () => ({ name: 'page', isDestroyed: false }) as Document

test('C1 · rows that somebody else wrote are fetched once a commit shows that they are there', async () => {
  const { log, follower, pass, look } = setUp()
  const document = open()
  follower.committed(document, { first: 2, last: 2 })
  follower.loaded(document, 2)
  log.head = 6
  follower.committed(document, { first: 5, last: 6 })
  await pass()
  expect(look()).toEqual(['showed 3,4 to page'])
})

test('C1 · what cannot be fetched sends people away, unless the page was opened anew meanwhile', async () => {
  const { follower, pass, look } = setUp()
  const [document, left] = [open(), open()]
  for (const each of [document, left]) {
    follower.loaded(each, 0)
    follower.committed(each, { first: 5, last: 5 })
  }
  left.isDestroyed = true
  await pass()
  expect(look()).toEqual(['lost page'])
})

test('C1 · a page in doubt is looked at again, also if it was left and opened anew before that', async () => {
  const { log, follower, planned, pass, look } = setUp()
  follower.doubt('page')
  const left = open()
  follower.loaded(left, 1)
  expect(planned.map(({ ms }) => ms)).toEqual([SECOND_LOOK_MS])
  left.isDestroyed = true
  follower.loaded(open(), 1)
  log.head = 2
  await pass()
  expect(look()).toEqual(['showed 2 to page'])
  // Now it is not in doubt any more.
  follower.loaded(open(), 2)
  expect(planned).toEqual([])
})

test('C1 · a page that could not be looked at again stays in doubt', async () => {
  const { log, follower, planned, pass, look } = setUp()
  follower.doubt('page')
  follower.loaded(open(), 1)
  log.isAway = true
  await pass()
  expect(look()).toEqual(['lost page'])
  follower.loaded(open(), 1)
  expect(planned).toHaveLength(1)
  follower.close()
  expect(planned).toEqual([])
})
