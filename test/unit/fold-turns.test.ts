import { expect, test } from 'vitest'
import { createFoldTurns, MAX_WAITING_READS } from '../../server/documents/fold-turns.ts'
import type { FoldingWorker } from '../../server/documents/folding-worker.ts'

/** Lets everything happen that waits for nothing else. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

function setUp() {
  const turns = createFoldTurns({} as FoldingWorker)
  const started: { name: string; end: () => void; fail: () => void }[] = []
  const take = (name: string, patient = false) =>
    turns.take(
      () =>
        new Promise<string>((resolve, reject) => {
          started.push({ name, end: () => resolve(name), fail: () => reject(new Error(name)) })
        }),
      { patient },
    )
  return { take, started, names: () => started.map(({ name }) => name) }
}

test('V3 · one reads at a time, in order, and one that fails does not hold up the next', async () => {
  const { take, started, names } = setUp()
  const all = [take('first'), take('second'), take('third')]
  await settle()
  expect(names()).toEqual(['first'])
  started[0]?.end()
  expect(await all[0]).toBe('first')
  await settle()
  expect(names()).toEqual(['first', 'second'])
  started[1]?.fail()
  await expect(all[1]).rejects.toThrow('second')
  await settle()
  started[2]?.end()
  expect(await all[2]).toBe('third')
})

test('V3 · past those who may wait everybody is told when to try again, except for the server itself', async () => {
  const { take, started, names } = setUp()
  const readers = Array.from({ length: MAX_WAITING_READS + 1 }, (_, index) => take(`reader ${index}`))
  await expect(take('late')).rejects.toMatchObject({ code: 'history-busy', retryAfterMs: 5_000 })
  const own = take('own', true)
  for (const [index, reader] of readers.entries()) {
    await settle()
    started[index]?.end()
    await reader
  }
  await settle()
  started.at(-1)?.end()
  expect(await own).toBe('own')
  expect(names()).not.toContain('late')
  const next = take('next')
  await settle()
  started.at(-1)?.end()
  expect(await next).toBe('next')
})
