// When a server stops, everybody would be back in the same second. So each client is told its own moment within
// a window that is longer the more of them there are.

/** How much longer the window is for each connection, ms: two hundred come back in a second. */
export const COME_BACK_MS_PER_CONNECTION = 5
/** The shortest window, ms: about what a restart takes. */
export const MIN_COME_BACK_WINDOW_MS = 1_000
/** The longest, ms: nobody is kept waiting for longer. */
export const MAX_COME_BACK_WINDOW_MS = 60_000

/** How long one of so many clients should wait before it comes back, ms. `random` answers 0 to 1. */
export function computeComeBackMs(connections: number, random: () => number): number {
  const windowMs = Math.min(
    MIN_COME_BACK_WINDOW_MS + connections * COME_BACK_MS_PER_CONNECTION,
    MAX_COME_BACK_WINDOW_MS,
  )
  return Math.round(windowMs * random())
}
