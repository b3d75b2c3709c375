import type { BehaviourName } from './authors/behaviours.ts'
import type { FaultName } from './faults/faults.ts'
import type { LineConditions } from './network/line.ts'
import type { ClientRole } from './record.ts'
import type { RightsWay } from './rights/change-rights.ts'

/** What a kind of client is like: how many of the clients are of it, and what they do. */
export interface ClientGroup {
  /** "author": the clients are called "author 0", "author 1", … */
  readonly name: string
  /** The share of all clients, from 0 to 1; the last group takes what is left. */
  readonly share: number
  /** But so many at least. */
  readonly least?: number
  readonly role: ClientRole
  /** How many pages each has open. */
  readonly pages: number
  /** How often each behaviour is chosen, relative to the others. */
  readonly behaviours: Readonly<Partial<Record<BehaviourName, number>>>
  /** A factor on `--rate`; 1 when left out. */
  readonly pace?: number
  /** Whether they connect to Socket.IO as well. */
  readonly events?: boolean
  /** Whether they come in by a share link of their first page instead of being members. */
  readonly byLink?: boolean
  /** Whether they work over plain HTTP, as where WebSockets are blocked. */
  readonly overHttp?: boolean
  /** Whether they go on trying to get in, to write and to listen when they have been put out. */
  readonly insists?: boolean
}

/** How often a fault happens. */
export interface FaultPlan {
  readonly kind: FaultName
  /** Milliseconds between two of them, from the end of one to the beginning of the next, on the average. */
  readonly everyMs: number
}

/** How often somebody's rights change. */
export interface RightsPlan {
  readonly way: RightsWay
  /** Milliseconds between two changes, on the average. */
  readonly everyMs: number
}

/** A simulation, as data. */
export interface Scenario {
  readonly name: string
  /** One or two sentences for `--help`: what it is for. */
  readonly purpose: string
  /** Whether it takes hours, and is left out of `all`. */
  readonly isLong?: boolean
  readonly defaults: {
    readonly clients: number
    readonly pages: number
    readonly durationMs: number
    /** Actions of one author in a second, on the average. */
    readonly rate: number
  }
  readonly groups: readonly ClientGroup[]
  /** How likely it is that people write in the page's first paragraph rather than anywhere, from 0 to 1. */
  readonly focus: number
  readonly faults: readonly FaultPlan[]
  /** Whose rights change while they work; nobody's when left out. */
  readonly rights?: readonly RightsPlan[]
  /** The network between everybody and the server for the whole run; a perfect one when left out. */
  readonly network?: Partial<LineConditions>
}
