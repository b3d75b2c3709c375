import type { Client } from '../clients/client.ts'
import type { Network } from '../network/network.ts'
import type { Random } from '../random.ts'
import type { Recorder } from '../recorder.ts'
import type { ServerUnderTest, Workspace } from '../world/server-under-test.ts'
import { attack } from './attack.ts'
import { crash } from './crash.ts'
import { killDatabase, pauseDatabase, restartDatabase } from './database.ts'
import { deploy } from './deploy.ts'
import { cutLine, halfOpenLine, overtakenLine, slowLine, stallLine } from './lines.ts'

/** What a fault can get at. */
export interface FaultContext {
  readonly server: ServerUnderTest
  readonly network: Network
  readonly clients: readonly Client[]
  readonly workspace: Workspace
  readonly recorder: Pick<Recorder, 'now' | 'outage' | 'restart'>
  readonly random: Random
  /** Waits; less when the run is being ended. */
  wait(ms: number): Promise<void>
  /** Resolves in the moment in which the next acknowledgement arrives anywhere, or after two seconds without one. */
  nextAcknowledgement(): Promise<void>
  /**
   * Looks into every page with a fresh client. Only between `network.blockAll()` with all clients cut off and
   * `network.unblockAll()`: otherwise those who come back bring what was lost.
   */
  checkpoint(reason: string): Promise<void>
}

/** A kind of disturbance. */
export interface Fault {
  /** "the server was killed", for reports. */
  readonly title: string
  /** One sentence for `--help`. */
  readonly does: string
  /** What it needs to control: a deployment has only its network. */
  readonly needs: 'network' | 'server' | 'database'
  /** Does it and undoes it; resolves when everything is as it was. */
  inject(context: FaultContext): Promise<void>
}

/** All faults by their names, as `--faults` takes them. */
export const FAULTS = {
  cut: cutLine,
  stall: stallLine,
  slow: slowLine,
  'half-open': halfOpenLine,
  overtake: overtakenLine,
  attack,
  crash,
  deploy,
  'database-kill': killDatabase,
  'database-pause': pauseDatabase,
  'database-restart': restartDatabase,
} as const satisfies Record<string, Fault>

export type FaultName = keyof typeof FAULTS
