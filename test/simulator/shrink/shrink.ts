import { type Keep, type SimulationPlan, shrinkPlan } from '../plan.ts'
import { minimize } from './minimize.ts'

/** Where a finding points, so that the search begins near it. */
export interface ShrinkHint {
  /** What broke had happened by then, ms since people began to act; null when nobody knows. */
  readonly untilMs: number | null
  /** Names of the clients concerned. */
  readonly clients: readonly string[]
}

export interface ShrinkDeps {
  /** The whole plan; `keep` is what was left of it when it failed. */
  readonly plan: SimulationPlan
  readonly keep: Keep
  readonly hint: ShrinkHint
  /** Whether there is time to try such a plan. */
  hasTimeFor(plan: SimulationPlan): boolean
  /** Runs a plan: whether the same promise breaks. */
  fails(plan: SimulationPlan, keep: Keep): Promise<boolean>
}

/** Shorter than that, ms, a run shows nothing. */
const MIN_DURATION_MS = 250
/** Times are cut to multiples of this, ms: they are read by people. */
const TIME_STEP_MS = 50

/**
 * Searches for a smaller run that still fails: shorter, with fewer clients, fewer faults and fewer steps. Answers what
 * to keep of the plan; the `keep` it was given when nothing smaller failed in time.
 */
export async function shrink({ plan, keep, hint, hasTimeFor, fails }: ShrinkDeps): Promise<Keep> {
  let current = keep
  const now = () => shrinkPlan(plan, current)
  /** What did not fail once is not asked again. */
  const tried = new Set<string>()

  async function attempt(change: Partial<Keep>): Promise<boolean> {
    const candidate = { ...current, ...change }
    const smaller = shrinkPlan(plan, candidate)
    const key = JSON.stringify(candidate)
    if (sizeOf(smaller) >= sizeOf(now()) || tried.has(key) || !hasTimeFor(smaller)) return false
    tried.add(key)
    if (!(await fails(smaller, candidate))) return false
    current = candidate
    return true
  }

  // One after the other, cheapest first: what is shorter makes all further attempts shorter.
  if (hint.untilMs !== null) await attempt({ untilMs: roundUp(hint.untilMs) })
  if (hint.clients.length > 0) await attempt({ clients: hint.clients })
  for (let size = Number.POSITIVE_INFINITY; sizeOf(now()) < size; ) {
    size = sizeOf(now())
    await fewerClients()
    await fewerFaults()
    await shorter()
    await fewerSteps()
  }
  return current

  async function fewerClients(): Promise<void> {
    const names = now().clients.map(({ name }) => name)
    // Those concerned are at the front: the first half is tried first.
    const sorted = [
      ...names.filter((name) => hint.clients.includes(name)),
      ...names.filter((name) => !hint.clients.includes(name)),
    ]
    await minimize(sorted, async (clients) => clients.length > 0 && attempt({ clients }))
  }

  async function fewerFaults(): Promise<void> {
    const { durationMs } = now()
    const places = plan.faults.flatMap(({ at }, place) =>
      at < durationMs && (current.faults?.includes(place) ?? true) ? [place] : [],
    )
    // The last one before it broke is the likeliest.
    await minimize(places.reverse(), (faults) => attempt({ faults: [...faults].sort((a, b) => a - b) }))
  }

  async function shorter(): Promise<void> {
    for (let ms = now().durationMs / 2; ms >= MIN_DURATION_MS; ms /= 2) {
      const untilMs = roundUp(ms)
      const isPossible = hasTimeFor(shrinkPlan(plan, { ...current, untilMs }))
      if (!(await attempt({ untilMs })) && isPossible) return
    }
  }

  async function fewerSteps(): Promise<void> {
    for (;;) {
      const most = Math.max(...now().clients.map(({ steps }) => steps.length))
      if (most < 2 || !(await attempt({ steps: Math.floor(most / 2) }))) return
    }
  }
}

/** Everything that can be left out, counted; a shorter run of the same steps is smaller, too. */
function sizeOf({ clients, faults, durationMs }: SimulationPlan): number {
  const steps = clients.reduce((sum, client) => sum + client.steps.length, 0)
  return clients.length + faults.length + steps + durationMs / 1_000
}

const roundUp = (ms: number) => Math.ceil(ms / TIME_STEP_MS) * TIME_STEP_MS
