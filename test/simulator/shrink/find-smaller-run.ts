import { SimulatorError } from '../errors.ts'
import type { Oracle } from '../oracle.ts'
import { type Keep, type SimulationPlan, shrinkPlan } from '../plan.ts'
import type { RunRecord } from '../record.ts'
import { runSimulation } from '../run-simulation.ts'
import { judge, type Verdict } from '../verdict.ts'
import type { ServerUnderTest } from '../world/server-under-test.ts'
import { type ShrinkHint, shrink } from './shrink.ts'

/** How long a smaller run is searched for, ms. The attempt that runs then is given up. */
export const SHRINK_BUDGET_MS = 180_000

/** A smaller run that broke the same promise. */
export interface SmallerRun {
  readonly keep: Keep
  readonly plan: SimulationPlan
  readonly record: RunRecord
  readonly verdict: Verdict
}

/** One attempt, for people who watch. */
export interface ShrinkAttempt {
  readonly number: number
  readonly plan: SimulationPlan
  /** Whether the promise broke again; null when the attempt could not be done or judged. */
  readonly isBroken: boolean | null
  readonly remainingMs: number
}

export interface FindSmallerRunDeps {
  /** The whole plan, what was kept of it, and what came of it. */
  readonly plan: SimulationPlan
  readonly keep: Keep
  readonly record: RunRecord
  readonly verdict: Verdict
  /** What the run took beside the time in which people acted, ms; a guess for the first attempt. */
  readonly overheadMs: number
  readonly oracles: readonly Oracle[]
  /** A server like the one that failed, for one attempt. */
  openServer(): Promise<ServerUnderTest>
  closeServer(server: ServerUnderTest): Promise<void>
  now(): number
  readonly budgetMs: number
  /** Aborting ends the search with what was found. */
  readonly signal: AbortSignal
  onAttempt(attempt: ShrinkAttempt): void
}

/**
 * Repeats a run that broke a promise with less and less in it, each time on a fresh server, and answers the smallest
 * that broke the same one; null when none did within the budget.
 */
export async function findSmallerRun(deps: FindSmallerRunDeps): Promise<SmallerRun | null> {
  const { plan, keep, record, verdict, oracles, now, budgetMs, signal, onAttempt } = deps
  const promise = verdict.promises.find(({ ok }) => !ok)?.promise
  if (promise === undefined) return null
  const deadline = now() + budgetMs
  let { overheadMs } = deps
  let smallest: SmallerRun | null = null
  let number = 0

  async function tryOut(smaller: SimulationPlan, kept: Keep): Promise<boolean | null> {
    const beganAt = now()
    const ending = AbortSignal.any([signal, AbortSignal.timeout(Math.max(1, Math.ceil(deadline - beganAt)))])
    let server: ServerUnderTest | undefined
    try {
      server = await deps.openServer()
      const found = await runSimulation({ plan: smaller, server, signal: ending })
      // What was cut short is not what the command would do again.
      if (ending.aborted) return null
      const judged = judge(found, oracles)
      const isBroken = judged.promises.some((each) => each.promise === promise && !each.ok)
      if (isBroken) smallest = { keep: kept, plan: smaller, record: found, verdict: judged }
      return isBroken
    } catch (error) {
      if (error instanceof SimulatorError) return null
      throw error
    } finally {
      if (server !== undefined) await deps.closeServer(server)
      overheadMs = now() - beganAt - smaller.durationMs
    }
  }

  await shrink({
    ...{ plan, keep, hint: findHint(record, verdict, shrinkPlan(plan, keep)) },
    hasTimeFor: ({ durationMs }) => !signal.aborted && now() + durationMs + overheadMs < deadline,
    async fails(smaller, kept) {
      const isBroken = await tryOut(smaller, kept)
      onAttempt({ number: ++number, plan: smaller, isBroken, remainingMs: Math.max(0, deadline - now()) })
      return isBroken === true
    },
  })
  return smallest
}

/** After an edit that was lost comes the disturbance that lost it, and a moment in which it shows, ms. */
const AFTERMATH_MS = 500

/** What the first finding points at. Pure. */
export function findHint(
  { edits, clients, faults, activeFrom }: RunRecord,
  { promises }: Verdict,
  plan: SimulationPlan,
): ShrinkHint {
  const finding = promises.find(({ ok }) => !ok)?.broken[0]
  const edit = edits[finding?.edit ?? -1]
  const concerned = [finding?.client ?? null, edit?.client ?? null]
    .flatMap((client) => (client === null ? [] : [clients[client]?.name ?? '']))
    .filter((name, index, all) => name !== '' && all.indexOf(name) === index)
  const onPage = plan.clients.filter(({ pages }) => finding?.page == null || pages.includes(finding.page))
  const madeAt = edit === undefined ? null : edit.madeAt - activeFrom
  const fault = faults
    .map(({ beganAt }) => beganAt - activeFrom)
    .find((at) => madeAt !== null && at >= madeAt)
  return {
    untilMs: madeAt === null ? null : (fault ?? madeAt) + AFTERMATH_MS,
    // One person alone shows little of what happens between people.
    clients:
      concerned.length === 1
        ? [...concerned, ...onPage.map(({ name }) => name).filter((name) => !concerned.includes(name))].slice(
            0,
            2,
          )
        : concerned,
  }
}
