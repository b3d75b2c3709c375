import type { RealtimeSession } from './realtime-session.ts'
import { type Place, UNKNOWN_DRIVE, UNKNOWN_PAGE } from './room-states.ts'

/** How long to wait until the code is asked for again, ms. */
const RETRY_MS = 3_000

/** A realtime session whose code is still on its way: whoever listens or follows until then is handed on to it. */
export function createLateRealtime(load: () => Promise<RealtimeSession>): RealtimeSession {
  let session: RealtimeSession | null = null
  let isClosed = false
  let retryTimer: ReturnType<typeof setTimeout> | undefined
  let presence: Parameters<RealtimeSession['setPresence']>[0] | undefined
  const waiting = new Set<(there: RealtimeSession) => void>()

  /** Does something with the session now or as soon as it is there; the answered function takes it back. */
  function attach(begin: (there: RealtimeSession) => () => void): () => void {
    if (session) return begin(session)
    let stop: (() => void) | null = null
    const start = (there: RealtimeSession): void => {
      stop = begin(there)
    }
    waiting.add(start)
    return () => {
      waiting.delete(start)
      stop?.()
    }
  }

  function open(): void {
    load().then(arrive, () => {
      if (!isClosed) retryTimer = setTimeout(open, RETRY_MS)
    })
  }

  function arrive(there: RealtimeSession): void {
    if (isClosed) {
      there.close()
      return
    }
    session = there
    if (presence !== undefined) there.setPresence(presence)
    for (const start of waiting) start(there)
    waiting.clear()
  }

  open()

  return {
    getState: () => session?.getState() ?? 'connecting',
    isConnected: () => session?.isConnected() ?? false,
    subscribe: (listener) => attach((there) => there.subscribe(listener)),
    on: (name, listener) => attach((there) => there.on(name, listener)),
    onJoined: (listener) => attach((there) => there.onJoined(listener)),
    follow: (place, onChange) => attach((there) => there.follow(place, onChange)),
    stateOf: ((place: Place) =>
      session?.stateOf(place as never) ??
      ('pageId' in place ? UNKNOWN_PAGE : UNKNOWN_DRIVE)) as RealtimeSession['stateOf'],
    request: (name, payload) =>
      session?.request(name, payload) ?? Promise.reject(new Error('There is no connection.')),
    setPresence(status) {
      presence = status
      session?.setPresence(status)
    },
    countHeld: () => session?.countHeld() ?? { rooms: 0, followers: 0, timers: 0, listeners: waiting.size },
    close() {
      isClosed = true
      clearTimeout(retryTimer)
      waiting.clear()
      session?.close()
    },
  }
}
