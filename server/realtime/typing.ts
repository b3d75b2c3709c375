import { randomUUID } from 'node:crypto'
import { TYPING_LIFETIME_MS } from '../../shared/protocol/typing.ts'
import { pageRoom } from './room-names.ts'
import type { RealtimeNamespace, RealtimeSocket } from './sockets.ts'

/** Who is writing a message on which page. Ends by itself, and with the connection. */
export interface Typing {
  /** Notes a socket that is on the page, for a while; others hear of the person's first. */
  start(socket: RealtimeSocket, pageId: string): void
  /** Forgets a socket on a page; others hear of the person's last. */
  stop(socket: RealtimeSocket, pageId: string): void
  /** How many sockets are typing. */
  count(): number
  close(): void
}

export function createTyping(namespace: Pick<RealtimeNamespace, 'to'>): Typing {
  /** By page and person: their sockets, each with what ends it. */
  const typists = new Map<string, Map<string, NodeJS.Timeout>>()
  const keyOf = (socket: RealtimeSocket, pageId: string) => `${pageId} ${socket.data.identity.userId}`

  function tell(name: 'typing_started' | 'typing_stopped', socket: RealtimeSocket, pageId: string): void {
    const { userId } = socket.data.identity
    namespace.to(pageRoom(pageId)).except(socket.id).emit(name, { eventId: randomUUID(), pageId, userId })
  }

  function stop(socket: RealtimeSocket, pageId: string): void {
    const key = keyOf(socket, pageId)
    const sockets = typists.get(key)
    const timer = sockets?.get(socket.id)
    if (sockets === undefined || timer === undefined) return
    clearTimeout(timer)
    sockets.delete(socket.id)
    if (sockets.size > 0) return
    typists.delete(key)
    tell('typing_stopped', socket, pageId)
  }

  return {
    start(socket, pageId) {
      const key = keyOf(socket, pageId)
      let sockets = typists.get(key)
      if (sockets === undefined) {
        sockets = new Map()
        typists.set(key, sockets)
        tell('typing_started', socket, pageId)
      }
      clearTimeout(sockets.get(socket.id))
      sockets.set(
        socket.id,
        setTimeout(() => stop(socket, pageId), TYPING_LIFETIME_MS),
      )
    },

    stop,

    count: () => [...typists.values()].reduce((sum, sockets) => sum + sockets.size, 0),

    close() {
      for (const sockets of typists.values()) for (const timer of sockets.values()) clearTimeout(timer)
      typists.clear()
    },
  }
}
