import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ORACLES } from '../simulator/oracles/oracles.ts'
import { createPlan } from '../simulator/plan.ts'
import { writeArtifacts } from '../simulator/report/artifacts.ts'
import { runSimulation } from '../simulator/run-simulation.ts'
import { crash } from '../simulator/scenarios/crash.ts'
import { findSmallerRun, type ShrinkAttempt } from '../simulator/shrink/find-smaller-run.ts'
import { judge } from '../simulator/verdict.ts'
import { startStockServer } from '../support/broken-servers/broken-servers.ts'

const KEEP_ALL = { clients: null, faults: null, steps: null, untilMs: null }

test('a stock Hocuspocus that loses edits when it is killed does so in a smaller run as well', async () => {
  const scenario = { ...crash, faults: [{ kind: 'crash' as const, everyMs: 1_500 }] }
  const plan = createPlan(scenario, {
    seed: 1,
    clients: 6,
    pages: 1,
    durationMs: 4_000,
    rate: 8,
    faults: null,
  })
  const server = await startStockServer()
  const record = await runSimulation({ plan, server })
  await server.close()
  const verdict = judge(record, ORACLES)
  const promise = verdict.promises.find(({ ok }) => !ok)?.promise
  expect(promise).toBe('D1')

  const attempts: ShrinkAttempt[] = []
  const enough = new AbortController()
  const smaller = await findSmallerRun({
    ...{ plan, keep: KEEP_ALL, record, verdict, overheadMs: 3_000, oracles: ORACLES, budgetMs: 60_000 },
    openServer: startStockServer,
    closeServer: (each) => each.close(),
    now: () => performance.now(),
    signal: enough.signal,
    onAttempt(attempt) {
      attempts.push(attempt)
      // It would go on as long as there is time.
      if (attempt.isBroken === true && attempt.plan.clients.length < plan.clients.length) enough.abort()
    },
  })
  expect(smaller, JSON.stringify(attempts.map(({ isBroken }) => isBroken))).not.toBeNull()
  expect(smaller?.verdict.promises.find(({ ok }) => !ok)?.promise).toBe('D1')
  expect(smaller?.plan.clients.length).toBeLessThan(plan.clients.length)

  const directory = await mkdtemp(join(tmpdir(), 'copydesk-artifacts-'))
  try {
    await writeArtifacts(directory, record)
    expect(await readdir(join(directory, 'clients'))).toHaveLength(6)
    const log = await readFile(join(directory, 'clients', 'author-0.log'), 'utf8')
    expect(log).toMatch(/ made edit 0 \(.+\) on Page 0/)
    expect(log).toContain('--- the server was killed')
    const kept = JSON.parse(await readFile(join(directory, 'record.json'), 'utf8'))
    expect(kept.edits).toHaveLength(record.edits.length)
    const state = await readFile(join(directory, kept.checkpoints.at(-1).state))
    expect(state.equals(record.checkpoints.at(-1)?.state ?? Buffer.of())).toBe(true)
  } finally {
    await rm(directory, { recursive: true })
  }
}, 180_000)
