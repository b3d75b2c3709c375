import { measureCpu } from '../measure-cpu.ts'
import { addPages } from '../peers/stored-pages.ts'
import { type Bench, requireHealthy, type Scenario } from '../scenario.ts'

const FEW_PAGES = 10
const MANY_PAGES = 10_000
/** What each of the pages nobody has open has behind it. */
const ROWS_PER_PAGE = 20
const ROW_BYTES = 60
/** The pages that are written on: the same number in both databases. */
const OPEN_PAGES = 10
const WRITERS_PER_PAGE = 2
const EDITS_PER_SECOND = 200
const WARM_UP_S = 2

/** Whether an edit costs more when the database holds more. */
export const growth: Scenario = {
  name: 'growth',
  title: `the same ${EDITS_PER_SECOND} edits/s with ${FEW_PAGES} and with ${MANY_PAGES} pages in the database`,
  baseline: 'itself',
  figures: [
    { name: 'cpuPerEditFew', unit: 'ms', title: `server CPU per edit, ${FEW_PAGES} pages` },
    { name: 'cpuPerEditMany', unit: 'ms', title: `server CPU per edit, ${MANY_PAGES} pages` },
    { name: 'postgresCpuPerEditFew', unit: 'ms', title: `PostgreSQL CPU per edit, ${FEW_PAGES} pages` },
    { name: 'postgresCpuPerEditMany', unit: 'ms', title: `PostgreSQL CPU per edit, ${MANY_PAGES} pages` },
    { name: 'cpuPerEdit', unit: 'many : few', title: 'server CPU per edit', goal: { atMost: 1.15 } },
  ],
  // Whoever keeps no log has nothing that could grow.
  isFor: (peer) => peer.name === 'copydesk',

  async measure(bench) {
    const few = await measureWith(bench, FEW_PAGES)
    const many = await measureWith(bench, MANY_PAGES)
    return {
      cpuPerEditFew: few.serverMs,
      cpuPerEditMany: many.serverMs,
      postgresCpuPerEditFew: few.postgresMs,
      postgresCpuPerEditMany: many.postgresMs,
      cpuPerEdit: many.serverMs / few.serverMs,
    }
  },
}

/** CPU per edit, ms, with this many pages in the database. */
async function measureWith(
  bench: Bench,
  pageCount: number,
): Promise<{ serverMs: number; postgresMs: number }> {
  const server = await bench.startServer()
  const pages = await server.createPages(OPEN_PAGES, WRITERS_PER_PAGE)
  if (pageCount > OPEN_PAGES) {
    const filling = { pages: pageCount - OPEN_PAGES, rowsPerPage: ROWS_PER_PAGE, rowBytes: ROW_BYTES }
    await addPages(server.databaseUrl ?? '', filling)
  }
  const load = bench.startLoad()
  const visitors = pages.flatMap(({ pageId, tokens }) =>
    tokens.map((token, index) => ({ pageId, token, writes: true, observes: index === 0 })),
  )
  await load.ask('join', { url: server.socketUrl, visitors, inBatches: false })
  const plan = { editsPerSecond: EDITS_PER_SECOND, withCarets: true }
  await load.ask('type', { ...plan, seconds: WARM_UP_S })
  const { result, cpu } = await measureCpu(bench, server, () =>
    load.ask('type', { ...plan, seconds: bench.options.seconds }),
  )
  requireHealthy(result.generator)
  if (result.missing > 0) throw new Error(`${result.missing} edits or acknowledgements never came`)
  await load.close()
  await server.stop()
  return { serverMs: cpu.serverMs / result.edits, postgresMs: cpu.postgresMs / result.edits }
}
