import { afterAll, expect, test } from 'vitest'
import { QUICK_SCENARIOS } from '../simulator/scenarios/scenarios.ts'
import { startOwnServer } from '../simulator/world/own-server.ts'
import type { ServerUnderTest } from '../simulator/world/server-under-test.ts'
import { scale } from '../support/proof-scale.ts'
import { type Smaller, simulateSeed } from '../support/simulate-seed.ts'

// Every quick scenario, made smaller, with three seeds or, in the long form, fifty in a row. They are the same every
// time: what was found once stays found. Other ones are for `npm run simulate`. People in it mostly wait, so a few
// runs go on at once, each with a server of its own.

const SEEDS = scale(3, 50)
const SMALLER: Smaller = { durationMs: scale(2_500, 6_000), clientShare: scale(0.35, 0.5) }
/** Of one run, on a machine with other things to do, ms. */
const TIMEOUT_MS = 180_000

const started: Promise<ServerUnderTest>[] = []
/** Servers that no run is using. */
const idle: ServerUnderTest[] = []

function startAnother(): Promise<ServerUnderTest> {
  const server = startOwnServer()
  started.push(server)
  return server
}

afterAll(async () => {
  for (const server of await Promise.allSettled(started)) {
    if (server.status === 'fulfilled') await server.value.close()
  }
}, 120_000)

for (const scenario of QUICK_SCENARIOS) {
  for (let seed = 1; seed <= SEEDS; seed++) {
    test.concurrent(
      `D1 D2 C1 C2 · ${scenario.name} holds all promises with seed ${seed}`,
      async () => {
        const server = idle.pop() ?? (await startAnother())
        try {
          const { findings, record } = await simulateSeed(server, scenario, seed, SMALLER)
          expect(findings).toEqual([])
          expect(record.edits.some(({ ackedAt }) => ackedAt !== null)).toBe(true)
        } finally {
          idle.push(server)
        }
      },
      TIMEOUT_MS,
    )
  }
}
