import { callAt } from '../operations/timers.ts'
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
  /** By socket and page what calls it off. */
  const ends = new Map<RealtimeSocket, Map<string, () => void>>()

  function drop(socket: RealtimeSocket, pageId: string): void {
    const own = ends.get(socket)
    own?.get(pageId)?.()
    own?.delete(pageId)
    if (own?.size === 0) ends.delete(socket)
  }

  return {
    note(socket, pageId, until) {
      drop(socket, pageId)
      if (until === null || !socket.connected) return
      const own = ends.get(socket) ?? new Map<string, () => void>()
      ends.set(socket, own)
      const end = () => {
        drop(socket, pageId)
        deps.decideAgain(socket, pageId)
      }
      own.set(pageId, callAt(until, end, deps.now))
    },

    forget(socket) {
      for (const cancel of ends.get(socket)?.values() ?? []) cancel()
      ends.delete(socket)
    },
  }
}
