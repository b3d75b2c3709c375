import { measureCpu } from '../measure-cpu.ts'
import { hasDocuments } from '../peer.ts'
import { requireHealthy, type Scenario } from '../scenario.ts'

const READERS = 1_000
const PEOPLE = 20
const OBSERVERS = 4
/** A fast typist, held down: the same for every server. */
const EDITS_PER_SECOND = 10
const WARM_UP_S = 1

/** One person writes, a thousand read along. */
export const fanOut: Scenario = {
  name: 'fan-out',
  title: `1 writer, ${READERS} readers, ${EDITS_PER_SECOND} edits/s`,
  baseline: 'hocuspocus-memory',
  figures: [
    {
      name: 'cpuPerDelivery',
      unit: 'µs',
      title: 'server CPU per edit and reader',
      goal: { atMost: 1 },
    },
    { name: 'postgresCpuPerEdit', unit: 'ms', title: 'PostgreSQL CPU per edit' },
    { name: 'p50', unit: 'ms', title: 'seen by a reader, median' },
    { name: 'p99', unit: 'ms', title: 'seen by a reader, p99' },
  ],
  isFor: hasDocuments,

  async measure(bench) {
    const server = await bench.startServer()
    const [page] = await server.createPages(1, PEOPLE)
    const load = bench.startLoad()
    await load.ask('join', {
      url: server.socketUrl,
      inBatches: false,
      visitors: Array.from({ length: READERS + 1 }, (_, index) => ({
        pageId: page?.pageId ?? '',
        token: page?.tokens[index % PEOPLE] ?? '',
        writes: index === 0,
        observes: index > 0 && index <= OBSERVERS,
      })),
    })
    const plan = { editsPerSecond: EDITS_PER_SECOND, withCarets: false }
    await load.ask('type', { ...plan, seconds: WARM_UP_S })
    const { result, cpu } = await measureCpu(bench, server, () =>
      load.ask('type', { ...plan, seconds: bench.options.seconds }),
    )
    requireHealthy(result.generator)
    if (result.missing > 0) throw new Error(`${result.missing} edits never came`)
    return {
      cpuPerDelivery: (cpu.serverMs * 1000) / (result.edits * READERS),
      postgresCpuPerEdit: cpu.postgresMs / result.edits,
      p50: result.seenMs.p50,
      p99: result.seenMs.p99,
    }
  },
}
