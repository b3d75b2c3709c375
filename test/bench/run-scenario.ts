import { loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { type LoadProcess, startEventsLoadProcess, startLoadProcess } from './load/load-process.ts'
import type { Peer, PeerEnvironment, RunningPeer } from './peer.ts'
import { type BenchOptions, type Figures, GeneratorBusyError, type Scenario } from './scenario.ts'

/** One measurement of one server, whatever came of it. */
export type Run = {
  readonly scenario: string
  readonly peer: string
  /** Which round it belongs to, from 1; a repeated one keeps its number. */
  readonly run: number
  /** The system's load average when it began: more than the number of cores means that others were at work. */
  readonly systemLoad: number
} & (
  | { readonly outcome: 'measured'; readonly figures: Figures }
  | { readonly outcome: 'thrown-away'; readonly reason: string }
  | { readonly outcome: 'failed'; readonly reason: string }
)

/** How often a run is repeated because the load process was the bottleneck. */
const MAX_REPEATS = 3
/** Before a repetition, ms: what kept the load process from its work is often somebody else's, and passes. */
const PAUSE_BEFORE_REPEAT_MS = 5_000

/**
 * Runs a scenario `runs` times on each of its peers. They alternate, and who begins changes each round, so
 * that a machine that becomes slower or busier meets all of them alike.
 */
export async function runScenario(
  scenario: Scenario,
  deps: {
    readonly peers: readonly Peer[]
    readonly runs: number
    readonly environment: PeerEnvironment
    readonly options: BenchOptions
    /** Asked before each measurement: whether to leave it at what there is. */
    readonly isStopped: () => boolean
    readonly onRun: (run: Run) => void
  },
): Promise<Run[]> {
  const runs: Run[] = []
  const peers = deps.peers.filter(scenario.isFor)
  for (let round = 1; round <= deps.runs; round++) {
    for (let place = 0; place < peers.length; place++) {
      const peer = peers[(place + round - 1) % peers.length] as Peer
      for (let attempt = 0; attempt <= MAX_REPEATS && !deps.isStopped(); attempt++) {
        const run = await measureOnce(scenario, peer, round, deps)
        runs.push(run)
        deps.onRun(run)
        if (run.outcome !== 'thrown-away') break
        await sleep(PAUSE_BEFORE_REPEAT_MS)
      }
    }
  }
  return runs
}

async function measureOnce(
  scenario: Scenario,
  peer: Peer,
  round: number,
  { environment, options }: { environment: PeerEnvironment; options: BenchOptions },
): Promise<Run> {
  const servers: RunningPeer[] = []
  const loads: Pick<LoadProcess, 'close'>[] = []
  const run = { scenario: scenario.name, peer: peer.name, run: round, systemLoad: loadavg()[0] ?? 0 }
  try {
    const figures = await scenario.measure({
      peer,
      async startServer(changes) {
        const server = await peer.start({ ...environment, ...changes })
        servers.push(server)
        return server
      },
      startLoad() {
        if (peer.dialect === null) throw new Error(`${peer.name} has no documents`)
        const load = startLoadProcess(peer.dialect)
        loads.push(load)
        return load
      },
      startEventsLoad() {
        const load = startEventsLoadProcess()
        loads.push(load)
        return load
      },
      postgres: environment.postgres,
      options,
    })
    return { ...run, outcome: 'measured', figures }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { ...run, outcome: error instanceof GeneratorBusyError ? 'thrown-away' : 'failed', reason }
  } finally {
    for (const load of loads) await load.close()
    for (const server of servers) await server.stop()
  }
}
