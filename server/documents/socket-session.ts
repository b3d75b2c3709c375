import type { Connection, Hocuspocus, WebSocketLike } from '@hocuspocus/server'
import type { WebSocket } from 'ws'
import { CLOSE_REASONS, type CloseReason } from '../../shared/protocol/close-reasons.ts'
import type { ConnectionContext } from './connection-context.ts'
import {
  type ChangeFrame,
  type CursorState,
  encodeSyncStatus,
  type Frame,
  parseFrame,
  readRefusedAddress,
} from './frame.ts'
import { createFramePace, FRAME_RATE, type FrameRate } from './frame-pace.ts'
import type { SocketOutbox } from './socket-outbox.ts'

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
const QUESTIONS_PER_SECOND = 2
/** Past this many bytes of uncommitted updates a socket is not read any more until half of it is committed. */
export const MAX_UNCOMMITTED_BYTES = 2 * 1024 * 1024
/** What may wait to be sent to a client that does not read, bytes. It then resyncs when it comes back. */
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
}

interface OpenLane {
  readonly state: 'open'
  readonly connection: PageConnection
  readonly parked: Uint8Array[]
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
  /** Whether anything has come in since this was last asked, or nothing could because we do not read. */
  takeActivity(): boolean
  /** Whether a page was ever opened on this socket. */
  hasOpened(): boolean
  /** Resolves when the fate of every update that was received is known and told. */
  settled(): Promise<void>
}

export function createSocketSession(
  socket: WebSocket,
  outbox: SocketOutbox,
  deps: SessionDeps,
  hocuspocusClient: () => Pick<ReturnType<Hocuspocus['handleConnection']>, 'handleMessage'>,
  now: () => number = Date.now,
): SocketSession {
  const addresses = new Set<string>()
  let questionsLeft = MAX_QUESTIONS
  let countedAt = now()
  const lanes = new Map<string, WaitingLane | OpenLane>()
  let hasOpened = false
  let waiting = 0
  let parkedBytes = 0
  let uncommittedBytes = 0
  let mustCommitFirst = false
  const pace = createFramePace(deps.frameRate ?? FRAME_RATE, now)
  let isTooFast = false
  let isCutOff = false
  let hasActivity = false
  const onSettled: (() => void)[] = []

  const close = (reason: CloseReason) => outlet.close(CLOSE_REASONS[reason].code, reason)

  function receive(bytes: Uint8Array): void {
    hasActivity = true
    const frame = parseFrame(bytes)
    if (typeof frame === 'string') {
      close(frame)
      return
    }
    if (!pace.take() && !isTooFast) slowDown()
    if (isQuestion(frame) && !mayAsk(frame.address)) close('too-many-frames')
    else sort(frame, bytes)
  }

  /** Does not read until the rate is kept again. */
  function slowDown(): void {
    const waitMs = pace.waitMs()
    if (waitMs > 0 && !isTooFast) deps.tooFast(openConnections())
    isTooFast = waitMs > 0
    if (isTooFast) setTimeout(slowDown, waitMs).unref()
    regulate()
  }

  function regulate(): void {
    if (uncommittedBytes > MAX_UNCOMMITTED_BYTES) mustCommitFirst = true
    else if (uncommittedBytes < MAX_UNCOMMITTED_BYTES / 2) mustCommitFirst = false
    const mustWait = mustCommitFirst || isTooFast
    if (mustWait && !socket.isPaused) socket.pause()
    else if (!mustWait && socket.isPaused) socket.resume()
  }

  function openConnections(): PageConnection[] {
    return [...lanes.values()].flatMap((lane) => (lane.state === 'open' ? [lane.connection] : []))
  }

  function mayAsk(address: string): boolean {
    const asked = now()
    const earned = ((asked - countedAt) / 1000) * QUESTIONS_PER_SECOND
    questionsLeft = Math.max(questionsLeft, Math.min(questionsLeft + earned, MAX_QUESTIONS))
    countedAt = asked
    if (addresses.size < MAX_LANES && !addresses.has(address)) {
      addresses.add(address)
      questionsLeft += QUESTIONS_PER_PAGE
    }
    return questionsLeft-- >= 1
  }

  function sort(frame: Frame, bytes: Uint8Array): void {
    if (isNameOfEveryObject(frame.address)) {
      close('malformed-page-id')
      return
    }
    const lane = lanes.get(frame.address) ?? startLane(frame.address)
    if (lane === undefined) close('too-many-pages')
    else if (lane.state === 'open' && lane.parked.length === 0) route(lane, frame, bytes)
    else if (lane.state === 'waiting' && frame.kind === 'auth') hocuspocusClient().handleMessage(bytes)
    else park(lane, bytes)
  }

  function startLane(address: string): WaitingLane | undefined {
    if (lanes.size >= MAX_LANES) return undefined
    const lane: WaitingLane = { state: 'waiting', parked: [] }
    lanes.set(address, lane)
    waiting++
    return lane
  }

  function park(lane: WaitingLane | OpenLane, bytes: Uint8Array): void {
    parkedBytes += bytes.byteLength + PARKED_FRAME_OVERHEAD_BYTES
    if (parkedBytes > (hasOpened ? MAX_PARKED_BYTES : MAX_PARKED_BYTES_BEFORE_TOKEN)) close('too-many-frames')
    else lane.parked.push(bytes)
  }

  function route(lane: OpenLane, frame: Frame, bytes: Uint8Array): void {
    const { connection } = lane
    if (frame.kind === 'awareness') {
      const { received } = lane
      deps.moveCursors(connection, frame.cursors, () => lane.settled >= received)
    } else if (frame.kind === 'update' && connection.readOnly) {
      outlet.send(encodeSyncStatus(frame.address, false))
    } else if (frame.kind === 'update' || (frame.kind === 'answer' && !connection.readOnly)) {
      const added = deps.trim(connection, frame)
      if (added === null) acknowledge(lane)
      else commit(lane, added)
    } else if (lane.settled < lane.received) {
      park(lane, bytes)
    } else {
      hocuspocusClient().handleMessage(bytes)
    }
  }

  function commit(lane: OpenLane, update: Uint8Array): void {
    lane.received++
    uncommittedBytes += update.byteLength
    regulate()
    const settle = () => {
      lane.settled++
      uncommittedBytes -= update.byteLength
      regulate()
      if (lane.settled === lane.received) unpark(lane)
    }
    deps.commit(
      lane.connection,
      update,
      () => {
        acknowledge(lane)
        settle()
        tellIfSettled()
      },
      (reason) => {
        settle()
        // Neither would help to come back for, and whoever may not write any more has been told why.
        const goesOn = reason === 'page-too-large' || lane.connection.readOnly
        if (goesOn) outlet.send(encodeSyncStatus(lane.connection.messageAddress, false))
        else close(reason)
        tellIfSettled()
      },
    )
  }

  /** Stock providers count one acknowledgement for each update. */
  function acknowledge(lane: OpenLane): void {
    outlet.send(encodeSyncStatus(lane.connection.messageAddress, true))
  }

  function unpark(lane: WaitingLane | OpenLane): void {
    for (const bytes of takeParked(lane)) {
      const frame = parseFrame(bytes)
      if (typeof frame !== 'string') sort(frame, bytes)
    }
  }

  function tellIfSettled(): void {
    if (onSettled.length === 0) return
    const underWay = [...lanes.values()].some((lane) => lane.state === 'open' && lane.settled < lane.received)
    if (!underWay) for (const tell of onSettled.splice(0)) tell()
  }

  const outlet: WebSocketLike = {
    get readyState() {
      return socket.readyState
    },
    send(data) {
      if (outbox.waitingBytes > MAX_UNSENT_BYTES) {
        cutOff()
        return
      }
      // Hocuspocus sends nothing but encoded frames.
      const frame = data as Uint8Array
      if (waiting > 0) dropIfRefused(frame)
      outbox.send(frame)
    },
    close(code, reason) {
      outbox.flush()
      socket.close(code, reason)
    },
  }

  /** It may still read what waits, and behind it the reason; for longer than that nothing is kept for it. */
  function cutOff(): void {
    if (isCutOff) return
    isCutOff = true
    deps.tooSlow(openConnections(), outbox.waitingBytes)
    close('too-slow')
    setTimeout(() => socket.terminate(), TOO_SLOW_GRACE_MS).unref()
  }

  function dropIfRefused(sent: Uint8Array): void {
    const address = readRefusedAddress(sent)
    if (address !== null && lanes.get(address)?.state === 'waiting') drop(address)
  }

  function drop(address: string): void {
    const lane = lanes.get(address)
    if (lane === undefined) return
    takeParked(lane)
    if (lane.state === 'waiting') waiting--
    lanes.delete(address)
  }

  function takeParked(lane: WaitingLane | OpenLane): Uint8Array[] {
    const frames = lane.parked.splice(0)
    for (const bytes of frames) parkedBytes -= bytes.byteLength + PARKED_FRAME_OVERHEAD_BYTES
    return frames
  }

  return {
    outlet,
    receive,
    open(connection) {
      const address = connection.messageAddress
      const before = lanes.get(address)
      if (before?.state === 'waiting') waiting--
      const parked = before?.parked ?? []
      const lane: OpenLane = { state: 'open', connection, parked, received: 0, settled: 0 }
      lanes.set(address, lane)
      hasOpened = true
      connection.onClose(() => {
        if (lanes.get(address) === lane) drop(address)
      })
      unpark(lane)
    },
    takeActivity() {
      const had = hasActivity || socket.isPaused
      hasActivity = false
      return had
    },
    hasOpened: () => hasOpened,
    settled() {
      return new Promise((resolve) => {
        onSettled.push(resolve)
        tellIfSettled()
      })
    },
  }
}

/** Hocuspocus looks pages up in plain objects, where names such as `__proto__` and `constructor` are taken. */
function isNameOfEveryObject(address: string): boolean {
  const [pageId = ''] = address.split('\0', 1)
  return pageId in Object.prototype
}

/** Whether a frame makes us look something up, however small it is. */
function isQuestion({ kind }: Frame): boolean {
  return kind === 'auth' || kind === 'answer' || kind === 'other'
}
