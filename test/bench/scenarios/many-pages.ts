import { measureCpu } from '../measure-cpu.ts'
import { hasDocuments } from '../peer.ts'
import { requireHealthy, type Scenario } from '../scenario.ts'

const PAGES = 200
const WRITERS_PER_PAGE = 2
/** One observer on every so manieth page. */
const OBSERVED_EVERY = 10
/** Each writer presses a key about every second. */
const EDITS_PER_SECOND = 400
const WARM_UP_S = 12

/** Many small groups, each on a page of its own. */
export const manyPages: Scenario = {
  name: 'many-pages',
  title: `${PAGES} pages with ${WRITERS_PER_PAGE} writers each, with carets, ${EDITS_PER_SECOND} edits/s together`,
  baseline: 'hocuspocus-memory',
  figures: [
    { name: 'cpuPerEdit', unit: 'ms', title: 'server CPU per edit', goal: { atMost: 0.8 } },
    { name: 'postgresCpuPerEdit', unit: 'ms', title: 'PostgreSQL CPU per edit' },
    { name: 'p50', unit: 'ms', title: 'seen by the other, median' },
    { name: 'p99', unit: 'ms', title: 'seen by the other, p99' },
    { name: 'ackP99', unit: 'ms', title: 'acknowledged, p99' },
  ],
  isFor: hasDocuments,

  async measure(bench) {
    const server = await bench.startServer()
    const pages = await server.createPages(PAGES, WRITERS_PER_PAGE)
    const load = bench.startLoad()
    await load.ask('join', {
      url: server.socketUrl,
      inBatches: false,
      visitors: pages.flatMap(({ pageId, tokens }, page) =>
        tokens.map((token, writer) => ({
          ...{ pageId, token, writes: true },
          observes: page % OBSERVED_EVERY === 0 && writer === 0,
        })),
      ),
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
    }
  },
}
