import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Hocuspocus } from '@hocuspocus/server'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import { isSchemaOutdated, SCHEMA_PARAMETER } from '../../shared/document/version.ts'
import { CLOSE_REASONS, type CloseReason } from '../../shared/protocol/close-reasons.ts'
import { type ConnectionLimits, createSeats, type Seat, type Seats } from '../operations/connection-limits.ts'
import type { Logger } from '../operations/logger.ts'
import type { ClientSocket, ConnectionContext } from './connection-context.ts'
import { MAX_FRAME_BYTES } from './frame.ts'
import { createSocketOutbox, type SocketOutbox } from './socket-outbox.ts'
import {
  createSocketSession,
  type PageConnection,
  type SessionDeps,
  type SocketSession,
} from './socket-session.ts'

/**
 * A peer that has neither sent anything nor answered a ping by the next one, ms, is gone: a cable was pulled, a laptop sleeps.
 * Two of these pass at most before its cursor is taken away, which keeps promise E4's 15 seconds.
 */
const HEARTBEAT_MS = 7_000
/** How long a socket may go without having opened any page, ms. */
const TOKEN_DEADLINE_MS = 30_000
/** How long a socket may take to close on its own when we stop, ms. */
const CLOSE_GRACE_MS = 1_000

/** Owns the WebSockets: accepts them, looks at every frame before Hocuspocus does, and closes them. */
export interface SocketGateway {
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  countSockets(): number
  /** From now on new sockets are turned away and frames are left unread, so unacknowledged. */
  stopReading(): void
  /** Resolves when every update that was read is committed and acknowledged, or refused. */
  settle(): Promise<void>
  close(): Promise<void>
}

export function createSocketGateway(deps: {
  session: SessionDeps
  hocuspocus: Hocuspocus<ConnectionContext>
  isOriginAllowed: (origin: string | undefined, host: string | undefined) => boolean
  connections: ConnectionLimits
  logger: Pick<Logger, 'info' | 'debug'>
}): SocketGateway {
  const { logger } = deps
  // Hocuspocus wants one for its hooks. None of ours looks at it, and a copy of each would be the largest thing
  // that is kept of a connection.
  const request = new Request('http://copydesk.invalid/collaboration')
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    // The outbox writes frames of its own, so none may be compressed.
    perMessageDeflate: false,
  })
  const sockets = new Map<WebSocket, AcceptedSocket>()
  const users = createSeats(deps.connections.perUser)
  const addresses = createSeats(deps.connections.perAddress)
  let reading = true

  const heartbeat = setInterval(() => {
    for (const socket of server.clients) {
      if (sockets.get(socket)?.session.takeActivity() !== true) socket.terminate()
      else socket.ping()
    }
  }, HEARTBEAT_MS)

  // One of each for all sockets: a listener for each would be held for each.
  function receive(this: WebSocket, data: RawData, isBinary: boolean): void {
    const accepted = sockets.get(this)
    if (!reading || this.readyState !== this.OPEN || accepted === undefined) return
    if (isBinary) accepted.session.receive(data as Buffer)
    else accepted.closeFor('malformed-frame')
  }
  function hear(this: WebSocket): void {
    sockets.get(this)?.session.heard()
  }
  function note(error: Error): void {
    logger.debug({ err: error }, 'document socket failed')
  }
  function forget(this: WebSocket, code: number, reason: Buffer): void {
    sockets.get(this)?.end(code, reason.toString())
    sockets.delete(this)
  }

  function accept(
    socket: WebSocket,
    transport: Duplex,
    { headers: { origin, host }, url }: IncomingMessage,
    address: string,
  ): void {
    const outbox = createSocketOutbox(socket, transport)
    socket.on('error', note)
    const turnedAway = !reading
      ? 'server-stopping'
      : !deps.isOriginAllowed(origin, host)
        ? 'origin-not-allowed'
        : null
    const seat = turnedAway === null ? addresses.take(address) : null
    if (seat === null) {
      const reason = turnedAway ?? 'too-many-connections'
      socket.close(CLOSE_REASONS[reason].code, reason)
      return
    }
    const isOutdated = isSchemaOutdated(readParameter(url, SCHEMA_PARAMETER))
    const accepted = new AcceptedSocket(socket, outbox, { ...deps, request, users }, seat, isOutdated)
    sockets.set(socket, accepted)
    socket.on('pong', hear).on('close', forget).on('message', receive)
  }

  return {
    handleUpgrade(request, socket, head) {
      server.handleUpgrade(request, socket, head, (webSocket) => {
        accept(webSocket, socket, request, deps.connections.addressOf(request))
      })
    },

    countSockets: () => server.clients.size,

    stopReading() {
      reading = false
    },

    async settle() {
      await Promise.all([...sockets.values()].map(({ session }) => session.settled()))
    },

    async close() {
      reading = false
      clearInterval(heartbeat)
      const closing = [...server.clients].map(
        (socket) => new Promise<void>((resolve) => socket.once('close', () => resolve())),
      )
      for (const { session } of sockets.values()) {
        session.outlet.close(CLOSE_REASONS['server-stopping'].code, 'server-stopping')
      }
      const late = setTimeout(() => {
        for (const socket of server.clients) socket.terminate()
      }, CLOSE_GRACE_MS)
      await Promise.all(closing)
      clearTimeout(late)
      server.close()
    },
  }
}

/** A parameter of a request's address; null if it is not there. */
function readParameter(url: string | undefined, name: string): string | null {
  return new URLSearchParams(url?.split('?')[1]).get(name)
}

/** A class, since there is one for each socket: what it can do is held once. */
class AcceptedSocket implements ClientSocket {
  readonly isOutdated: boolean
  readonly session: SocketSession
  readonly #socket: WebSocket
  readonly #outbox: SocketOutbox
  readonly #client: ReturnType<Hocuspocus['handleConnection']>
  readonly #users: Seats
  readonly #addressSeat: Seat
  #userSeat: Seat | undefined
  #userId: string | undefined
  #deadline: NodeJS.Timeout | undefined

  constructor(
    socket: WebSocket,
    outbox: SocketOutbox,
    deps: {
      readonly hocuspocus: Hocuspocus<ConnectionContext>
      readonly session: SessionDeps
      readonly request: Request
      readonly users: Seats
    },
    addressSeat: Seat,
    isOutdated: boolean,
  ) {
    this.#socket = socket
    this.#outbox = outbox
    this.#users = deps.users
    this.#addressSeat = addressSeat
    this.isOutdated = isOutdated
    this.session = createSocketSession(socket, outbox, deps.session, () => this.#client)
    this.#client = deps.hocuspocus.handleConnection(this.session.outlet, deps.request, { socket: this })
    this.#deadline = setTimeout(closeUnopened, TOKEN_DEADLINE_MS, this)
  }

  closeFor(reason: CloseReason): void {
    this.#outbox.flush()
    this.#socket.close(CLOSE_REASONS[reason].code, reason)
  }

  opened(connection: PageConnection): void {
    this.#stopWaiting()
    this.session.open(connection)
  }

  answerEarly(pageId: string, state: Uint8Array): boolean {
    return this.session.answerEarly(pageId, state)
  }

  takeSeat(userId: string): boolean {
    if (userId === this.#userId) return true
    const seat = this.#socket.readyState === this.#socket.OPEN ? this.#users.take(userId) : null
    if (seat === null) return false
    this.#userSeat?.giveBack()
    this.#userSeat = seat
    this.#userId = userId
    return true
  }

  /** The socket is closed: gives back what it took. */
  end(code: number, reason: string): void {
    this.#stopWaiting()
    this.#addressSeat.giveBack()
    this.#userSeat?.giveBack()
    this.#client.handleClose({ code, reason })
  }

  #stopWaiting(): void {
    clearTimeout(this.#deadline)
    this.#deadline = undefined
  }
}

function closeUnopened(socket: AcceptedSocket): void {
  socket.closeFor('token-missing')
}
