import { LONGEST_TIMER_MS } from '../operations/timers.ts'
import type { RealtimeSocket } from './sockets.ts'

/** When access to a page that a socket follows ends by itself, because a share link does. */
export interface AccessEnds {
  /** Has the page decided again at that moment; null forgets about it. */
  note(socket: RealtimeSocket, pageId: string, until: Date | null): void
  /** Forgets a socket that has gone. */
  forget(socket: RealtimeSocket): void
}

/** The shortest wait, ms: the database's clock may be a little behind ours. */
const SHORTEST_WAIT_MS = 20

/** One timer for each socket, at the first of the moments that it waits for. */
export function createAccessEnds(deps: {
  readonly now: () => number
  /** The moment has come; what comes of it is noted again. */
  readonly decideAgain: (socket: RealtimeSocket, pageId: string) => void
}): AccessEnds {
  const ends = new Map<RealtimeSocket, { readonly pages: Map<string, number>; timer?: NodeJS.Timeout }>()

  function forget(socket: RealtimeSocket): void {
    clearTimeout(ends.get(socket)?.timer)
    ends.delete(socket)
  }

  function wait(socket: RealtimeSocket): void {
    const own = ends.get(socket)
    if (own === undefined) return
    clearTimeout(own.timer)
    if (own.pages.size === 0) {
      ends.delete(socket)
      return
    }
    const inMs = Math.max(Math.min(...own.pages.values()) - deps.now(), SHORTEST_WAIT_MS)
    own.timer = setTimeout(
      () => {
        const due = [...own.pages].filter(([, end]) => end <= deps.now())
        for (const [pageId] of due) own.pages.delete(pageId)
        wait(socket)
        for (const [pageId] of due) deps.decideAgain(socket, pageId)
      },
      Math.min(inMs, LONGEST_TIMER_MS),
    )
  }

  return {
    note(socket, pageId, until) {
      const own = ends.get(socket) ?? { pages: new Map() }
      if (until === null || !socket.connected) {
        if (!own.pages.delete(pageId)) return
      } else {
        own.pages.set(pageId, until.getTime())
        ends.set(socket, own)
      }
      wait(socket)
    },
    forget,
  }
}
