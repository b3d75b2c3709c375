import type { Connection, Hocuspocus, WebSocketLike } from '@hocuspocus/server'
import type { WebSocket } from 'ws'
import * as Y from 'yjs'
import { CLOSE_REASONS, type CloseReason } from '../../shared/protocol/close-reasons.ts'
import { refill, type TokenRate } from '../operations/token-bucket.ts'
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
import type { SocketOutbox } from './socket-outbox.ts'
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

/** Pages that one socket may have open or waiting. */
export const MAX_LANES = 100
/** What may be parked on a socket, bytes; more comes only from a client that does not wait for answers. */
export const MAX_PARKED_BYTES = 6 * 1024 * 1024
/** The same as long as nobody has signed in on the socket: a stock client sends two small frames by then. */
export const MAX_PARKED_BYTES_BEFORE_TOKEN = 512 * 1024
/** What a parked frame costs besides its bytes, so that very many very small ones are bounded too. */
const PARKED_FRAME_OVERHEAD_BYTES = 200
/**
 * Questions (tokens, state vectors and the like) that a socket may ask at once, how many more for each page,
 * and for each second: an answer can be a whole page, and a client asks twice or thrice when it connects.
 */
export const MAX_QUESTIONS = 40
const QUESTIONS_PER_PAGE = 4
const QUESTION_RATE: TokenRate = { perSecond: 2, burst: MAX_QUESTIONS }
/**
 * What may wait to be sent to a client that does not read, bytes. It then resyncs when it comes back. The largest
 * message that waits is not counted: it is the page that the client has asked for, and would ask for again.
 */
export const MAX_UNSENT_BYTES = 16 * 1024 * 1024
/** How long a client that is cut off for that has to read the reason, ms. */
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

/** A lane that waits for its token to be accepted and its page to be loaded. */
interface WaitingLane {
  readonly state: 'waiting'
  readonly parked: Uint8Array[]
  isAdmitted: boolean
  /** The page's state, if it was sent already. */
  answered: Uint8Array | null
}

interface OpenLane {
  readonly state: 'open'
  readonly connection: PageConnection
  readonly parked: Uint8Array[]
  /** The page's state, if it was sent while the lane was waiting. */
  readonly answered: Uint8Array | null
  /** How many updates came in, and of how many the fate is known: the difference is under way. */
  received: number
  settled: number
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
  readonly #now: () => number
  readonly #reading: SocketReading
  readonly #lanes = new Map<string, WaitingLane | OpenLane>()
  /** The addresses that have asked something, each once. */
  readonly #addresses: string[] = []
  #questionsLeft = MAX_QUESTIONS
  #countedAt: number
  #hasOpened = false
  #waiting = 0
  #parkedBytes = 0
  /** The largest message since nothing waited. */
  #largestUnsentBytes = 0
  #wasStuck = false
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
    this.#now = now
    this.#reading = createSocketReading(socket, deps.frameRate ?? FRAME_RATE, now, () =>
      deps.tooFast(this.#openConnections()),
    )
    this.#countedAt = now()
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
    if (isQuestion(frame) && !this.#mayAsk(frame.address)) this.#closeFor('too-many-frames')
    else this.#sort(frame, bytes)
  }

  open(connection: PageConnection): void {
    const address = connection.messageAddress
    const before = this.#lanes.get(address)
    if (before?.state === 'waiting') this.#waiting--
    const parked = before?.parked ?? []
    const answered = before?.answered ?? null
    const lane: OpenLane = { state: 'open', connection, parked, answered, received: 0, settled: 0 }
    this.#lanes.set(address, lane)
    this.#hasOpened = true
    connection.onClose(() => {
      if (this.#lanes.get(address) === lane) this.#drop(address)
    })
    this.#unpark(lane)
  }

  answerEarly(pageId: string, state: Uint8Array): boolean {
    const isOf = (address: string) => address === pageId || address.startsWith(`${pageId}\0`)
    const waiting = [...this.#lanes].filter(([address, { state }]) => state === 'waiting' && isOf(address))
    // Of several on one page it is not known which one is being loaded for.
    const [entry] = waiting
    if (entry === undefined || waiting.length > 1) return false
    const [address, lane] = entry as [string, WaitingLane]
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
    const isStuck = !isReading && this.#outbox.waitingBytes > MAX_UNSENT_BYTES
    if (isStuck && this.#wasStuck) this.#cutOff()
    this.#wasStuck = isStuck
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
    const { waitingBytes } = this.#outbox
    const before = waitingBytes === 0 ? 0 : this.#largestUnsentBytes
    this.#largestUnsentBytes = Math.max(before, frame.byteLength)
    if (waitingBytes + frame.byteLength - this.#largestUnsentBytes > MAX_UNSENT_BYTES) {
      this.#cutOff()
      return
    }
    if (this.#waiting > 0) this.#noteVerdict(frame)
    this.#outbox.send(frame)
  }

  close(code?: number, reason?: string): void {
    this.#outbox.flush()
    this.#socket.close(code, reason)
  }

  #closeFor(reason: CloseReason): void {
    this.close(CLOSE_REASONS[reason].code, reason)
  }

  #openConnections(): PageConnection[] {
    return [...this.#lanes.values()].flatMap((lane) => (lane.state === 'open' ? [lane.connection] : []))
  }

  #mayAsk(address: string): boolean {
    const asked = this.#now()
    // What each page has added may be more than the bucket holds: that stays.
    const filled = refill(this.#questionsLeft, asked - this.#countedAt, QUESTION_RATE)
    this.#questionsLeft = Math.max(this.#questionsLeft, filled)
    this.#countedAt = asked
    if (this.#addresses.length < MAX_LANES && !this.#addresses.includes(address)) {
      this.#addresses.push(address)
      this.#questionsLeft += QUESTIONS_PER_PAGE
    }
    return this.#questionsLeft-- >= 1
  }

  #sort(frame: Frame, bytes: Uint8Array): void {
    if (isNameOfEveryObject(frame.address)) {
      this.#closeFor('malformed-page-id')
      return
    }
    const lane = this.#lanes.get(frame.address) ?? this.#startLane(frame.address)
    if (lane === undefined) this.#closeFor('too-many-pages')
    else if (lane.state === 'open' && lane.parked.length === 0) this.#route(lane, frame, bytes)
    else if (lane.state === 'waiting' && frame.kind === 'auth') this.#hocuspocusClient().handleMessage(bytes)
    else this.#park(lane, bytes)
  }

  #startLane(address: string): WaitingLane | undefined {
    if (this.#lanes.size >= MAX_LANES) return undefined
    const lane: WaitingLane = { state: 'waiting', parked: [], isAdmitted: false, answered: null }
    this.#lanes.set(address, lane)
    this.#waiting++
    return lane
  }

  #park(lane: WaitingLane | OpenLane, bytes: Uint8Array): void {
    this.#parkedBytes += bytes.byteLength + PARKED_FRAME_OVERHEAD_BYTES
    const limit = this.#hasOpened ? MAX_PARKED_BYTES : MAX_PARKED_BYTES_BEFORE_TOKEN
    if (this.#parkedBytes > limit) this.#closeFor('too-many-frames')
    else lane.parked.push(bytes)
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
    for (const bytes of this.#takeParked(lane)) {
      const frame = parseFrame(bytes)
      if (typeof frame !== 'string') this.#sort(frame, bytes)
    }
  }

  #tellIfSettled(): void {
    if (this.#onSettled === undefined) return
    const isUnderWay = (lane: WaitingLane | OpenLane) => lane.state === 'open' && lane.settled < lane.received
    if ([...this.#lanes.values()].some(isUnderWay)) return
    for (const tell of this.#onSettled.splice(0)) tell()
  }

  /** It may still read what waits, and behind it the reason; for longer than that nothing is kept for it. */
  #cutOff(): void {
    if (this.#isCutOff) return
    this.#isCutOff = true
    this.#deps.tooSlow(this.#openConnections(), this.#outbox.waitingBytes)
    this.#closeFor('too-slow')
    setTimeout(() => this.#socket.terminate(), TOO_SLOW_GRACE_MS).unref()
  }

  #noteVerdict(sent: Uint8Array): void {
    const verdict = readVerdict(sent)
    const lane = verdict === null ? undefined : this.#lanes.get(verdict.address)
    if (verdict === null || lane?.state !== 'waiting') return
    if (verdict.isAdmitted) lane.isAdmitted = true
    else this.#drop(verdict.address)
  }

  #drop(address: string): void {
    const lane = this.#lanes.get(address)
    if (lane === undefined) return
    this.#takeParked(lane)
    if (lane.state === 'waiting') this.#waiting--
    this.#lanes.delete(address)
  }

  #takeParked(lane: WaitingLane | OpenLane): Uint8Array[] {
    const frames = lane.parked.splice(0)
    for (const bytes of frames) this.#parkedBytes -= bytes.byteLength + PARKED_FRAME_OVERHEAD_BYTES
    return frames
  }
}

/** Hocuspocus looks pages up in plain objects, where names such as `__proto__` and `constructor` are taken. */
function isNameOfEveryObject(address: string): boolean {
  const [pageId = ''] = address.split('\0', 1)
  return pageId in Object.prototype
}

/** Whether a frame makes us look something up, however small it is. */
function isQuestion({ kind }: Frame): boolean {
  return kind === 'auth' || kind === 'answer' || kind === 'ask-all' || kind === 'other'
}
