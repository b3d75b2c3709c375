/*
 * One Socket.IO connection per signed-in person, carrying everything that is not document text.
 *
 *   connecting ──handshake accepted──▶ connected ──network──▶ connecting (Socket.IO retries by itself)
 *   connecting ──handshake refused──▶ waiting ──backoff──▶ connecting, with a new token if that was refused
 *   connecting ──client-outdated──▶ outdated: only a newer editor, so a reload, can help
 *   connected ──server_draining──▶ waiting until the told moment ──▶ connecting
 *   connected ──session_ended──▶ a new token at once: with one it connects, without the account signs out
 *   A token is renewed in place (renew_token), so that nobody is seen leaving and coming back.
 */
import { io, type Socket } from 'socket.io-client'
import { PROBLEM_STATUS, type ProblemCode } from '../../shared/api/problem.ts'
import { REALTIME_NAMESPACE } from '../../shared/protocol/envelope.ts'
import {
  type ClientToServerEvents,
  type FactName,
  type Facts,
  facts,
  type RequestAck,
  type RequestName,
  type RequestPayload,
  requests,
  type ServerToClientEvents,
} from '../../shared/protocol/events.ts'
import type { PresenceStatus } from '../../shared/protocol/presence.ts'
import { PROTOCOL_VERSION } from '../../shared/protocol/version.ts'
import { createFollowedRooms, type FollowedRooms, type Joined } from './followed-rooms.ts'

/** `outdated`: the server speaks a newer contract than this editor; only a reload helps. */
export type RealtimeState = 'connecting' | 'connected' | 'outdated'

export interface RealtimeSession {
  getState(): RealtimeState
  isConnected(): boolean
  /** Told whenever the state is another. */
  subscribe(listener: () => void): () => void
  /** Listens to one kind of fact; payloads that do not follow the contract are dropped. */
  on<Name extends FactName>(name: Name, listener: (fact: Facts[Name]) => void): () => void
  /** Told after every join and rejoin of a room, with what it was answered. */
  onJoined(listener: (joined: Joined) => void): () => void
  readonly follow: FollowedRooms['follow']
  readonly stateOf: FollowedRooms['stateOf']
  /** Rejects when there is no connection, no answer in time, or none that follows the contract. */
  request<Name extends RequestName>(name: Name, payload: RequestPayload<Name>): Promise<RequestAck<Name>>
  /** Says whether the person is at this tab, now and after every connect. */
  setPresence(status: PresenceStatus): void
  /** What is held for those who use it; all 0 when nobody does. */
  countHeld(): Record<'rooms' | 'followers' | 'timers' | 'listeners', number>
  close(): void
}

export interface RealtimeSessionDeps {
  /** The server's address, for example https://pages.example.com. */
  serverUrl: string
  getToken: () => Promise<string>
  /** A token that is newer than `stale`. */
  renewToken: (stale?: string) => Promise<string>
  /** Called with every renewed token. */
  onTokenRenewed: (listener: (token: string) => void) => () => void
}

const RETRY_MS = 2_000
const MAX_RETRY_MS = 30_000
const ACK_TIMEOUT_MS = 10_000
const OUTDATED: ProblemCode = 'client-outdated'

/** Opens the connection. Owns the socket; knows nothing of screens. */
export function createRealtimeSession(deps: RealtimeSessionDeps): RealtimeSession {
  /** The token that the server knows of us. */
  let shownToken: string | undefined
  const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io(
    `${deps.serverUrl}${REALTIME_NAMESPACE}`,
    {
      path: '/socket.io',
      // Without a token there is nothing to say: the server refuses, and we come back.
      auth: (send) =>
        void deps.getToken().then(
          (token) => {
            shownToken = token
            send({ token, protocol: PROTOCOL_VERSION })
          },
          () => send({}),
        ),
      reconnectionDelayMax: 8000,
    },
  )
  // Socket.IO's types cannot follow a generic event name; the schemas are what checks the payloads.
  const untyped = socket as unknown as Socket
  const listeners = new Set<() => void>()
  const joinListeners = new Set<(joined: Joined) => void>()
  const factListeners = new Map<FactName, Set<(fact: never) => void>>()
  let state: RealtimeState = 'connecting'
  let status: PresenceStatus = 'active'
  let retryTimer: ReturnType<typeof setTimeout> | undefined
  let failures = 0
  let isClosed = false
  /** How long we were asked to stay away, ms. */
  let pauseMs: number | undefined

  const rooms = createFollowedRooms({
    isConnected: () => socket.connected,
    request,
    onJoined(joined) {
      for (const listener of [...joinListeners]) listener(joined)
    },
  })

  async function request<Name extends RequestName>(
    name: Name,
    payload: RequestPayload<Name>,
  ): Promise<RequestAck<Name>> {
    // Else Socket.IO would keep it and send it after the next connect.
    if (!socket.connected) throw new Error('There is no connection.')
    const answer: unknown = await untyped.timeout(ACK_TIMEOUT_MS).emitWithAck(name, payload)
    return requests[name].ack.parse(answer) as RequestAck<Name>
  }

  function setState(next: RealtimeState): void {
    if (next === state) return
    state = next
    for (const listener of [...listeners]) listener()
  }

  function renewInPlace(token: string): void {
    if (!socket.connected || token === shownToken) return
    shownToken = token
    // Refused or lost, the connection ends by itself and we come back with a token of that time.
    request('renew_token', { token }).catch(() => undefined)
  }

  function hear<Name extends FactName>(name: Name, fact: Facts[Name]): void {
    if (name === 'token_expiring') deps.renewToken(shownToken).then(renewInPlace, () => undefined)
    if (name === 'server_draining') pauseMs = (fact as Facts['server_draining']).comeBackInMs
    if (name === 'session_ended') pauseMs = 0
    if (name === 'access_revoked' || name === 'access_changed') rooms.recheck()
    rooms.hear(name, fact)
    for (const listener of [...(factListeners.get(name) ?? [])]) listener(fact as never)
  }

  /** Comes back after a pause; with a new token if the one that we have is not good any more. */
  function comeBack(isTokenRefused: boolean): void {
    if (isClosed) return
    const backoffMs = Math.min(RETRY_MS * 2 ** failures++, MAX_RETRY_MS) * (0.3 + Math.random())
    const afterMs = pauseMs ?? backoffMs
    pauseMs = undefined
    clearTimeout(retryTimer)
    retryTimer = setTimeout(() => {
      retryTimer = undefined
      const ready: Promise<unknown> = isTokenRefused ? deps.renewToken(shownToken) : Promise.resolve()
      ready
        .catch(() => undefined)
        .finally(() => {
          if (!isClosed) socket.connect()
        })
    }, afterMs)
  }

  const stopRenewing = deps.onTokenRenewed(renewInPlace)
  socket.onAny((name: string, payload: unknown) => {
    if (!Object.hasOwn(facts, name)) return
    const parsed = facts[name as FactName].payload.safeParse(payload)
    if (parsed.success) hear(name as FactName, parsed.data)
  })
  socket.on('connect', () => {
    failures = 0
    pauseMs = undefined
    // Everybody arrives as active; before the rooms, so that nobody is shown so who is not.
    if (status === 'idle') request('set_presence', { status }).catch(() => undefined)
    rooms.connected()
    setState('connected')
  })
  socket.on('disconnect', (reason) => {
    rooms.disconnected()
    setState('connecting')
    // Put out by the server, Socket.IO leaves coming back to us; asked to stay away, we do not let it try.
    if (reason !== 'io server disconnect' && pauseMs === undefined) return
    const isTokenRefused = pauseMs === 0 || pauseMs === undefined
    if (socket.active) socket.disconnect()
    comeBack(isTokenRefused)
  })
  socket.on('connect_error', (error: Error & { data?: { code?: ProblemCode } }) => {
    const code = error.data?.code
    if (code === OUTDATED) {
      socket.disconnect()
      setState('outdated')
    } else if (!socket.active) comeBack(code === undefined || PROBLEM_STATUS[code] === 401)
  })

  return {
    getState: () => state,
    isConnected: () => socket.connected,
    subscribe: (listener) => addTo(listeners, listener),
    on(name, listener) {
      const own = factListeners.get(name) ?? new Set()
      factListeners.set(name, own)
      return addTo(own, listener as (fact: never) => void)
    },
    onJoined: (listener) => addTo(joinListeners, listener),
    follow: rooms.follow,
    stateOf: rooms.stateOf,
    request,
    setPresence(next) {
      if (next === status) return
      status = next
      request('set_presence', { status }).catch(() => undefined)
    },
    countHeld() {
      const { timers, ...held } = rooms.countHeld()
      const heard = [...factListeners.values()].reduce((sum, { size }) => sum + size, 0)
      return {
        ...held,
        timers: timers + (retryTimer === undefined ? 0 : 1),
        listeners: listeners.size + joinListeners.size + heard,
      }
    },
    close() {
      isClosed = true
      stopRenewing()
      clearTimeout(retryTimer)
      rooms.close()
      for (const set of [listeners, joinListeners, ...factListeners.values()]) set.clear()
      socket.offAny()
      socket.disconnect()
    },
  }
}

/** Adds until the returned function is called; the same function may be there twice. */
function addTo<Value>(set: Set<(value: Value) => void>, listener: (value: Value) => void): () => void {
  const own = (value: Value): void => listener(value)
  set.add(own)
  return () => void set.delete(own)
}
