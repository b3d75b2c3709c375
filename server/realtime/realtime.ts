import { randomUUID } from 'node:crypto'
import type { Server as HttpServer, IncomingMessage } from 'node:http'
import { type DefaultEventsMap, type Namespace, Server, type Socket } from 'socket.io'
import { PROBLEM_STATUS, type ProblemCode } from '../../shared/api/problem.ts'
import { computeAuthorColor } from '../../shared/colors.ts'
import { handshakeAuthSchema, REALTIME_NAMESPACE } from '../../shared/protocol/envelope.ts'
import type { ClientToServerEvents, ServerToClientEvents } from '../../shared/protocol/events.ts'
import type { PresentUser } from '../../shared/protocol/rooms.ts'
import type { Access } from '../access/access.ts'
import type { Authenticate } from '../auth/authenticate.ts'
import type { Identity } from '../auth/identity.ts'
import type { Logger } from '../operations/logger.ts'
import type { Metrics } from '../operations/metrics.ts'
import type { FactEvent } from '../workspace/events.ts'
import { answerRequests, type RequestHandlers, refuse } from './answer-requests.ts'
import { createPresence } from './presence.ts'
import { driveRoom, pageRoom, userRoom } from './room-names.ts'

/** The largest message a client may send, bytes: requests here name things, they carry no documents. */
const MAX_MESSAGE_BYTES = 64 * 1024
/** A peer that stays silent this long, ms, after a ping is gone; with the interval, at most 15 s. */
const PING_TIMEOUT_MS = 5_000
const PING_INTERVAL_MS = 10_000
/** How many pages one socket may follow at once. */
const MAX_JOINED_PAGES = 100

interface SocketData {
  identity: Identity
  /** How many access changes there had been when the session was found to live. */
  admittedAt: number
  tokenExpiresAt: Date
  /** The pages and drives this socket follows. */
  pageIds: Set<string>
  driveIds: Set<string>
}

type RealtimeSocket = Socket<ClientToServerEvents, ServerToClientEvents, DefaultEventsMap, SocketData>
type RealtimeNamespace = Namespace<ClientToServerEvents, ServerToClientEvents, DefaultEventsMap, SocketData>

/** Everything that is not document text: rooms, presence, and the facts of the workspace. */
export interface Realtime {
  /** Sends committed facts to those who should hear of them. */
  publish(facts: readonly FactEvent[]): void
  /** Disconnects the sockets of these sessions that have ended, and takes the others out of what they lost. */
  recheckSessions(sessionIds: readonly string[]): Promise<void>
  /** Takes those out of these pages' rooms who may not view them any more. */
  recheckPages(pageIds: readonly string[]): Promise<void>
  close(): Promise<void>
}

export interface RealtimeDeps {
  readonly httpServer: HttpServer
  readonly authenticate: Authenticate
  readonly access: Access
  /** The revision that a drive stands at. */
  readonly readRevision: (driveId: string) => Promise<number>
  readonly isOriginAllowed: (origin: string | undefined, host: string | undefined) => boolean
  readonly metrics: Metrics
  readonly logger: Logger
}

export function createRealtime(deps: RealtimeDeps): Realtime {
  let closing = false
  const server = new Server(deps.httpServer, {
    serveClient: false,
    destroyUpgrade: false,
    maxHttpBufferSize: MAX_MESSAGE_BYTES,
    pingInterval: PING_INTERVAL_MS,
    pingTimeout: PING_TIMEOUT_MS,
    allowRequest: (request, answer) => {
      const allowed = !closing && isFromAllowedOrigin(request)
      answer(allowed ? null : 'origin-not-allowed', allowed)
    },
    // A browser on an allowed origin that has to poll may also read the answers.
    cors: (request, answer) => answer(null, { origin: isFromAllowedOrigin(request) }),
  })
  // Whoever comes without naming our namespace would be let in without being asked for a token.
  server.use((_socket, next) => next(toHandshakeError('unauthenticated')))
  const namespace: RealtimeNamespace = server.of(REALTIME_NAMESPACE)
  const presence = createPresence()
  let accessChanges = 0
  deps.metrics.gauge('copydesk_realtime_sockets', 'Open Socket.IO connections.', () => namespace.sockets.size)

  namespace.use((socket, next) => {
    const admittedAt = accessChanges
    identify(deps.authenticate, socket).then(
      (identified) => {
        if (typeof identified === 'string') return next(toHandshakeError(identified))
        socket.data = { ...identified, admittedAt, pageIds: new Set(), driveIds: new Set() }
        next()
      },
      (error: unknown) => {
        deps.logger.error({ err: error }, 'a realtime handshake failed')
        next(toHandshakeError('storage-unavailable'))
      },
    )
  })

  namespace.on('connection', (socket) => {
    const { identity, admittedAt, tokenExpiresAt } = socket.data
    // Its client comes back by itself, with a token that holds.
    const expiry = setTimeout(
      () => socket.disconnect(true),
      Math.min(tokenExpiresAt.getTime() - Date.now(), LONGEST_TIMER_MS),
    )
    void socket.join(userRoom(identity.userId))

    const handlers: RequestHandlers = {
      join_drive: async ({ driveId }) => {
        const decidedAt = accessChanges
        if ((await deps.access.toDrive(identity, driveId)) === null)
          return refuse('not-found', 'There is no such drive.')
        await enterDrive(socket, driveId)
        // While this was being decided, access may have changed without the socket being in there yet.
        if (decidedAt !== accessChanges) await redecide(socket, () => redecideDrive(socket, driveId))
        if (!socket.data.driveIds.has(driveId)) return refuse('not-found', 'There is no such drive.')
        return { ok: true, revision: await deps.readRevision(driveId) }
      },

      leave_drive: async ({ driveId }) => {
        await leaveDrive(socket, driveId)
        return { ok: true }
      },

      join_page: async ({ pageId }) => {
        if (socket.data.pageIds.size >= MAX_JOINED_PAGES && !socket.data.pageIds.has(pageId)) {
          return refuse(
            'rate-limited',
            `A connection can follow ${MAX_JOINED_PAGES} pages at once. Leave one first.`,
          )
        }
        const decidedAt = accessChanges
        const decision = await deps.access.toPage(identity, pageId)
        if (decision.kind !== 'granted' || decision.driveId === null)
          return refuse('not-found', 'There is no such page.')
        await enterPage(socket, pageId)
        if (decidedAt !== accessChanges) await redecide(socket, () => redecidePage(socket, pageId))
        if (!socket.data.pageIds.has(pageId)) return refuse('not-found', 'There is no such page.')
        return { ok: true, revision: await deps.readRevision(decision.driveId), users: presence.list(pageId) }
      },

      leave_page: async ({ pageId }) => {
        await leavePage(socket, pageId)
        return { ok: true }
      },
    }
    answerRequests(socket, handlers, deps.logger)

    socket.on('disconnect', () => {
      clearTimeout(expiry)
      for (const pageId of socket.data.pageIds) announceLeft(socket, pageId)
      socket.data.pageIds.clear()
    })
    if (admittedAt !== accessChanges) void redecideSession(socket)
  })

  function isFromAllowedOrigin({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
    return deps.isOriginAllowed(headers.origin, headers.host)
  }

  async function enterDrive(socket: RealtimeSocket, driveId: string): Promise<void> {
    // While access was being decided the socket may have gone: joining it now would leave a ghost behind.
    if (!socket.connected) return
    socket.data.driveIds.add(driveId)
    await socket.join(driveRoom(driveId))
  }

  async function leaveDrive(socket: RealtimeSocket, driveId: string): Promise<void> {
    socket.data.driveIds.delete(driveId)
    await socket.leave(driveRoom(driveId))
  }

  async function enterPage(socket: RealtimeSocket, pageId: string): Promise<void> {
    // While access was being decided the socket may have gone; its disconnect has been handled already.
    if (!socket.connected || socket.data.pageIds.has(pageId)) return
    socket.data.pageIds.add(pageId)
    await socket.join(pageRoom(pageId))
    const user = toPresentUser(socket.data.identity)
    if (presence.join(pageId, user, socket.id)) {
      socket.to(pageRoom(pageId)).emit('user_joined', { eventId: randomUUID(), pageId, user })
    }
  }

  async function leavePage(socket: RealtimeSocket, pageId: string): Promise<void> {
    if (!socket.data.pageIds.delete(pageId)) return
    await socket.leave(pageRoom(pageId))
    announceLeft(socket, pageId)
  }

  function announceLeft(socket: RealtimeSocket, pageId: string): void {
    const { userId } = socket.data.identity
    if (!presence.leave(pageId, userId, socket.id)) return
    namespace.to(pageRoom(pageId)).emit('user_left', { eventId: randomUUID(), pageId, userId })
  }

  async function redecideDrive(socket: RealtimeSocket, driveId: string): Promise<void> {
    const role = await deps.access.toDrive(socket.data.identity, driveId)
    if (role === null) await leaveDrive(socket, driveId)
  }

  async function redecidePage(socket: RealtimeSocket, pageId: string): Promise<void> {
    const decision = await deps.access.toPage(socket.data.identity, pageId)
    if (decision.kind !== 'granted') await leavePage(socket, pageId)
  }

  /** Decides again; a socket for which that fails is dropped: not knowing is not a yes, and it comes back by itself. */
  async function redecide(socket: RealtimeSocket, decide: () => Promise<void>): Promise<void> {
    try {
      await decide()
    } catch (error) {
      deps.logger.error({ err: error }, 'access could not be decided again')
      socket.conn.close()
    }
  }

  function redecideSession(socket: RealtimeSocket): Promise<void> {
    const { identity, pageIds, driveIds } = socket.data
    return redecide(socket, async () => {
      if (!(await deps.access.isSessionActive(identity))) {
        socket.disconnect(true)
        return
      }
      for (const pageId of [...pageIds]) await redecidePage(socket, pageId)
      for (const driveId of [...driveIds]) await redecideDrive(socket, driveId)
    })
  }

  return {
    publish(facts) {
      for (const { name, payload, audience } of facts) {
        namespace
          .to(driveRoom(audience.driveId))
          .to(pageRoom(audience.pageId))
          .emit(name, payload as never)
      }
    },

    async recheckSessions(sessionIds) {
      accessChanges++
      const touched = [...namespace.sockets.values()].filter(({ data }) =>
        sessionIds.includes(data.identity.sessionId),
      )
      await Promise.all(touched.map(redecideSession))
    },

    async recheckPages(pageIds) {
      accessChanges++
      for (const pageId of pageIds) {
        const touched = [...namespace.sockets.values()].filter(({ data }) => data.pageIds.has(pageId))
        await Promise.all(touched.map((socket) => redecide(socket, () => redecidePage(socket, pageId))))
      }
    },

    async close() {
      closing = true
      server.disconnectSockets(true)
      server.engine.close()
    },
  }
}

/** The longest that a timer can be set to; a client comes back by itself. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** Who a socket has proved to be; otherwise the code of what is wrong. */
async function identify(
  authenticate: Authenticate,
  { handshake }: Pick<RealtimeSocket, 'handshake'>,
): Promise<Pick<SocketData, 'identity' | 'tokenExpiresAt'> | ProblemCode> {
  const auth = handshakeAuthSchema.safeParse(handshake.auth)
  if (!auth.success) return 'unauthenticated'
  const authentication = await authenticate(auth.data.token)
  if (authentication.kind !== 'authenticated') return authentication.kind
  const { identity, tokenExpiresAt } = authentication
  return { identity, tokenExpiresAt }
}

/** What the client gets as `connect_error`, with the code in `data`. */
function toHandshakeError(code: ProblemCode): Error {
  return Object.assign(new Error(code), { data: { code, status: PROBLEM_STATUS[code] } })
}

function toPresentUser({ userId, kind, name }: Identity): PresentUser {
  return { userId, kind, name, color: computeAuthorColor(userId) }
}
