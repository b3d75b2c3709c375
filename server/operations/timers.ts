/** The longest that a timer can be set to, ms: what lies further off is looked at again in between. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1

/** Calls again and again, every so many milliseconds, until the answer is called. */
export function every(ms: number, call: () => void): () => void {
  const timer = setInterval(call, ms)
  return () => clearInterval(timer)
}
