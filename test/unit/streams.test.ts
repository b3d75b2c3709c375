import { expect, test } from 'vitest'
import { createLanes } from '../../server/workspace/stream-lanes.ts'
import { type StreamState, type StreamStep, takeSteps } from '../../server/workspace/stream-state.ts'
import type { StreamTool } from '../../shared/api/streams.ts'

const EMPTY: StreamState = {
  ...{ status: 'open', revision: 1, length: 0, nextIndex: 0, tools: [], failure: null },
}
const chunk = (index: number, text = `${index},`): StreamStep => ({ kind: 'chunk', index, text })
const tool: StreamTool = {
  ...{ id: 'a', name: 'Search', status: 'started', note: '', progress: null },
}

test('E2 · steps of one stream that come meanwhile run together, in order and never at once', async () => {
  const runs: (readonly number[])[] = []
  let running = 0
  const lanes = createLanes<number, number>(async (_key, steps) => {
    expect(++running).toBe(1)
    await new Promise((resolve) => setImmediate(resolve))
    running--
    runs.push(steps)
    return steps.map((step) => (step === 5 ? new Error('not this one') : step * 2))
  })
  const answers = await Promise.allSettled([1, 2, 3, 4, 5, 6].map((step) => lanes.run('stream', step)))
  expect(runs).toEqual([[1], [2, 3, 4, 5, 6]])
  expect(answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : 'refused'))).toEqual([
    ...[2, 4, 6, 8, 'refused', 12],
  ])
})

test('A5 · more than can wait are refused', async () => {
  const lanes = createLanes<number, number>(async (_key, steps) => steps)
  const answers = await Promise.allSettled(
    Array.from({ length: 150 }, (_none, nr) => lanes.run('stream', nr)),
  )
  expect(answers.filter(({ status }) => status === 'rejected')).toHaveLength(49)
})

test('E2 · text that comes together is one change; what overtook is put in order, what is repeated told once', () => {
  const { state, changes, answers } = takeSteps(EMPTY, [
    ...[chunk(1), chunk(0), chunk(0, 'again'), chunk(4), { kind: 'tool', tool } as const, chunk(2)],
    ...[{ kind: 'tool', tool: { ...tool, status: 'completed' } } as const, { kind: 'tool', tool } as const],
  ])
  expect(changes).toMatchObject([
    { kind: 'text', revision: 2, offset: 0, text: '0,1,2,' },
    { kind: 'tool', revision: 3, isNew: true },
    { kind: 'tool', revision: 4, isNew: false, tool: { status: 'completed' } },
  ])
  expect(state).toMatchObject({ revision: 4, nextIndex: 3, length: 6, tools: [{ status: 'completed' }] })
  expect(answers.map((answer) => (answer instanceof Error ? answer.code : 'taken'))).toEqual([
    ...['taken', 'taken', 'taken', 'chunk-out-of-order', 'taken', 'taken', 'taken', 'taken'],
  ])
})

test('E2 · behind the end only what was lost on the way is answered again', () => {
  const { state } = takeSteps(EMPTY, [chunk(0), { kind: 'complete' }])
  const { answers, changes } = takeSteps(state, [
    ...[chunk(0), { kind: 'complete' } as const, chunk(1), { kind: 'fail', message: 'X' } as const],
  ])
  expect(changes).toEqual([])
  expect(answers.map((answer) => (answer instanceof Error ? answer.code : 'taken'))).toEqual([
    ...['taken', 'taken', 'stream-ended', 'stream-ended'],
  ])
})
