import { randomUUID } from 'node:crypto'
import type { Server as HttpServer, IncomingMessage } from 'node:http'
import { Server } from 'socket.io'
import { REALTIME_NAMESPACE } from '../../shared/protocol/envelope.ts'
import type { Access } from '../access/access.ts'
import type { Authenticate } from '../auth/authenticate.ts'
import { isNarrowedToPlaces } from '../auth/narrowing.ts'
import { computeComeBackMs } from '../operations/come-back.ts'
import type { ConnectionLimits } from '../operations/connection-limits.ts'
import type { Logger } from '../operations/logger.ts'
import type { Metrics } from '../operations/metrics.ts'
import type { CommentOperations } from '../workspace/comments.ts'
import type { MessageOperations } from '../workspace/messages.ts'
import type { NotificationOperations } from '../workspace/notifications.ts'
import type { StreamOperations } from '../workspace/streams.ts'
import { createActingSocket } from './acting-socket.ts'
import { createAnswerRequests } from './answer-requests.ts'
import { createCommentRequests } from './comment-requests.ts'
import { createConnectionCaps } from './connection-caps.ts'
import { createContentNews } from './content-news.ts'
import { identify, toHandshakeError } from './handshake.ts'
import { createMessageRequests } from './message-requests.ts'
import { createNotificationRequests } from './notification-requests.ts'
import { createPageRequests, type PageRequestsDeps } from './page-requests.ts'
import { createPresence } from './presence.ts'
import { createPresenceNews } from './presence-news.ts'
import { createPresenceRequests } from './presence-requests.ts'
import { createPublishFacts, type FactPublisher } from './publish-facts.ts'
import { createRateLimiter } from './rate-limiter.ts'
import { userRoom } from './room-names.ts'
import { createRoomRequests } from './room-requests.ts'
import { createRooms } from './rooms.ts'
import { createSessionRequests } from './session-requests.ts'
import { createSessions } from './sessions.ts'
import type { RealtimeNamespace, RealtimeSocket } from './sockets.ts'
import { createStreamRequests } from './stream-requests.ts'
import { createTyping } from './typing.ts'
import { createTypingRequests } from './typing-requests.ts'

/** The largest message a client may send, bytes: requests here name things, they carry no documents. */
const MAX_MESSAGE_BYTES = 64 * 1024
/** A peer that stays silent this long, ms, after a ping is gone; with the interval, at most 15 s. */
const PING_TIMEOUT_MS = 5_000
const PING_INTERVAL_MS = 10_000
/** How long a connection may take to say who it is, ms. */
const CONNECT_TIMEOUT_MS = 10_000
/** How long those who poll have to fetch the last word when we stop, ms. */
const CLOSE_GRACE_MS = 500

/** Everything that is not document text: rooms, presence, and the facts of the workspace. */
export interface Realtime {
  /** Sends committed facts to those who should hear of them. */
  readonly publish: FactPublisher['publish']
  /** Notes that a page's text was committed up to `seq`, written by these people. Never throws and never waits. */
  contentCommitted(pageId: string, seq: number, userIds: readonly string[]): void
  /** Says something to every connection: up to 500 characters. */
  announce(message: string): void
  /** What is held for connections, counted: all 0 when there are none and a moment has passed. */
  countHeld(): Record<'sockets' | 'rooms' | 'presentPages' | 'typing' | 'timers' | 'seats', number>
  /** Disconnects the sockets of these sessions that have ended, and takes the others out of what they lost. */
  recheckSessions(sessionIds: readonly string[]): Promise<void>
  /** Takes those out of these pages' rooms who may not view them any more. */
  recheckPages(pageIds: readonly string[]): Promise<void>
  /** Takes these people out of everything that they lost. */
  recheckUsers(userIds: readonly string[]): Promise<void>
  /** Takes those out of a drive's room who do not belong to it any more. */
  recheckDrive(driveId: string): Promise<void>
  /** Tells everybody when to come back, each at another moment, and disconnects them. */
  close(): Promise<void>
}

export interface RealtimeDeps extends PageRequestsDeps {
  readonly httpServer: HttpServer
  readonly authenticate: Authenticate
  readonly access: Access
  /** Called when somebody has come to a page, with their id and the page's. */
  readonly pageOpened: (userId: string, pageId: string) => void
  /** What the requests about messages do. */
  readonly messages: Pick<MessageOperations, 'send' | 'edit' | 'remove' | 'react' | 'markRead'>
  /** What the requests about comments do. */
  readonly comments: Omit<CommentOperations, 'list' | 'readRevision'>
  /** What the requests about notifications do. */
  readonly notifications: Pick<NotificationOperations, 'markRead' | 'markAllRead'>
  readonly streams: Pick<StreamOperations, 'cancel'>
  /** The revision that a drive stands at. */
  readonly readRevision: (driveId: string) => Promise<number>
  readonly limits: ConnectionLimits
  /** The revision that a page's messages stand at. */
  readonly readMessagesRevision: (pageId: string) => Promise<number>
  readonly isOriginAllowed: (origin: string | undefined, host: string | undefined) => boolean
  readonly metrics: Metrics
  readonly logger: Logger
}

/** Connects the parts; what each topic's requests do is in `<topic>-requests.ts`. */
export function createRealtime(deps: RealtimeDeps): Realtime {
  const { access, logger } = deps
  let closing = false
  const server = new Server(deps.httpServer, {
    serveClient: false,
    destroyUpgrade: false,
    maxHttpBufferSize: MAX_MESSAGE_BYTES,
    pingInterval: PING_INTERVAL_MS,
    pingTimeout: PING_TIMEOUT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
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
  deps.metrics.gauge('copydesk_realtime_sockets', 'Open Socket.IO connections.', () => namespace.sockets.size)

  const acting = createActingSocket()
  const facts = createPublishFacts({ namespace, acting, access, logger })
  const presence = createPresence()
  const caps = createConnectionCaps(server, deps.limits)
  const typing = createTyping(namespace)
  const presenceNews = createPresenceNews({
    ...{ namespace, presence, logger },
    findHiddenPages: (identity, driveId) => access.hiddenPages(identity, [driveId]),
    findInDrive: access.findInDrive,
  })
  const contentNews = createContentNews(namespace)
  const rooms = createRooms({
    ...{ namespace, access, presence, news: presenceNews, typing, logger },
    readRevision: deps.readRevision,
  })
  const sessions = createSessions({ access, now: Date.now, logger })
  const answerRequests = createAnswerRequests({
    handlers: {
      ...createRoomRequests({
        ...{ access, rooms, presence, news: presenceNews },
        ...{ readRevision: deps.readRevision, pageOpened: deps.pageOpened },
        readMessagesRevision: deps.readMessagesRevision,
      }),
      ...createPageRequests(deps),
      ...createPresenceRequests({ presence, news: presenceNews }),
      ...createTypingRequests(typing),
      ...createSessionRequests({ authenticate: deps.authenticate, sessions, rooms, redecide }),
      ...createMessageRequests({ messages: deps.messages }),
      ...createCommentRequests({ comments: deps.comments }),
      ...createNotificationRequests({ notifications: deps.notifications }),
      ...createStreamRequests({ streams: deps.streams }),
    },
    ...{ acting, sessions, logger },
    rates: createRateLimiter(() => performance.now()),
  })

  namespace.use((socket, next) => {
    const admittedAt = rooms.accessChanges()
    identify(deps.authenticate, socket).then(
      (identified) => {
        if (typeof identified === 'string') return next(toHandshakeError(identified))
        if (!caps.admit(socket.conn, identified.identity.userId))
          return next(toHandshakeError('too-many-connections'))
        socket.data = {
          ...{ ...identified, admittedAt, status: 'active' },
          ...{ pageIds: new Set(), driveIds: new Set() },
        }
        next()
      },
      (error: unknown) => {
        logger.error({ err: error }, 'a realtime handshake failed')
        next(toHandshakeError('storage-unavailable'))
      },
    )
  })

  namespace.on('connection', (socket) => {
    void followPerson(socket)
    sessions.watch(socket)
    answerRequests(socket)
    socket.on('disconnect', () => {
      sessions.forget(socket)
      rooms.forget(socket)
    })
    // While it was let in, access may have changed.
    if (socket.data.admittedAt !== rooms.accessChanges()) void redecide(socket)
  })

  function isFromAllowedOrigin({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
    return deps.isOriginAllowed(headers.origin, headers.host)
  }

  async function redecide(socket: RealtimeSocket): Promise<void> {
    if (!(await sessions.isAlive(socket))) return
    await followPerson(socket)
    await rooms.redecideAll(socket)
  }

  /** What is told to a person may be about any place of theirs: a token that names its places does not hear it. */
  async function followPerson(socket: RealtimeSocket): Promise<void> {
    const { userId, narrowing } = socket.data.identity
    if (isNarrowedToPlaces(narrowing)) await socket.leave(userRoom(userId))
    else await socket.join(userRoom(userId))
  }

  /** Decides again; what is published behind the change waits, so that nobody hears of it who has lost the right to. */
  async function recheck(decide: () => Promise<unknown>): Promise<void> {
    rooms.accessChanged()
    const decided = decide()
    facts.holdUntil(decided)
    await decided
  }

  const recheckSockets = (concerns: (socket: RealtimeSocket) => boolean): Promise<void> =>
    recheck(() => Promise.all([...namespace.sockets.values()].filter(concerns).map(redecide)))

  return {
    publish: facts.publish,
    recheckSessions: (ids) => recheckSockets(({ data }) => ids.includes(data.identity.sessionId)),
    recheckUsers: (ids) => recheckSockets(({ data }) => ids.includes(data.identity.userId)),
    recheckPages: (ids) => recheck(() => Promise.all(ids.map(rooms.redecidePage))),
    recheckDrive: (driveId) => recheck(() => rooms.redecideDrive(driveId)),

    contentCommitted: contentNews.committed,

    announce(message) {
      namespace.emit('server_notice', { eventId: randomUUID(), message })
    },

    countHeld: () => ({
      sockets: namespace.sockets.size,
      rooms: namespace.adapter.rooms.size,
      presentPages: presence.count(),
      typing: typing.count(),
      timers: sessions.count() + presenceNews.count() + contentNews.count(),
      seats: caps.count(),
    }),

    async close() {
      closing = true
      for (const socket of namespace.sockets.values()) {
        const comeBackInMs = computeComeBackMs(namespace.sockets.size, Math.random)
        socket.emit('server_draining', { eventId: randomUUID(), comeBackInMs })
      }
      namespace.disconnectSockets(true)
      typing.close()
      presenceNews.close()
      contentNews.close()
      const deadline = performance.now() + CLOSE_GRACE_MS
      while (server.engine.clientsCount > 0 && performance.now() < deadline)
        await new Promise((resolve) => setTimeout(resolve, CLOSE_GRACE_MS / 20))
      server.engine.close()
    },
  }
}
