import { setTimeout as sleep } from 'node:timers/promises'
import { readHistory } from '../history.ts'
import { waitForSnapshot, writeLog, writeState } from '../peers/stored-pages.ts'
import type { Scenario } from '../scenario.ts'
import { computeMedian } from '../statistics.ts'

/** The first opening warms both sides up; those after it count. */
const WARM_UP_OPENINGS = 2
const OPENINGS = 7
/** Until a page that nobody has open any more is out of memory, ms. */
const UNLOAD_MS = 300

/** A page with a long history is opened when nobody has it open: from its log, then from a snapshot. */
export const coldOpen: Scenario = {
  name: 'cold-open',
  title: 'a page with a history of 137,000 edits (or the trace given) is opened from cold',
  baseline: 'itself',
  figures: [
    { name: 'fromLog', unit: 'ms', title: 'first opening, from the log alone, server just started' },
    { name: 'withSnapshot', unit: 'ms', title: 'opening, from the stored state' },
    { name: 'bareApply', unit: 'ms', title: 'a bare Y.applyUpdate of that state' },
    { name: 'stateSize', unit: 'KiB', title: 'the state' },
    { name: 'toBareApply', unit: 'open : bare', title: 'opening with a snapshot', goal: { atMost: 1.5 } },
  ],
  isFor: (peer) => peer.isDurable,

  async measure(bench) {
    const history = await readHistoryOnce(bench.options.trace)
    const server = await bench.startServer()
    const databaseUrl = server.databaseUrl ?? ''
    const [page] = await server.createPages(1, 1)
    const target = { url: server.socketUrl, pageId: page?.pageId ?? '', token: page?.tokens[0] ?? '' }
    const load = bench.startLoad()
    const hasLog = bench.peer.name === 'copydesk'
    const fromLog: { fromLog?: number } = {}
    if (hasLog) {
      await writeLog(databaseUrl, target.pageId, history)
      fromLog.fromLog = (await load.ask('open', target)).ms
      await waitForSnapshot(databaseUrl, target.pageId)
    } else {
      await writeState(databaseUrl, target.pageId, history)
    }

    const openings = []
    for (let count = 0; count < WARM_UP_OPENINGS + OPENINGS; count++) {
      await sleep(UNLOAD_MS)
      openings.push(await load.ask('open', target))
    }
    const counted = openings.slice(WARM_UP_OPENINGS)
    const withSnapshot = computeMedian(counted.map(({ ms }) => ms))
    const bareApply = computeMedian(counted.map(({ bareApplyMs }) => bareApplyMs))
    return {
      ...fromLog,
      withSnapshot,
      bareApply,
      stateSize: (openings[0]?.sizeBytes ?? 0) / 1024,
      toBareApply: withSnapshot / bareApply,
    }
  },
}

let cached: { trace: string | undefined; history: Promise<Uint8Array[]> } | undefined

/** Making it takes seconds, and every run uses the same. */
function readHistoryOnce(trace: string | undefined): Promise<Uint8Array[]> {
  if (cached === undefined || cached.trace !== trace) cached = { trace, history: readHistory(trace) }
  return cached.history
}
