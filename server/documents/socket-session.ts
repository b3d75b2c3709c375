import type { Connection, Hocuspocus, WebSocketLike } from '@hocuspocus/server'
import type { WebSocket } from 'ws'
import * as Y from 'yjs'
import { CLOSE_REASONS, type CloseReason } from '../../shared/protocol/close-reasons.ts'
import type { ConnectionContext } from './connection-context.ts'
import {
  type ChangeFrame,
  type CursorState,
  encodeQuestionBack,
  encodeSyncStatus,
  encodeWholePage,
  type Frame,
  parseFrame,
  readVerdict,
} from './frame.ts'
import { FRAME_RATE, type FrameRate } from './frame-pace.ts'
import type { Placement } from './nesting.ts'
import { createSocketBacklog, type SocketBacklog } from './socket-backlog.ts'
import { createSocketLanes, type OpenLane, type SocketLanes, type WaitingLane } from './socket-lanes.ts'
import type { SocketOutbox } from './socket-outbox.ts'
import { createSocketQuestions, type SocketQuestions } from './socket-questions.ts'
import { createSocketReading, type SocketReading } from './socket-reading.ts'

// One socket. Each address on it (usually one: a page) is a lane of its own:
//
//   (none) ── first frame ──▶ waiting ── token accepted, page loaded ──▶ open ── closed ──▶ (none)
//                                │
//                                └── token refused ──▶ (none), what it had sent is dropped
//
// While a lane is waiting, everything but the token is parked. On an open lane document updates go straight
// to the commit queue and cursors to the page's board; everything else goes to Hocuspocus, but never past an
// update that was sent before it: then it is parked until that update is committed.

/** How long a client that does not read has to read why it is cut off, ms. */
export const TOO_SLOW_GRACE_MS = 2_000

export type PageConnection = Connection<ConnectionContext>

/** Where a session hands on what it has sorted. */
export interface SessionDeps {
  /** Puts an update into the commit queue; exactly one of the two is called when its fate is known. */
  commit(
    connection: PageConnection,
    update: Uint8Array,
    committed: () => void,
    refused: (reason: CloseReason) => void,
  ): void
  /** What of an update the document lacks, null for nothing: what it has is not written down again. */
  trim(connection: PageConnection, frame: ChangeFrame): Uint8Array | null
  /** The whole page as one update, if it is still what was loaded from the database; else null. */
  storedState(connection: PageConnection): Uint8Array | null
  /** Where an update that brings elements puts them. */
  place(connection: PageConnection, update: Uint8Array): Placement
  /** Takes what a connection says of its cursors; `areUpdatesIn` tells whether what it typed before is committed. */
  moveCursors(connection: PageConnection, cursors: readonly CursorState[], areUpdatesIn: () => boolean): void
  /** Told once when a socket is cut off because so many bytes wait for it to be read. */
  tooSlow(connections: readonly PageConnection[], unsentBytes: number): void
  /** Told each time that a socket is not read for a while because it sends too fast. */
  tooFast(connections: readonly PageConnection[]): void
  /** How fast a socket may send; the default is FRAME_RATE. */
  readonly frameRate?: FrameRate | undefined
}

export interface SocketSession {
  /** What Hocuspocus sends through; it never sees the socket itself. */
  readonly outlet: WebSocketLike
  receive(bytes: Uint8Array): void
  /** Called when Hocuspocus has established a connection: its parked frames go on, in order. */
  open(connection: PageConnection): void
  /**
   * Sends the whole page to a client that was admitted to it and has asked for it, before it is loaded; answers
   * whether there is one. If the page has changed when the connection is open, it is sent again as it is then.
   */
  answerEarly(pageId: string, state: Uint8Array): boolean
  /** Says that the peer has answered a ping. */
  heard(): void
  /**
   * Whether anything has come in since this was last asked, or nothing could: because we do not read, or because
   * the peer is still reading something large, and our ping waits behind it. Who reads none of that between two
   * such questions is cut off.
   */
  takeActivity(): boolean
  /** Resolves when the fate of every update that was received is known and told. */
  settled(): Promise<void>
}

type HocuspocusClient = Pick<ReturnType<Hocuspocus['handleConnection']>, 'handleMessage'>

export function createSocketSession(
  socket: WebSocket,
  outbox: SocketOutbox,
  deps: SessionDeps,
  hocuspocusClient: () => HocuspocusClient,
  now: () => number = readClock,
): SocketSession {
  return new Session(socket, outbox, deps, hocuspocusClient, now)
}

/** Milliseconds, monotonic. */
const readClock = (): number => performance.now()

/** A class, unlike other things here: there is one for each socket, and closures would be most of what it holds. */
class Session implements SocketSession, WebSocketLike {
  readonly #socket: WebSocket
  readonly #outbox: SocketOutbox
  readonly #deps: SessionDeps
  readonly #hocuspocusClient: () => HocuspocusClient
  readonly #reading: SocketReading
  readonly #questions: SocketQuestions
  readonly #backlog: SocketBacklog
  readonly #lanes: SocketLanes
  #isCutOff = false
  #isHeard = true
  #onSettled: (() => void)[] | undefined

  constructor(
    socket: WebSocket,
    outbox: SocketOutbox,
    deps: SessionDeps,
    hocuspocusClient: () => HocuspocusClient,
    now: () => number,
  ) {
    this.#socket = socket
    this.#outbox = outbox
    this.#deps = deps
    this.#hocuspocusClient = hocuspocusClient
    this.#reading = createSocketReading(socket, deps.frameRate ?? FRAME_RATE, now, () =>
      deps.tooFast(this.#lanes.connections()),
    )
    this.#questions = createSocketQuestions(now)
    this.#backlog = createSocketBacklog(outbox)
    this.#lanes = createSocketLanes()
  }

  get outlet(): WebSocketLike {
    return this
  }

  receive(bytes: Uint8Array): void {
    this.#isHeard = true
    const frame = parseFrame(bytes)
    if (typeof frame === 'string') {
      this.#closeFor(frame)
      return
    }
    this.#reading.countFrame()
    if (this.#questions.allow(frame)) this.#sort(frame, bytes)
    else this.#closeFor('too-many-frames')
  }

  open(connection: PageConnection): void {
    const address = connection.messageAddress
    const lane = this.#lanes.open(connection)
    connection.onClose(() => {
      if (this.#lanes.get(address) === lane) this.#lanes.drop(address)
    })
    this.#unpark(lane)
  }

  answerEarly(pageId: string, state: Uint8Array): boolean {
    // Of several on one page it is not known which one is being loaded for.
    const found = this.#lanes.findWaiting(pageId)
    if (found === undefined) return false
    const [address, lane] = found
    const asked = lane.parked[0] === undefined ? 'malformed-frame' : parseFrame(lane.parked[0])
    if (!lane.isAdmitted || typeof asked === 'string' || asked.kind !== 'ask-all') return false
    lane.answered = state
    this.send(encodeWholePage(address, state))
    return true
  }

  heard(): void {
    this.#isHeard = true
  }

  takeActivity(): boolean {
    const isReading = this.#outbox.takeProgress()
    if (this.#backlog.isStuck(isReading)) this.#cutOff()
    const had = this.#isHeard || this.#socket.isPaused || isReading
    this.#isHeard = false
    return had
  }

  settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#onSettled ??= []
      this.#onSettled.push(resolve)
      this.#tellIfSettled()
    })
  }

  get readyState(): number {
    return this.#socket.readyState
  }

  send(data: Parameters<WebSocketLike['send']>[0]): void {
    if (this.#isCutOff) return
    // Hocuspocus sends nothing but encoded frames.
    const frame = data as Uint8Array
    if (!this.#backlog.mayAdd(frame.byteLength)) {
      this.#cutOff()
      return
    }
    if (this.#lanes.areSomeWaiting) this.#noteVerdict(frame)
    this.#outbox.send(frame)
  }

  close(code?: number, reason?: string): void {
    this.#outbox.flush()
    this.#socket.close(code, reason)
  }

  #closeFor(reason: CloseReason): void {
    this.close(CLOSE_REASONS[reason].code, reason)
  }

  #sort(frame: Frame, bytes: Uint8Array): void {
    if (isNameOfEveryObject(frame.address)) {
      this.#closeFor('malformed-page-id')
      return
    }
    const lane = this.#lanes.get(frame.address) ?? this.#lanes.start(frame.address)
    if (lane === undefined) this.#closeFor('too-many-pages')
    else if (lane.state === 'open' && lane.parked.length === 0) this.#route(lane, frame, bytes)
    else if (lane.state === 'waiting' && frame.kind === 'auth') this.#hocuspocusClient().handleMessage(bytes)
    else this.#park(lane, bytes)
  }

  #park(lane: WaitingLane | OpenLane, bytes: Uint8Array): void {
    if (!this.#lanes.park(lane, bytes)) this.#closeFor('too-many-frames')
  }

  #route(lane: OpenLane, frame: Frame, bytes: Uint8Array): void {
    const { connection } = lane
    if (frame.kind === 'awareness') {
      const { received } = lane
      this.#deps.moveCursors(connection, frame.cursors, () => lane.settled >= received)
    } else if (frame.kind === 'update' && connection.readOnly) {
      this.#noteRefused(connection)
      this.send(encodeSyncStatus(frame.address, false))
    } else if (frame.kind === 'update' || (frame.kind === 'answer' && !connection.readOnly)) {
      const added = this.#deps.trim(connection, frame)
      const placement = added !== null && frame.bringsElements ? this.#deps.place(connection, added) : 'fits'
      if (added === null) this.#acknowledge(lane)
      else if (placement === 'fits') this.#commit(lane, added)
      else if (placement === 'too-deep') this.#closeFor('nested-too-deep')
      // What it builds on may be under way. If it is not, the client brings all that it has when it comes back.
      else if (lane.settled < lane.received) this.#park(lane, bytes)
      else this.#closeFor('page-reloading')
    } else if (lane.settled < lane.received) {
      this.#park(lane, bytes)
    } else if (frame.kind !== 'ask-all' || !this.#answerAll(lane)) {
      // Hocuspocus answers it, and refuses what is new to us.
      if (frame.kind === 'answer' && this.#deps.trim(connection, frame) !== null)
        this.#noteRefused(connection)
      this.#hocuspocusClient().handleMessage(bytes)
    }
  }

  #noteRefused({ context: { permit } }: PageConnection): void {
    if (permit !== undefined) permit.isBehind = true
  }

  /** Answers as Hocuspocus does, with the bytes as they are stored; false if they are out of date. */
  #answerAll({ connection, answered }: OpenLane): boolean {
    const state = this.#deps.storedState(connection)
    if (state === null) return false
    const { messageAddress: address, document } = connection
    this.send(encodeQuestionBack(address, Y.encodeStateVector(document)))
    if (state !== answered) this.send(encodeWholePage(address, state))
    return true
  }

  #commit(lane: OpenLane, update: Uint8Array): void {
    lane.received++
    this.#reading.take(update.byteLength)
    this.#deps.commit(
      lane.connection,
      update,
      () => {
        this.#acknowledge(lane)
        this.#settle(lane, update)
        this.#tellIfSettled()
      },
      (reason) => {
        this.#settle(lane, update)
        // Neither would help to come back for, and whoever may not write any more has been told why.
        const goesOn = reason === 'page-too-large' || lane.connection.readOnly
        if (lane.connection.readOnly) this.#noteRefused(lane.connection)
        if (goesOn) this.send(encodeSyncStatus(lane.connection.messageAddress, false))
        else this.#closeFor(reason)
        this.#tellIfSettled()
      },
    )
  }

  #settle(lane: OpenLane, update: Uint8Array): void {
    lane.settled++
    this.#reading.settle(update.byteLength)
    if (lane.settled === lane.received) this.#unpark(lane)
  }

  /** Stock providers count one acknowledgement for each update. */
  #acknowledge(lane: OpenLane): void {
    this.send(encodeSyncStatus(lane.connection.messageAddress, true))
  }

  #unpark(lane: WaitingLane | OpenLane): void {
    if (lane.parked.length === 0) return
    for (const bytes of this.#lanes.takeParked(lane)) {
      const frame = parseFrame(bytes)
      if (typeof frame !== 'string') this.#sort(frame, bytes)
    }
  }

  #tellIfSettled(): void {
    if (this.#onSettled === undefined || this.#lanes.areUpdatesUnderWay()) return
    for (const tell of this.#onSettled.splice(0)) tell()
  }

  /** It may still read what waits, and behind it the reason; for longer than that nothing is kept for it. */
  #cutOff(): void {
    if (this.#isCutOff) return
    this.#isCutOff = true
    this.#deps.tooSlow(this.#lanes.connections(), this.#outbox.waitingBytes)
    this.#closeFor('too-slow')
    setTimeout(() => this.#socket.terminate(), TOO_SLOW_GRACE_MS).unref()
  }

  #noteVerdict(sent: Uint8Array): void {
    const verdict = readVerdict(sent)
    const lane = verdict === null ? undefined : this.#lanes.get(verdict.address)
    if (verdict === null || lane?.state !== 'waiting') return
    if (verdict.isAdmitted) lane.isAdmitted = true
    else this.#lanes.drop(verdict.address)
  }
}

/** Hocuspocus looks pages up in plain objects, where names such as `__proto__` and `constructor` are taken. */
function isNameOfEveryObject(address: string): boolean {
  const [pageId = ''] = address.split('\0', 1)
  return pageId in Object.prototype
}
