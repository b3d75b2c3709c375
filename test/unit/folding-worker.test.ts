import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { createFoldingWorker } from '../../server/documents/folding-worker.ts'

const threads: Worker[] = []
const startThread = (onMessage: string) => () => {
  const thread = new Worker(
    `const { parentPort } = require('node:worker_threads')
    parentPort.on('message', () => { ${onMessage} })`,
    { eval: true },
  )
  threads.push(thread)
  return thread
}
const hang = startThread('for (;;);')
const answer = startThread('parentPort.postMessage({ ok: true, result: new Uint8Array(1) })')

test('V3 · A5 · a thread that does not come to an end is ended, and the next question starts another', async () => {
  const starts = [hang, answer]
  const folder = createFoldingWorker({
    maxAnswerMs: 2_000,
    startThread: () => (starts.shift() as () => Worker)(),
  })
  const stuck = folder.inspect(Uint8Array.of(1))
  const behind = folder.inspect(Uint8Array.of(2))
  const ended = once(threads[0] as Worker, 'exit')
  await expect(stuck).rejects.toMatchObject({ code: 'folding-stopped' })
  await expect(behind).rejects.toMatchObject({ code: 'folding-stopped' })
  await ended
  expect(await folder.inspect(Uint8Array.of(3))).toHaveLength(1)
  expect(threads).toHaveLength(2)
  await folder.close()
})
