import type { Access } from '../access/access.ts'
import type { Logger } from '../operations/logger.ts'
import type { RealtimeSocket } from './sockets.ts'

/** Until when each socket may stay: as long as its token holds and its session lives. */
export interface Sessions {
  /** Starts to watch over a socket that has just connected. */
  watch(socket: RealtimeSocket): void
  /** Whether the session still lives; a socket whose session has ended is put out, one in doubt dropped. */
  isAlive(socket: RealtimeSocket): Promise<boolean>
  /** Stops watching over a socket that has gone. */
  forget(socket: RealtimeSocket): void
}

export function createSessions(deps: {
  readonly access: Pick<Access, 'isSessionActive'>
  readonly now: () => number
  readonly logger: Pick<Logger, 'error'>
}): Sessions {
  const expiries = new Map<string, NodeJS.Timeout>()
  return {
    watch(socket) {
      // Its client comes back by itself, with a token that holds.
      const inMs = Math.min(socket.data.tokenExpiresAt.getTime() - deps.now(), LONGEST_TIMER_MS)
      expiries.set(
        socket.id,
        setTimeout(() => socket.disconnect(true), inMs),
      )
    },

    async isAlive(socket) {
      try {
        if (await deps.access.isSessionActive(socket.data.identity)) return true
        socket.disconnect(true)
      } catch (error) {
        deps.logger.error({ err: error }, 'whether a session lives could not be found out')
        socket.conn.close()
      }
      return false
    },

    forget(socket) {
      clearTimeout(expiries.get(socket.id))
      expiries.delete(socket.id)
    },
  }
}

/** The longest that a timer can be set to; a client comes back by itself. */
const LONGEST_TIMER_MS = 2 ** 31 - 1
