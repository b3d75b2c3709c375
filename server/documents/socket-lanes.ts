import type { PageConnection } from './socket-session.ts'

/** Pages that one socket may have open or waiting. */
export const MAX_LANES = 100
/** What may be parked on a socket, bytes; more comes only from a client that does not wait for answers. */
export const MAX_PARKED_BYTES = 6 * 1024 * 1024
/** The same as long as nobody has signed in on the socket: a stock client sends two small frames by then. */
export const MAX_PARKED_BYTES_BEFORE_TOKEN = 512 * 1024
/** What a parked frame costs besides its bytes, so that very many very small ones are bounded too. */
const PARKED_FRAME_OVERHEAD_BYTES = 200

/** A lane that waits for its token to be accepted and its page to be loaded. */
export interface WaitingLane {
  readonly state: 'waiting'
  readonly parked: Uint8Array[]
  isAdmitted: boolean
  /** The page's state, if it was sent already. */
  answered: Uint8Array | null
}

/** A lane that leads to an open page. */
export interface OpenLane {
  readonly state: 'open'
  readonly connection: PageConnection
  readonly parked: Uint8Array[]
  /** The page's state, if it was sent while the lane was waiting. */
  readonly answered: Uint8Array | null
  /** How many updates came in, and of how many the fate is known: the difference is under way. */
  received: number
  settled: number
}

/**
 * The lanes of one socket, by their addresses, and what is parked on them. How a lane comes and goes is drawn in
 * `socket-session.ts`.
 */
export interface SocketLanes {
  readonly areSomeWaiting: boolean
  get(address: string): WaitingLane | OpenLane | undefined
  /** The waiting lane of a page, with its address, if there is exactly one. */
  findWaiting(pageId: string): readonly [string, WaitingLane] | undefined
  /** Adds a lane that waits; undefined when there are as many as there may be. */
  start(address: string): WaitingLane | undefined
  /** Opens the lane of a connection; what was parked on it while it was waiting stays so. */
  open(connection: PageConnection): OpenLane
  /** Forgets a lane and what is parked on it. */
  drop(address: string): void
  /** Parks a frame; false if that would be more than may be parked. */
  park(lane: WaitingLane | OpenLane, bytes: Uint8Array): boolean
  /** Takes what is parked on a lane, in order. */
  takeParked(lane: WaitingLane | OpenLane): Uint8Array[]
  /** The connections of the open lanes. */
  connections(): PageConnection[]
  /** Whether the fate of any update is not known yet. */
  areUpdatesUnderWay(): boolean
}

export function createSocketLanes(): SocketLanes {
  return new Lanes()
}

/** A class, since there is one for each socket. */
class Lanes implements SocketLanes {
  readonly #lanes = new Map<string, WaitingLane | OpenLane>()
  #hasOpened = false
  #waiting = 0
  #parkedBytes = 0

  get areSomeWaiting(): boolean {
    return this.#waiting > 0
  }

  get(address: string): WaitingLane | OpenLane | undefined {
    return this.#lanes.get(address)
  }

  findWaiting(pageId: string): readonly [string, WaitingLane] | undefined {
    const isOf = (address: string) => address === pageId || address.startsWith(`${pageId}\0`)
    const found = [...this.#lanes].filter(([address, { state }]) => state === 'waiting' && isOf(address))
    return found.length === 1 ? (found[0] as [string, WaitingLane]) : undefined
  }

  start(address: string): WaitingLane | undefined {
    if (this.#lanes.size >= MAX_LANES) return undefined
    const lane: WaitingLane = { state: 'waiting', parked: [], isAdmitted: false, answered: null }
    this.#lanes.set(address, lane)
    this.#waiting++
    return lane
  }

  open(connection: PageConnection): OpenLane {
    const before = this.#lanes.get(connection.messageAddress)
    if (before?.state === 'waiting') this.#waiting--
    const parked = before?.parked ?? []
    const answered = before?.answered ?? null
    const lane: OpenLane = { state: 'open', connection, parked, answered, received: 0, settled: 0 }
    this.#lanes.set(connection.messageAddress, lane)
    this.#hasOpened = true
    return lane
  }

  drop(address: string): void {
    const lane = this.#lanes.get(address)
    if (lane === undefined) return
    this.takeParked(lane)
    if (lane.state === 'waiting') this.#waiting--
    this.#lanes.delete(address)
  }

  park(lane: WaitingLane | OpenLane, bytes: Uint8Array): boolean {
    this.#parkedBytes += bytes.byteLength + PARKED_FRAME_OVERHEAD_BYTES
    const limit = this.#hasOpened ? MAX_PARKED_BYTES : MAX_PARKED_BYTES_BEFORE_TOKEN
    if (this.#parkedBytes > limit) return false
    lane.parked.push(bytes)
    return true
  }

  takeParked(lane: WaitingLane | OpenLane): Uint8Array[] {
    const frames = lane.parked.splice(0)
    for (const bytes of frames) this.#parkedBytes -= bytes.byteLength + PARKED_FRAME_OVERHEAD_BYTES
    return frames
  }

  connections(): PageConnection[] {
    return [...this.#lanes.values()].flatMap((lane) => (lane.state === 'open' ? [lane.connection] : []))
  }

  areUpdatesUnderWay(): boolean {
    return [...this.#lanes.values()].some((lane) => lane.state === 'open' && lane.settled < lane.received)
  }
}
