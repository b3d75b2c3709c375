import type { EventsCommands } from './load/events-commands.ts'
import type { LoadProcess } from './load/load-process.ts'
import type { GeneratorHealth } from './load/loop-watch.ts'
import type { Peer, PeerEnvironment, RunningPeer } from './peer.ts'

/** A number that a scenario measures. */
export interface Figure {
  readonly name: string
  readonly unit: string
  /** What it is, in a few words for the table. */
  readonly title: string
  /** Whether it gets a ratio although there is none to reach. */
  readonly isCompared?: true
  /** The ratio to reach, if there is one; only such figures and compared ones get a ratio. */
  readonly goal?: { readonly atMost: number } | { readonly atLeast: number }
}

/** What a measurement found, by figure name; what a peer cannot do is missing. */
export type Figures = Readonly<Record<string, number>>

/** A question to servers, and how it is measured. */
export interface Scenario {
  readonly name: string
  /** What happens in it, one sentence. */
  readonly title: string
  readonly figures: readonly Figure[]
  /** What the ratios are against. */
  readonly baseline: 'hocuspocus-memory' | 'socketio-bare' | 'itself'
  isFor(peer: Peer): boolean
  /** One run on one server. It throws `GeneratorBusyError` if it measured the load process instead. */
  measure(bench: Bench): Promise<Figures>
}

/** What a measurement works with; whatever it starts is stopped by whoever called it. */
export interface Bench {
  readonly peer: Peer
  /** Starts the peer's server. */
  startServer(environment?: Pick<PeerEnvironment, 'databaseUrl'>): Promise<RunningPeer>
  /** For a peer with documents. */
  startLoad(): LoadProcess
  startEventsLoad(): LoadProcess<EventsCommands>
  readonly postgres: PeerEnvironment['postgres']
  readonly options: BenchOptions
}

export interface BenchOptions {
  /** How long each load is kept up, seconds. */
  readonly seconds: number
  /** Whether the servers are profiled, so that only what is asked about should run. */
  readonly isProfiling: boolean
  /** An editing trace for `cold-open`. */
  readonly trace: string | undefined
}

/** The load process could not keep up, so what was measured says nothing about the server. */
export class GeneratorBusyError extends Error {
  override readonly name = 'GeneratorBusyError'
  readonly code = 'generator-busy'
}

/** Timers that are later than this at the 99th percentile, ms, would show in the latencies. */
const MAX_GENERATOR_DELAY_MS = 40
/** Past this share of its time the load process is the bottleneck. */
const MAX_GENERATOR_UTILISATION = 0.9

/** Whether the load process had time to spare. */
export function isHealthy({ delayP99Ms, utilisation }: GeneratorHealth): boolean {
  return delayP99Ms <= MAX_GENERATOR_DELAY_MS && utilisation <= MAX_GENERATOR_UTILISATION
}

/** @throws GeneratorBusyError */
export function requireHealthy(health: GeneratorHealth): void {
  if (isHealthy(health)) return
  const delay = Math.round(health.delayP99Ms)
  const busy = Math.round(health.utilisation * 100)
  throw new GeneratorBusyError(`its timers were ${delay} ms late at p99, its event loop ${busy} % busy`)
}
