import type { LoadProcess } from '../load/load-process.ts'
import { measureCpu } from '../measure-cpu.ts'
import { type Bench, type Figures, isHealthy, requireHealthy, type Scenario } from '../scenario.ts'

const WRITERS = 100
const OBSERVERS = 4
/** A load that every server sustains: each writer presses a key about every second. */
const EDITS_PER_SECOND = 100
const WARM_UP_S = 2

/** The capacity search: each step is this much more than the last, from the load above. */
const STEP_FACTOR = 1.5
/** Between the last load that was sustained and the first that was not, this many more are tried. */
const REFINEMENTS = 2
const STEP_S = 2
/** A load counts as sustained if others see edits within this time at the 99th percentile, ms. */
const SUSTAINED_P99_MS = 100
/** A step that fails is tried once more: on a shared machine the first may have been somebody else's fault. */
const ATTEMPTS = 2
/** More than this is not asked of anybody. */
const MAX_EDITS_PER_SECOND = 20_000

/** Everybody types on the same page, with carets. */
export const hotPage: Scenario = {
  name: 'hot-page',
  title: `${WRITERS} writers on one page, with carets, ${EDITS_PER_SECOND} edits/s together`,
  baseline: 'hocuspocus-memory',
  figures: [
    { name: 'cpuPerEdit', unit: 'ms', title: 'server CPU per edit', goal: { atMost: 0.4 } },
    { name: 'postgresCpuPerEdit', unit: 'ms', title: 'PostgreSQL CPU per edit' },
    { name: 'p50', unit: 'ms', title: 'seen by another, median' },
    { name: 'p99', unit: 'ms', title: 'seen by another, p99', goal: { atMost: 1 } },
    { name: 'ackP99', unit: 'ms', title: 'acknowledged, p99' },
    {
      name: 'capacity',
      unit: 'edits/s',
      title: `sustained with p99 < ${SUSTAINED_P99_MS} ms`,
      goal: { atLeast: 2.5 },
    },
    { name: 'capacityIsFloor', unit: '0/1', title: '1: the generator gave up before the server' },
  ],
  isFor: () => true,

  async measure(bench) {
    const server = await bench.startServer()
    const [page] = await server.createPages(1, WRITERS)
    const load = bench.startLoad()
    await load.ask('join', {
      url: server.socketUrl,
      visitors: (page?.tokens ?? []).map((token, index) => ({
        pageId: page?.pageId ?? '',
        token,
        writes: true,
        observes: index < OBSERVERS,
      })),
    })
    const plan = { editsPerSecond: EDITS_PER_SECOND, withCarets: true }
    await load.ask('type', { ...plan, seconds: WARM_UP_S })
    const { result, cpu } = await measureCpu(bench, server, () =>
      load.ask('type', { ...plan, seconds: bench.options.seconds }),
    )
    requireHealthy(result.generator)
    if (result.missing > 0) throw new Error(`${result.missing} edits or acknowledgements never came`)
    return {
      cpuPerEdit: cpu.serverMs / result.edits,
      postgresCpuPerEdit: cpu.postgresMs / result.edits,
      p50: result.seenMs.p50,
      p99: result.seenMs.p99,
      ackP99: result.acknowledgedMs.p99,
      ...(await findCapacity(bench, load)),
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
  for (let next = EDITS_PER_SECOND; failed > next && next <= MAX_EDITS_PER_SECOND; next *= STEP_FACTOR) {
    await attempt(next)
  }
  for (let left = REFINEMENTS; left > 0 && Number.isFinite(failed); left--) {
    await attempt((sustained + failed) / 2)
  }
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
    const { seenMs, missing, generator } = await load.ask('type', {
      editsPerSecond,
      seconds,
      withCarets: true,
    })
    if (missing === 0 && seenMs.p99 < SUSTAINED_P99_MS) return 'sustained'
    if (isHealthy(generator)) outcome = 'failed'
  }
  return outcome
}
