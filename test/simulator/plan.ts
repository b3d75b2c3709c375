import type { BehaviourName } from './authors/behaviours.ts'
import type { FaultName } from './faults/faults.ts'
import type { Random } from './random.ts'
import { createRandom } from './random.ts'
import type { ClientRole, Ms, PageIndex } from './record.ts'
import type { RightsWay } from './rights/change-rights.ts'
import type { ClientGroup, Scenario } from './scenario.ts'

/** Everything that a run decides beforehand: the same seed makes the same plan. It is plain data. */
export interface SimulationPlan {
  readonly seed: number
  readonly scenario: Scenario
  readonly pages: number
  readonly durationMs: number
  readonly clients: readonly PlannedClient[]
  readonly faults: readonly PlannedFault[]
  readonly rights: readonly PlannedRightsChange[]
}

export interface PlannedClient {
  /** Unique in the plan; stays the same when others are left out. */
  readonly name: string
  readonly role: ClientRole
  readonly events: boolean
  /** Whether it comes in by a share link of its first page instead of being a member. */
  readonly byLink: boolean
  /** Whether it goes on trying when it has been put out. */
  readonly insists: boolean
  /** Whether it has its pages open over plain HTTP. */
  readonly overHttp: boolean
  readonly pages: readonly PageIndex[]
  /** In the order of time. */
  readonly steps: readonly PlannedStep[]
}

export interface PlannedStep {
  readonly at: Ms
  readonly behaviour: BehaviourName
  /** One of the client's pages. */
  readonly page: PageIndex
  /** What the step decides by itself comes from a stream of this name. */
  readonly stream: string
}

export interface PlannedFault {
  /** Not before this moment, and not before the previous one is over. */
  readonly at: Ms
  readonly kind: FaultName
  readonly stream: string
}

export interface PlannedRightsChange {
  readonly at: Ms
  readonly way: RightsWay
  readonly stream: string
}

export interface PlanOptions {
  readonly seed: number
  readonly clients: number
  readonly pages: number
  readonly durationMs: number
  /** Actions of one author in a second. */
  readonly rate: number
  /** Which of the scenario's faults, or others instead. */
  readonly faults: readonly FaultName[] | null
}

/** How often a fault happens that the scenario itself does not have, ms. */
const OTHER_FAULTS_EVERY_MS = 5_000
/** A burst of typing: how many marks, and how far apart. */
const BURST = { min: 3, max: 14, minGapMs: 40, maxGapMs: 130 }

/** Decides everything that can be decided beforehand. Pure. */
export function createPlan(scenario: Scenario, options: PlanOptions): SimulationPlan {
  const random = createRandom(options.seed)
  const groups = distribute(scenario.groups, options.clients)
  const clients = groups.map((group, index) => {
    const name = `${group.name} ${index}`
    return planClient(group, index, name, random.fork(name), options)
  })
  return {
    seed: options.seed,
    scenario,
    pages: options.pages,
    durationMs: options.durationMs,
    clients,
    faults: planFaults(scenario, options, random.fork('faults')),
    rights: planRights(scenario, options, random.fork('rights')),
  }
}

function distribute(groups: readonly ClientGroup[], count: number): ClientGroup[] {
  const wanted = ({ share, least = 0 }: ClientGroup) => Math.max(least, Math.round(share * count))
  return groups.flatMap((group, index) => {
    const before = groups.slice(0, index).reduce((sum, each) => sum + wanted(each), 0)
    const isLast = index === groups.length - 1
    const own = isLast ? count - before : Math.min(wanted(group), count - before)
    return Array.from({ length: Math.max(0, own) }, () => group)
  })
}

function planClient(
  group: ClientGroup,
  index: number,
  name: string,
  random: Random,
  { pages: pageCount, durationMs, rate }: PlanOptions,
): PlannedClient {
  const count = Math.min(group.pages, pageCount)
  const pages = Array.from({ length: count }, (_, offset) => (index + offset) % pageCount)
  const steps: PlannedStep[] = []
  const perSecond = rate * (group.pace ?? 1)
  // Everybody begins a little apart, as people do.
  let at = random.next() * Math.min(1_000, durationMs / 4)
  while (at < durationMs && Object.keys(group.behaviours).length > 0 && perSecond > 0) {
    const behaviour = random.weighted(group.behaviours)
    const page = random.pick(pages)
    const length = behaviour === 'type' ? random.integer(BURST.min, BURST.max) : 1
    const beganAt = at
    for (let stroke = 0; stroke < length && at < durationMs; stroke++) {
      steps.push({
        at,
        behaviour: stroke === 0 ? behaviour : 'continue',
        page,
        stream: `${name}/${steps.length}`,
      })
      if (stroke < length - 1) at += random.integer(BURST.minGapMs, BURST.maxGapMs)
    }
    // A burst takes as long as it takes; the pause behind it makes up for it.
    const due = beganAt + (length * 1000 * (0.4 + 1.2 * random.next())) / perSecond
    at = Math.max(at + 20, due)
  }
  return {
    ...{ name, role: group.role, pages, steps },
    ...{ events: group.events ?? false, byLink: group.byLink ?? false, insists: group.insists ?? false },
    overHttp: group.overHttp ?? false,
  }
}

function planFaults(scenario: Scenario, { faults, durationMs }: PlanOptions, random: Random): PlannedFault[] {
  const wanted =
    faults === null
      ? scenario.faults
      : faults.map(
          (kind) =>
            scenario.faults.find((plan) => plan.kind === kind) ?? { kind, everyMs: OTHER_FAULTS_EVERY_MS },
        )
  return wanted
    .flatMap(({ kind, everyMs }) =>
      planTimes(everyMs, durationMs, random.fork(kind)).map((at, place) => ({
        ...{ at, kind, stream: `fault ${kind}/${place}` },
      })),
    )
    .sort((a, b) => a.at - b.at)
}

function planRights(
  { rights = [] }: Scenario,
  { durationMs }: PlanOptions,
  random: Random,
): PlannedRightsChange[] {
  return rights
    .flatMap(({ way, everyMs }) =>
      planTimes(everyMs, durationMs, random.fork(way)).map((at, place) => ({
        ...{ at, way, stream: `rights ${way}/${place}` },
      })),
    )
    .sort((a, b) => a.at - b.at)
}

/** Moments that lie `everyMs` apart on the average. */
function planTimes(everyMs: number, durationMs: number, random: Random): Ms[] {
  const times: Ms[] = []
  for (
    let at = everyMs * (0.3 + 0.7 * random.next());
    at < durationMs;
    at += everyMs * (0.6 + 0.8 * random.next())
  )
    times.push(at)
  return times
}

/** What is left of a plan when it is shrunk; the names of clients and streams stay, so that the rest acts as before. */
export interface Keep {
  /** Names of clients; null for all. */
  readonly clients: readonly string[] | null
  /** Only steps before this moment, ms; null for all. */
  readonly untilMs: Ms | null
  /** Every client's first steps only; null for all. */
  readonly steps: number | null
  /** Places in the plan's list of faults; null for all. */
  readonly faults: readonly number[] | null
}

/** The same plan with parts left out. Pure. */
export function shrinkPlan(plan: SimulationPlan, { clients, untilMs, steps, faults }: Keep): SimulationPlan {
  const durationMs = Math.min(plan.durationMs, untilMs ?? plan.durationMs)
  return {
    ...plan,
    durationMs,
    clients: plan.clients
      .filter(({ name }) => clients === null || clients.includes(name))
      .map((client) => ({
        ...client,
        steps: client.steps.filter(
          ({ at }, index) => at < durationMs && index < (steps ?? Number.POSITIVE_INFINITY),
        ),
      })),
    faults: plan.faults.filter(
      ({ at }, index) => at < durationMs && (faults === null || faults.includes(index)),
    ),
    rights: plan.rights.filter(({ at }) => at < durationMs),
  }
}
