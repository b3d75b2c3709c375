import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Hocuspocus } from '@hocuspocus/server'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import { isSchemaOutdated, SCHEMA_PARAMETER } from '../../shared/document/version.ts'
import { CLOSE_REASONS, type CloseReason } from '../../shared/protocol/close-reasons.ts'
import { type ConnectionLimits, createSeats } from '../operations/connection-limits.ts'
import type { Logger } from '../operations/logger.ts'
import type { ConnectionContext } from './connection-context.ts'
import { MAX_FRAME_BYTES } from './frame.ts'
import { createSocketOutbox } from './socket-outbox.ts'
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
  const { hocuspocus, logger } = deps
  // Hocuspocus wants one for its hooks. None of ours looks at it, and a copy of each would be the largest thing
  // that is kept of a connection.
  const request = new Request('http://copydesk.invalid/collaboration')
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    // The outbox writes frames of its own, so none may be compressed.
    perMessageDeflate: false,
  })
  const sessions = new Map<WebSocket, SocketSession>()
  const users = createSeats(deps.connections.perUser)
  const addresses = createSeats(deps.connections.perAddress)
  let reading = true

  const heartbeat = setInterval(() => {
    for (const socket of server.clients) {
      if (sessions.get(socket)?.takeActivity() !== true) socket.terminate()
      else socket.ping()
    }
  }, HEARTBEAT_MS)

  // One for all sockets: a listener for each would be held for each.
  function hear(this: WebSocket): void {
    sessions.get(this)?.heard()
  }
  function note(error: Error): void {
    logger.debug({ err: error }, 'document socket failed')
  }

  function accept(
    socket: WebSocket,
    transport: Duplex,
    { headers: { origin, host }, url }: IncomingMessage,
    address: string,
  ): void {
    const outbox = createSocketOutbox(socket, transport)
    const closeSocket = (reason: CloseReason) => {
      outbox.flush()
      socket.close(CLOSE_REASONS[reason].code, reason)
    }
    socket.on('error', note)
    const turnedAway = !reading
      ? 'server-stopping'
      : !deps.isOriginAllowed(origin, host)
        ? 'origin-not-allowed'
        : null
    const leaveAddress = addresses.take(address)
    if (leaveAddress !== null) socket.once('close', leaveAddress)
    if (turnedAway !== null || leaveAddress === null) {
      closeSocket(turnedAway ?? 'too-many-connections')
      return
    }

    const session = createSocketSession(socket, outbox, deps.session, () => client)
    const deadline = setTimeout(closeSocket, TOKEN_DEADLINE_MS, 'token-missing')
    const opened = (connection: PageConnection) => {
      clearTimeout(deadline)
      session.open(connection)
    }
    let seated: string | undefined
    const takeSeat = (userId: string) => {
      if (userId === seated) return true
      const leave = socket.readyState === socket.OPEN ? users.take(userId) : null
      if (leave === null) return false
      seated = userId
      socket.once('close', leave)
      return true
    }
    const answerEarly = (pageId: string, state: Uint8Array) => session.answerEarly(pageId, state)
    const isOutdated = isSchemaOutdated(readParameter(url, SCHEMA_PARAMETER))
    const context = { closeSocket, opened, answerEarly, takeSeat, isOutdated }
    const client = hocuspocus.handleConnection(session.outlet, request, context)
    sessions.set(socket, session)
    socket.on('pong', hear)
    socket.on('close', (code, reason) => {
      clearTimeout(deadline)
      sessions.delete(socket)
      client.handleClose({ code, reason: reason.toString() })
    })
    socket.on('message', (data: RawData, isBinary: boolean) => {
      if (!reading || socket.readyState !== socket.OPEN) return
      if (isBinary) session.receive(data as Buffer)
      else closeSocket('malformed-frame')
    })
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
      await Promise.all([...sessions.values()].map((session) => session.settled()))
    },

    async close() {
      reading = false
      clearInterval(heartbeat)
      const closing = [...server.clients].map(
        (socket) => new Promise<void>((resolve) => socket.once('close', () => resolve())),
      )
      for (const { outlet } of sessions.values()) {
        outlet.close(CLOSE_REASONS['server-stopping'].code, 'server-stopping')
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
