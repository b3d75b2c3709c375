import { type Alarm, callAt } from '../operations/timers.ts'
import type { RealtimeSocket } from './sockets.ts'

/** When access to a page that a socket follows ends by itself, because a share link does. */
export interface AccessEnds {
  /** Has the page decided again at that moment; null forgets about it. */
  note(socket: RealtimeSocket, pageId: string, until: Date | null): void
  /** Forgets a socket that has gone. */
  forget(socket: RealtimeSocket): void
}

/** One timer for each page that a socket follows and whose access ends. */
export function createAccessEnds(deps: {
  readonly now: () => number
  /** The moment has come; what comes of it is noted again. */
  readonly decideAgain: (socket: RealtimeSocket, pageId: string) => void
}): AccessEnds {
  const ends = new Map<RealtimeSocket, Map<string, Alarm>>()

  function drop(socket: RealtimeSocket, pageId: string): void {
    const own = ends.get(socket)
    own?.get(pageId)?.cancel()
    own?.delete(pageId)
    if (own?.size === 0) ends.delete(socket)
  }

  return {
    note(socket, pageId, until) {
      drop(socket, pageId)
      if (until === null || !socket.connected) return
      const own = ends.get(socket) ?? new Map<string, Alarm>()
      ends.set(socket, own)
      const end = () => {
        drop(socket, pageId)
        deps.decideAgain(socket, pageId)
      }
      own.set(pageId, callAt(until, end, deps.now))
    },

    forget(socket) {
      for (const alarm of ends.get(socket)?.values() ?? []) alarm.cancel()
      ends.delete(socket)
    },
  }
}
