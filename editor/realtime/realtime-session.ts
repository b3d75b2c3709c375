/*
 * One Socket.IO connection per signed-in person, carrying everything that is not document text.
 *
 *   connecting ──handshake accepted──▶ connected ──network──▶ connecting (Socket.IO retries by itself)
 *   connecting ──handshake refused──▶ waiting ──backoff, with a renewed token──▶ connecting
 *   connecting ──client-outdated──▶ over: only a newer editor, so a reload, can help
 *   A token is renewed in place (renew_token), so that nobody is seen leaving and coming back.
 *   Rooms that are followed are joined again after every connect, and their followers told the new state.
 */
import { io, type Socket } from 'socket.io-client'
import type { ProblemCode } from '../../shared/api/problem.ts'
import { errorAckSchema, REALTIME_NAMESPACE } from '../../shared/protocol/envelope.ts'
import {
  type ClientToServerEvents,
  type FactName,
  type Facts,
  facts,
  type ServerToClientEvents,
} from '../../shared/protocol/events.ts'
import type { PresentUser } from '../../shared/protocol/presence.ts'
import { joinDriveAckSchema, joinPageAckSchema } from '../../shared/protocol/rooms.ts'
import { PROTOCOL_VERSION } from '../../shared/protocol/version.ts'

export interface RealtimeSession {
  isConnected(): boolean
  /** Told whenever the connection came or went. */
  subscribe(listener: () => void): () => void
  /** Listens to one kind of fact; payloads that do not follow the contract are dropped. */
  on<Name extends FactName>(name: Name, listener: (fact: Facts[Name]) => void): () => void
  /** Follows a drive until the returned function is called; `onJoined` runs after every (re)join. */
  followDrive(driveId: string, onJoined: (state: { revision: number }) => void): () => void
  followPage(pageId: string, onJoined: (state: { users: PresentUser[] }) => void): () => void
  close(): void
}

export interface RealtimeSessionDeps {
  /** The server's address, for example https://pages.example.com. */
  serverUrl: string
  getToken: () => Promise<string>
  renewToken: () => Promise<unknown>
  /** Called with every renewed token. */
  onTokenRenewed: (listener: (token: string) => void) => () => void
}

interface Followed {
  join(): void
  leave(): void
  followers: Set<(answer: unknown) => void>
}

const RETRY_MS = 2000
const ACK_TIMEOUT_MS = 10_000
/** Refused because the server speaks a newer contract than this editor. */
const OUTDATED: ProblemCode = 'client-outdated'

/** Opens the connection. Owns the socket and which rooms it is in; knows nothing of screens. */
export function createRealtimeSession(deps: RealtimeSessionDeps): RealtimeSession {
  const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io(
    `${deps.serverUrl}${REALTIME_NAMESPACE}`,
    {
      path: '/socket.io',
      // Without a token there is nothing to say: the server refuses, and we come back.
      auth: (send) =>
        void deps.getToken().then(
          (token) => send({ token, protocol: PROTOCOL_VERSION }),
          () => send({}),
        ),
      reconnectionDelayMax: 8000,
    },
  )
  const rooms = new Map<string, Followed>()
  const listeners = new Set<() => void>()
  let retryTimer: ReturnType<typeof setTimeout> | undefined
  let isClosed = false
  /** How long a server that stops has asked us to stay away, ms. */
  let pauseMs: number | undefined

  const tellListeners = (): void => {
    for (const listener of listeners) listener()
  }
  const renewInPlace = (token: string): void => {
    // Refused or lost, the connection ends by itself and we come back with a token of that time.
    if (socket.connected) socket.timeout(ACK_TIMEOUT_MS).emit('renew_token', { token }, () => undefined)
  }
  const stopRenewing = deps.onTokenRenewed(renewInPlace)
  socket.on('token_expiring', () => void deps.getToken().then(renewInPlace, () => undefined))
  socket.on('server_draining', ({ comeBackInMs }) => {
    pauseMs = comeBackInMs
  })
  socket.on('connect', () => {
    for (const room of rooms.values()) room.join()
    tellListeners()
  })
  socket.on('disconnect', (reason) => {
    tellListeners()
    // Put out by the server, mostly because the token ran out: Socket.IO leaves coming back to us.
    if (reason === 'io server disconnect') comeBack()
  })
  socket.on('connect_error', (error: Error & { data?: { code?: string } }) => {
    if (error.data?.code === OUTDATED) socket.disconnect()
    else if (!socket.active) comeBack()
  })

  function comeBack(): void {
    if (isClosed) return
    clearTimeout(retryTimer)
    retryTimer = setTimeout(
      () => {
        deps
          .renewToken()
          .catch(() => undefined)
          .finally(() => {
            if (!isClosed) socket.connect()
          })
      },
      pauseMs ?? RETRY_MS * (0.3 + Math.random()),
    )
    pauseMs = undefined
  }

  function follow(key: string, createRoom: () => Followed, follower: (answer: unknown) => void): () => void {
    let room = rooms.get(key)
    if (!room) {
      room = createRoom()
      rooms.set(key, room)
    }
    room.followers.add(follower)
    if (socket.connected) room.join()
    return () => {
      room.followers.delete(follower)
      if (room.followers.size > 0 || rooms.get(key) !== room) return
      rooms.delete(key)
      if (socket.connected) room.leave()
    }
  }

  return {
    isConnected: () => socket.connected,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    on(name, listener) {
      const schema = facts[name].payload
      const receive = (payload: unknown): void => {
        const parsed = schema.safeParse(payload)
        if (parsed.success) listener(parsed.data as Facts[typeof name])
      }
      // Socket.IO's types cannot follow a generic event name; the schema above is what checks the payload.
      const untyped = socket as unknown as Socket
      untyped.on(name as string, receive)
      return () => untyped.off(name as string, receive)
    },
    followDrive: (driveId, onJoined) =>
      follow(
        `drive:${driveId}`,
        () => createRoom(socket, 'join_drive', 'leave_drive', { driveId }),
        (answer) => {
          const parsed = joinDriveAckSchema.safeParse(answer)
          if (parsed.success && parsed.data.ok) onJoined(parsed.data)
        },
      ),
    followPage: (pageId, onJoined) =>
      follow(
        `page:${pageId}`,
        () => createRoom(socket, 'join_page', 'leave_page', { pageId }),
        (answer) => {
          const parsed = joinPageAckSchema.safeParse(answer)
          if (parsed.success && parsed.data.ok) onJoined(parsed.data)
        },
      ),
    close() {
      isClosed = true
      stopRenewing()
      clearTimeout(retryTimer)
      listeners.clear()
      rooms.clear()
      socket.disconnect()
    },
  }
}

function createRoom(
  socket: Socket<ServerToClientEvents, ClientToServerEvents>,
  joinName: 'join_drive' | 'join_page',
  leaveName: 'leave_drive' | 'leave_page',
  payload: { driveId: string } | { pageId: string },
): Followed {
  const followers: Followed['followers'] = new Set()
  const request = async (name: string): Promise<unknown> =>
    (socket as unknown as Socket).timeout(ACK_TIMEOUT_MS).emitWithAck(name, payload)
  return {
    followers,
    join() {
      request(joinName).then(
        (answer) => {
          if (errorAckSchema.safeParse(answer).success) return
          for (const follower of followers) follower(answer)
        },
        // No answer: the connection went, and the next connect joins again.
        () => undefined,
      )
    },
    leave() {
      request(leaveName).catch(() => undefined)
    },
  }
}
