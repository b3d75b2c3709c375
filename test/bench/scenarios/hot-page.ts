import type { LoadProcess } from '../load/load-process.ts'
import { measureCpu } from '../measure-cpu.ts'
import { hasDocuments } from '../peer.ts'
import { type Bench, type Figures, isHealthy, requireHealthy, type Scenario } from '../scenario.ts'

const WRITERS = 100
const OBSERVERS = 4
/** A load that every server sustains, edits/s: each writer presses two keys a second. Latency is compared here. */
const CALM_EDITS_PER_SECOND = 200
/** Everybody types, edits/s: five keys a second are about 60 words a minute. CPU is compared here. */
const BUSY_EDITS_PER_SECOND = 500
const WARM_UP_S = 20
/** Before the calm load is measured it goes on for this long: what servers remember of the warm-up's pace is gone. */
const CALM_DOWN_S = 3

/** The capacity search: each step is this much more than the last, from the calm load. */
const STEP_FACTOR = 1.5
/** Between the last load that was sustained and the first that was not, this many more are tried. */
const REFINEMENTS = 2
const STEP_S = 2
/** A load counts as sustained if others see edits within this time at the 99th percentile, ms. */
const SUSTAINED_P99_MS = 100
/** A load counts as sent if at least this share of the pace was kept. */
const KEPT_PACE = 0.95
/** A step that fails is tried once more: on a shared machine the first may have been somebody else's fault. */
const ATTEMPTS = 2
/** More than this is not asked of anybody: the search would take minutes to say what is clear already. */
const MAX_EDITS_PER_SECOND = 60_000

/** Everybody types on the same page, with carets. */
export const hotPage: Scenario = {
  name: 'hot-page',
  title: `${WRITERS} writers on one page, with carets`,
  baseline: 'hocuspocus-memory',
  figures: [
    {
      name: 'cpuPerEdit',
      unit: 'ms',
      title: `server CPU per edit at ${BUSY_EDITS_PER_SECOND} edits/s`,
      goal: { atMost: 0.4 },
    },
    {
      name: 'postgresCpuPerEdit',
      unit: 'ms',
      title: `PostgreSQL CPU per edit at ${BUSY_EDITS_PER_SECOND} edits/s`,
    },
    { name: 'calmCpuPerEdit', unit: 'ms', title: `server CPU per edit at ${CALM_EDITS_PER_SECOND} edits/s` },
    { name: 'p50', unit: 'ms', title: `seen by another at ${CALM_EDITS_PER_SECOND} edits/s, median` },
    {
      name: 'p99',
      unit: 'ms',
      title: `seen by another at ${CALM_EDITS_PER_SECOND} edits/s, p99`,
      goal: { atMost: 1 },
    },
    { name: 'ackP99', unit: 'ms', title: `acknowledged at ${CALM_EDITS_PER_SECOND} edits/s, p99` },
    { name: 'busyP99', unit: 'ms', title: `seen by another at ${BUSY_EDITS_PER_SECOND} edits/s, p99` },
    {
      name: 'capacity',
      unit: 'edits/s',
      title: `sustained with p99 < ${SUSTAINED_P99_MS} ms`,
      goal: { atLeast: 2.5 },
    },
    { name: 'capacityIsFloor', unit: '0/1', title: '1: the server may do more than was asked of it' },
  ],
  isFor: hasDocuments,

  async measure(bench) {
    const server = await bench.startServer()
    const [page] = await server.createPages(1, WRITERS)
    const load = bench.startLoad()
    await load.ask('join', {
      url: server.socketUrl,
      inBatches: true,
      visitors: (page?.tokens ?? []).map((token, index) => ({
        pageId: page?.pageId ?? '',
        token,
        writes: true,
        observes: index < OBSERVERS,
      })),
    })
    const type = (editsPerSecond: number, seconds: number) =>
      measureCpu(bench, server, () => load.ask('type', { editsPerSecond, seconds, withCarets: true }))

    await type(BUSY_EDITS_PER_SECOND, WARM_UP_S)
    await type(CALM_EDITS_PER_SECOND, CALM_DOWN_S)
    const calm = await type(CALM_EDITS_PER_SECOND, bench.options.seconds)
    requireHealthy(calm.result.generator)
    if (calm.result.missing > 0)
      throw new Error(`${calm.result.missing} edits or acknowledgements never came`)
    const busy = await type(BUSY_EDITS_PER_SECOND, bench.options.seconds)
    requireHealthy(busy.result.generator)
    return {
      cpuPerEdit: busy.cpu.serverMs / busy.result.edits,
      postgresCpuPerEdit: busy.cpu.postgresMs / busy.result.edits,
      calmCpuPerEdit: calm.cpu.serverMs / calm.result.edits,
      p50: calm.result.seenMs.p50,
      p99: calm.result.seenMs.p99,
      ackP99: calm.result.acknowledgedMs.p99,
      busyP99: busy.result.seenMs.p99,
      // In a profile it would hide what was asked about.
      ...(bench.options.isProfiling ? {} : await findCapacity(bench, load)),
    }
  },
}

/** The highest load that was sustained, edits/s: upwards in steps, then between the last two. */
async function findCapacity(bench: Bench, load: LoadProcess): Promise<Figures> {
  let sustained = 0
  let failed = Number.POSITIVE_INFINITY
  let isFloor = false
  const attempt = async (editsPerSecond: number) => {
    const outcome = await tryLoad(bench, load, editsPerSecond)
    if (outcome === 'sustained') sustained = editsPerSecond
    else failed = editsPerSecond
    isFloor = outcome === 'unknown' || (isFloor && outcome === 'sustained')
  }
  for (let next = CALM_EDITS_PER_SECOND; failed > next && next <= MAX_EDITS_PER_SECOND; next *= STEP_FACTOR) {
    await attempt(next)
  }
  for (let left = REFINEMENTS; left > 0 && Number.isFinite(failed); left--) {
    await attempt((sustained + failed) / 2)
  }
  if (!Number.isFinite(failed)) isFloor = true
  return { capacity: sustained, capacityIsFloor: isFloor ? 1 : 0 }
}

/** Unknown: the load process was the bottleneck, and the server might have sustained it. */
async function tryLoad(
  bench: Bench,
  load: LoadProcess,
  editsPerSecond: number,
): Promise<'sustained' | 'failed' | 'unknown'> {
  const seconds = Math.min(STEP_S, bench.options.seconds)
  let outcome: 'failed' | 'unknown' = 'unknown'
  for (let left = ATTEMPTS; left > 0; left--) {
    const { sentPerSecond, seenMs, missing, generator } = await load.ask('type', {
      editsPerSecond,
      seconds,
      withCarets: true,
    })
    const hasKeptPace = sentPerSecond > editsPerSecond * KEPT_PACE
    if (hasKeptPace && missing === 0 && seenMs.p99 < SUSTAINED_P99_MS) return 'sustained'
    if (hasKeptPace && isHealthy(generator)) outcome = 'failed'
  }
  return outcome
}
