import { ORACLES } from '../simulator/oracles/oracles.ts'
import { createPlan } from '../simulator/plan.ts'
import type { RunRecord } from '../simulator/record.ts'
import { runSimulation } from '../simulator/run-simulation.ts'
import type { Scenario } from '../simulator/scenario.ts'
import { judge } from '../simulator/verdict.ts'
import type { ServerUnderTest } from '../simulator/world/server-under-test.ts'

/** How small a scenario's run is made. */
export interface Smaller {
  readonly durationMs: number
  /** Of the scenario's own clients. */
  readonly clientShare: number
}

/** Runs one seed of a smaller form of a scenario; answers what was found, in words, and the record. */
export async function simulateSeed(
  server: ServerUnderTest,
  scenario: Scenario,
  seed: number,
  smaller: Smaller,
): Promise<{ readonly findings: readonly string[]; readonly record: RunRecord }> {
  const { durationMs } = smaller
  const clients = Math.max(6, Math.round(scenario.defaults.clients * smaller.clientShare))
  const plan = createPlan(hurry(scenario, durationMs), {
    ...{ ...scenario.defaults, seed, clients, durationMs, faults: null },
  })
  const record = await runSimulation({ plan, server })
  const findings = judge(record, ORACLES).promises.flatMap(({ promise, broken }) =>
    broken.map(({ message, expected, found }) => `${promise}: ${message} (${expected} / ${found})`),
  )
  return { findings, record }
}

/** As much happens in the shorter time as would in the scenario's own, but for what would only be in a hurry. */
function hurry(scenario: Scenario, durationMs: number): Scenario {
  const factor = Math.min(1, (2 * durationMs) / scenario.defaults.durationMs)
  const sooner = <Planned extends { readonly everyMs: number }>(each: Planned): Planned => ({
    ...each,
    everyMs: Math.max(MIN_EVERY_MS, each.everyMs * factor),
  })
  return {
    ...scenario,
    faults: scenario.faults.map(sooner),
    ...(scenario.rights === undefined ? {} : { rights: scenario.rights.map(sooner) }),
  }
}

const MIN_EVERY_MS = 600
