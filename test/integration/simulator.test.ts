import { afterAll, beforeAll, expect, test } from 'vitest'
import { readRevocationLatencies } from '../simulator/oracles/authority.ts'
import { ORACLES } from '../simulator/oracles/oracles.ts'
import { createPlan } from '../simulator/plan.ts'
import type { RunRecord } from '../simulator/record.ts'
import { createRest } from '../simulator/rest.ts'
import { runSimulation } from '../simulator/run-simulation.ts'
import { crash } from '../simulator/scenarios/crash.ts'
import { everyday } from '../simulator/scenarios/everyday.ts'
import { revocation } from '../simulator/scenarios/revocation.ts'
import { judge } from '../simulator/verdict.ts'
import { startOwnServer } from '../simulator/world/own-server.ts'
import type { ServerUnderTest } from '../simulator/world/server-under-test.ts'
import { createWorkspace } from '../simulator/world/workspace.ts'

let server: ServerUnderTest

beforeAll(async () => {
  server = await startOwnServer()
}, 120_000)
afterAll(() => server.close())

/** What was found, in words: shows more in a failed test than "not ok". */
const findings = (record: RunRecord) =>
  judge(record, ORACLES).promises.flatMap(({ promise, broken }) =>
    broken.map(({ message, expected }) => `${promise}: ${message} ${expected}`),
  )
const untested = (record: RunRecord) =>
  judge(record, ORACLES).promises.flatMap(({ promise, checked }) => (checked === 0 ? [promise] : []))

test('a deployment, which counts sign-ins, is not asked for an account for each of hundreds', async () => {
  const rest = createRest({ baseUrl: server.url, onRateLimited: () => undefined })
  const workspace = await createWorkspace({
    ...{ rest, owner: { kind: 'register' }, titles: ['One', 'Two'], maxAccounts: 2 },
  })
  const admit = (link?: number) =>
    Promise.all(Array.from({ length: 5 }, (_, place) => workspace.admit(`reader ${place}`, 'viewer', link)))
  const [members, ofOne, ofTwo] = [await admit(), await admit(0), await admit(1)]
  const ids = [members, ofOne, ofTwo].map((accounts) => new Set(accounts.map(({ userId }) => userId)))
  expect(ids.map(({ size }) => size)).toEqual([2, 2, 2])
  expect(new Set(ids.flatMap((each) => [...each])).size).toBe(6)
  expect(ofTwo[0]?.link?.pageId).toBe(workspace.pageIds[1])
  workspace.close()
})

test('D1 D2 D5 C1 C2 · everyday: what people wrote together is there, once and the same for all', async () => {
  const plan = createPlan(everyday, {
    ...everyday.defaults,
    ...{ seed: 1, clients: 8, pages: 2, durationMs: 3_000, faults: ['cut'] },
  })
  const record = await runSimulation({ plan, server })
  expect(findings(record)).toEqual([])
  // Nobody loses a permission in it, and the server is left in peace.
  expect(untested(record)).toEqual(['D3', 'A1', 'A3', 'V2', 'V3'])
  expect(record.edits.filter(({ ackedAt }) => ackedAt !== null).length).toBeGreaterThan(20)
  expect(record.edits.some(({ seenBy }) => seenBy > 1)).toBe(true)
}, 180_000)

test('D1 D2 · crash: after every kill all is there that was acknowledged or shown', async () => {
  const plan = createPlan(crash, {
    ...crash.defaults,
    ...{ seed: 1, clients: 6, durationMs: 12_000, faults: null },
  })
  const first = plan.faults.slice(0, 2).map((fault, index) => ({ ...fault, at: 1_000 + 2_000 * index }))
  const record = await runSimulation({ plan: { ...plan, durationMs: 6_000, faults: first }, server })
  expect(findings(record)).toEqual([])
  const kills = record.checkpoints.filter(({ reason }) => reason === 'after the server was killed')
  expect(kills.length).toBeGreaterThan(0)
  const [kill] = kills
  expect(record.edits.some(({ ackedAt }) => ackedAt !== null && ackedAt < (kill?.cutAt ?? 0))).toBe(true)
}, 240_000)

test('A1 A2 A3 A4 E3 E4 · revocation: who loses a permission loses it, whatever they try', async () => {
  const plan = createPlan(revocation, {
    ...revocation.defaults,
    ...{ seed: 1, clients: 12, durationMs: 5_000, faults: null },
  })
  const record = await runSimulation({ plan, server })
  expect(findings(record)).toEqual([])
  expect(untested(record)).toEqual(['D3', 'V2', 'V3'])
  expect(readRevocationLatencies(record).length).toBeGreaterThan(2)
  expect(record.edits.some(({ refusedAt }) => refusedAt !== null)).toBe(true)
}, 240_000)
