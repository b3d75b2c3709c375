import { io, type Socket } from 'socket.io-client'
import { REALTIME_NAMESPACE } from '../../shared/protocol/envelope.ts'
import {
  type FactName,
  type Facts,
  facts,
  type RequestAck,
  type RequestName,
} from '../../shared/protocol/events.ts'

/** A Socket.IO client that keeps every fact it hears, parsed with the contract's schema. */
export interface RealtimeClient {
  readonly socket: Socket
  request<Name extends RequestName>(name: Name, payload: unknown): Promise<RequestAck<Name>>
  /** The next fact of this name that has not been taken yet. */
  next<Name extends FactName>(name: Name): Promise<Facts[Name]>
  /** The facts of this name that nobody has taken. */
  pending(name: FactName): unknown[]
  close(): void
}

/** How long a test waits for a fact, ms. */
const DEADLINE_MS = 10_000

/** Connects; rejects with the handshake's error if it is refused. */
export async function openRealtime(
  serverUrl: string,
  token: string,
  options: { transports?: string[] } = {},
): Promise<RealtimeClient> {
  const socket = io(serverUrl + REALTIME_NAMESPACE, {
    auth: { token },
    forceNew: true,
    reconnection: false,
    ...options,
  })
  const heard = new Map<FactName, unknown[]>()
  const listeners = new Set<() => void>()
  for (const [name, { payload: schema }] of Object.entries(facts)) {
    heard.set(name as FactName, [])
    socket.on(name, (payload: unknown) => {
      heard.get(name as FactName)?.push(schema.parse(payload))
      for (const listener of listeners) listener()
    })
  }
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', (error) => {
      socket.close()
      reject(error)
    })
  })
  return {
    socket,
    request: (name, payload) => socket.timeout(DEADLINE_MS).emitWithAck(name, payload),
    next: (name) =>
      new Promise((resolve, reject) => {
        const late = setTimeout(() => {
          listeners.delete(take)
          reject(new Error(`waited for ${name}`))
        }, DEADLINE_MS)
        const take = () => {
          const queue = heard.get(name) as Facts[typeof name][]
          const fact = queue.shift()
          if (fact === undefined) return
          clearTimeout(late)
          listeners.delete(take)
          resolve(fact)
        }
        listeners.add(take)
        take()
      }),
    pending: (name) => heard.get(name) ?? [],
    close: () => socket.close(),
  }
}
