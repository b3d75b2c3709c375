import { randomUUID } from 'node:crypto'
import type { Facts } from '../../shared/protocol/events.ts'
import { TOKEN_GRACE_MS, TOKEN_NOTICE_MS } from '../../shared/protocol/session.ts'
import type { Access } from '../access/access.ts'
import type { Logger } from '../operations/logger.ts'
import { LONGEST_TIMER_MS } from '../operations/timers.ts'
import type { RealtimeSocket } from './sockets.ts'

/** Until when each socket may stay: as long as its token holds, a grace to renew it, and its session lives. */
export interface Sessions {
  /** Watches over a socket that has just connected or has a new token. */
  watch(socket: RealtimeSocket): void
  /** Whether the socket's token has expired: then it may only renew it. */
  hasExpired(socket: RealtimeSocket): boolean
  /** Whether the session still lives; a socket whose session has ended is put out, one in doubt dropped. */
  isAlive(socket: RealtimeSocket): Promise<boolean>
  /** Stops watching over a socket that has gone. */
  forget(socket: RealtimeSocket): void
  /** How many sockets are watched over. */
  count(): number
}

export function createSessions(deps: {
  readonly access: Pick<Access, 'isSessionActive'>
  readonly now: () => number
  readonly logger: Pick<Logger, 'error'>
}): Sessions {
  /** What happens next to each socket. */
  const timers = new Map<string, NodeJS.Timeout>()

  function after(socket: RealtimeSocket, ms: number, act: () => void): void {
    clearTimeout(timers.get(socket.id))
    timers.set(socket.id, setTimeout(act, Math.min(Math.max(ms, 0), LONGEST_TIMER_MS)))
  }

  function end(socket: RealtimeSocket, reason: Facts['session_ended']['reason']): void {
    socket.emit('session_ended', { eventId: randomUUID(), reason })
    socket.disconnect(true)
  }

  return {
    watch(socket) {
      // It may have gone while its token was being looked at.
      if (!socket.connected) return
      const expiresAt = socket.data.tokenExpiresAt
      const leftMs = expiresAt.getTime() - deps.now()
      after(socket, leftMs - TOKEN_NOTICE_MS, () => {
        socket.emit('token_expiring', { eventId: randomUUID(), expiresAt: expiresAt.toISOString() })
        const endsInMs = expiresAt.getTime() + TOKEN_GRACE_MS - deps.now()
        after(socket, endsInMs, () => end(socket, 'token-expired'))
      })
    },

    hasExpired: ({ data }) => data.tokenExpiresAt.getTime() <= deps.now(),

    async isAlive(socket) {
      try {
        if (await deps.access.isSessionActive(socket.data.identity)) return true
        end(socket, 'session-ended')
      } catch (error) {
        deps.logger.error({ err: error }, 'whether a session lives could not be found out')
        socket.conn.close()
      }
      return false
    },

    forget(socket) {
      clearTimeout(timers.get(socket.id))
      timers.delete(socket.id)
    },

    count: () => timers.size,
  }
}
