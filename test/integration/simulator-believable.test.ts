import { expect, test } from 'vitest'
import { ORACLES } from '../simulator/oracles/oracles.ts'
import { createPlan, type PlanOptions } from '../simulator/plan.ts'
import { runSimulation } from '../simulator/run-simulation.ts'
import type { Scenario } from '../simulator/scenario.ts'
import { crash } from '../simulator/scenarios/crash.ts'
import { database } from '../simulator/scenarios/database.ts'
import { deploy } from '../simulator/scenarios/deploy.ts'
import { everyday } from '../simulator/scenarios/everyday.ts'
import { hostile } from '../simulator/scenarios/hostile.ts'
import { revocation } from '../simulator/scenarios/revocation.ts'
import { rush } from '../simulator/scenarios/rush.ts'
import { judge } from '../simulator/verdict.ts'
import type { ServerUnderTest } from '../simulator/world/server-under-test.ts'
import {
  type BrokenServerName,
  startBrokenServer,
  startStockServer,
} from '../support/broken-servers/broken-servers.ts'
import { isLong } from '../support/proof-scale.ts'

// Who believes a simulator that has never found anything? Each of these servers breaks one promise.

/** What a run takes, on a machine with other things to do, ms. */
const TIMEOUT_MS = 180_000

/** Lets a scenario run against a server that it closes again; answers by promise what was found. */
async function findBroken(
  starting: Promise<ServerUnderTest>,
  scenario: Scenario,
  options: Partial<PlanOptions>,
): Promise<Record<string, string[]>> {
  const plan = createPlan(scenario, { ...scenario.defaults, seed: 1, faults: null, ...options })
  const server = await starting
  try {
    const { promises } = judge(await runSimulation({ plan, server }), ORACLES)
    return Object.fromEntries(
      promises
        .filter(({ ok }) => !ok)
        .map(({ promise, broken }) => [promise, broken.map(({ message }) => message)]),
    )
  } finally {
    await server.close()
  }
}

interface Case {
  readonly name: BrokenServerName
  readonly does: string
  readonly promises: readonly string[]
  readonly scenario: Scenario
  readonly options: Partial<PlanOptions>
  /** Whether it runs in the long form only. */
  readonly isLong?: boolean
}

/** Kills as soon as people have begun, instead of now and then. */
const crashSoon: Scenario = { ...crash, faults: [{ kind: 'crash', everyMs: 1_500 }] }
/** Nothing but a database that stands still, and nothing but restarts. */
const outages: Scenario = { ...database, faults: [{ kind: 'database-pause', everyMs: 800 }] }
const deploySoon: Scenario = { ...deploy, faults: [{ kind: 'deploy', everyMs: 1_500 }] }
/** Only those attack who have no rights at all. */
const attacked: Scenario = { ...hostile, faults: [{ kind: 'attack', everyMs: 800 }] }
/** Nobody but those who may not. */
const calm: Scenario = { ...everyday, faults: [] }
/** Connections lead nowhere, and nobody is told. */
const silent: Scenario = { ...calm, faults: [{ kind: 'half-open', everyMs: 2_000 }] }
/** Everybody talks. */
const chatty: Scenario = {
  ...calm,
  groups: calm.groups.map((group) => ({ ...group, pages: 1, behaviours: { type: 10, chat: 20 } })),
}

const CASES: readonly Case[] = [
  {
    name: 'acknowledges-early',
    does: 'acknowledges before it commits',
    promises: ['D1'],
    scenario: crashSoon,
    options: { clients: 8, pages: 1, durationMs: 6_000, rate: 20 },
  },
  {
    name: 'shows-early',
    does: 'shows edits before it commits them, and sometimes fails to',
    promises: ['D2'],
    scenario: calm,
    options: { clients: 8, pages: 1, durationMs: 3_000, rate: 12 },
  },
  {
    name: 'drops-updates',
    does: 'drops one update in a thousand',
    promises: ['C1', 'D1'],
    scenario: rush,
    options: { clients: 30, pages: 1, durationMs: 8_000, rate: 40 },
  },
  {
    name: 'takes-viewers-updates',
    does: 'takes the updates of viewers',
    promises: ['A2'],
    scenario: calm,
    options: { clients: 10, pages: 1, durationMs: 2_000 },
  },
  {
    name: 'revokes-late',
    does: 'lets whoever lost a page go on for five seconds',
    promises: ['A3'],
    scenario: revocation,
    options: { clients: 10, pages: 1, durationMs: 6_000 },
  },
  {
    name: 'leaves-presence',
    does: 'never forgets who was on a page',
    promises: ['E4'],
    scenario: calm,
    options: { clients: 4, pages: 1, durationMs: 1_000 },
  },
  {
    name: 'waits-for-ever',
    does: 'never gives up a connection that has gone silent',
    promises: ['E4'],
    scenario: silent,
    // Half of them leave without a word; who has not moved their caret before is shown to nobody and leaves no ghost.
    options: { clients: 12, pages: 1, durationMs: 5_000, rate: 20 },
  },
  {
    name: 'crosses-rooms',
    does: 'sends some events to the wrong room',
    promises: ['E3'],
    scenario: chatty,
    options: { clients: 6, pages: 2, durationMs: 2_000 },
  },
  {
    name: 'acknowledges-early',
    does: 'acknowledges while its database stands still',
    promises: ['D3'],
    scenario: outages,
    options: { clients: 6, pages: 1, durationMs: 4_000 },
    isLong: true,
  },
  {
    name: 'comes-back-at-once',
    does: 'asks everybody to come back in the same moment',
    promises: ['V2'],
    scenario: deploySoon,
    options: { clients: 10, pages: 1, durationMs: 3_000 },
    isLong: true,
  },
  {
    name: 'takes-viewers-updates',
    does: 'takes what hostile connections forge',
    promises: ['A2'],
    scenario: attacked,
    options: { clients: 8, pages: 1, durationMs: 3_000, rate: 0.1 },
    isLong: true,
  },
]

/** In the short form one for each kind of promise; the long one has them all. */
const SHORT: readonly BrokenServerName[] = ['acknowledges-early', 'takes-viewers-updates', 'crosses-rooms']

for (const { name, does, promises, scenario, options, isLong: isOnlyLong = false } of CASES) {
  if (!isLong && (isOnlyLong || !SHORT.includes(name))) continue
  test(
    `${promises.join(' ')} · a server that ${does} is found out`,
    async () => {
      const broken = await findBroken(startBrokenServer(name), scenario, options)
      expect(Object.keys(broken), JSON.stringify(broken, null, 2)).toEqual(
        expect.arrayContaining([...promises]),
      )
    },
    TIMEOUT_MS,
  )
}

test(
  'D1 D2 · a stock Hocuspocus in memory is found to lose what it acknowledged and showed',
  async () => {
    const options = { clients: 6, pages: 1, durationMs: 3_000 }
    const broken = await findBroken(startStockServer(), crashSoon, options)
    expect(Object.keys(broken), JSON.stringify(broken, null, 2)).toEqual(expect.arrayContaining(['D1', 'D2']))
    expect(broken['D1']?.[0]).toMatch(/acknowledged and is gone after the server was killed/)
  },
  TIMEOUT_MS,
)
