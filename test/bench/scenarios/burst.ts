import { getDialect } from '../load/dialect.ts'
import { measureCpu } from '../measure-cpu.ts'
import { requireHealthy, type Scenario } from '../scenario.ts'
import { computeMedian } from '../statistics.ts'

const EDITS = 5_000
/** The first bursts warm the server up; those after them count. */
const WARM_UP_BURSTS = 1
const BURSTS = 3

/** Somebody comes back with a long list of edits and sends them all at once. */
export const burst: Scenario = {
  name: 'burst',
  title: `one client sends ${EDITS} updates at once`,
  baseline: 'hocuspocus-memory',
  figures: [
    { name: 'lastAck', unit: 'ms', title: 'until the last is acknowledged', goal: { atMost: 1.1 } },
    { name: 'cpuPerEdit', unit: 'ms', title: 'server CPU per edit' },
    { name: 'postgresCpuPerEdit', unit: 'ms', title: 'PostgreSQL CPU per edit' },
  ],
  // Where nothing is acknowledged there is no last acknowledgement.
  isFor: ({ dialect }) => dialect !== null && getDialect(dialect).acknowledges,

  async measure(bench) {
    const server = await bench.startServer()
    const pages = await server.createPages(WARM_UP_BURSTS + BURSTS, 1)
    const load = bench.startLoad()
    const lastAcks: number[] = []
    let serverMs = 0
    let postgresMs = 0
    for (const [index, { pageId, tokens }] of pages.entries()) {
      const visitors = [{ pageId, token: tokens[0] ?? '', writes: true, observes: false }]
      await load.ask('join', { url: server.socketUrl, visitors, inBatches: false })
      const { result, cpu } = await measureCpu(bench, server, () => load.ask('burst', { edits: EDITS }))
      await load.ask('leave', null)
      if (index < WARM_UP_BURSTS) continue
      requireHealthy(result.generator)
      lastAcks.push(result.lastAckMs)
      serverMs += cpu.serverMs
      postgresMs += cpu.postgresMs
    }
    return {
      lastAck: computeMedian(lastAcks),
      cpuPerEdit: serverMs / (BURSTS * EDITS),
      postgresCpuPerEdit: postgresMs / (BURSTS * EDITS),
    }
  },
}
