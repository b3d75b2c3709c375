/*
 * One Socket.IO connection per signed-in person, carrying everything that is not document text.
 *
 *   connecting ──handshake accepted──▶ connected ──network──▶ connecting (Socket.IO retries by itself)
 *   connecting ──handshake refused──▶ waiting ──backoff, with a renewed token──▶ connecting
 *   Rooms that are followed are joined again after every connect, and their followers told the new state.
 */
import { io, type Socket } from 'socket.io-client'
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
  getToken: () => Promise<string>
  renewToken: () => Promise<unknown>
}

interface Followed {
  join(): void
  leave(): void
  followers: Set<(answer: unknown) => void>
}

const RETRY_MS = 2000
const ACK_TIMEOUT_MS = 10_000

/** Opens the connection. Owns the socket and which rooms it is in; knows nothing of screens. */
export function createRealtimeSession(deps: RealtimeSessionDeps): RealtimeSession {
  const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io(REALTIME_NAMESPACE, {
    path: '/socket.io',
    // Without a token there is nothing to say: the server refuses, and we come back.
    auth: (send) =>
      void deps.getToken().then(
        (token) => send({ token }),
        () => send({}),
      ),
    reconnectionDelayMax: 8000,
  })
  const rooms = new Map<string, Followed>()
  const listeners = new Set<() => void>()
  let retryTimer: ReturnType<typeof setTimeout> | undefined
  let isClosed = false

  const tellListeners = (): void => {
    for (const listener of listeners) listener()
  }
  socket.on('connect', () => {
    for (const room of rooms.values()) room.join()
    tellListeners()
  })
  socket.on('disconnect', (reason) => {
    tellListeners()
    // Put out by the server, mostly because the token ran out: Socket.IO leaves coming back to us.
    if (reason === 'io server disconnect') comeBack()
  })
  socket.on('connect_error', () => {
    if (!socket.active) comeBack()
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
      RETRY_MS * (0.3 + Math.random()),
    )
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
