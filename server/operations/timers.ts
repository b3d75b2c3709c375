/** The longest that a timer can be set to, ms: what lies further off is looked at again in between. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1

/** Calls again and again, every so many milliseconds, until the answer is called. */
export function every(ms: number, call: () => void): () => void {
  const timer = setInterval(call, ms)
  return () => clearInterval(timer)
}

/** The shortest wait for a moment, ms: the database's clock, which says whether it has come, may be a little behind. */
const SHORTEST_WAIT_MS = 20
/** Moments further off than this, ms, are waited for in whole seconds first: timers of one length share their list. */
const PRECISE_MS = 2_000

/** Calls at a moment of the wall clock, however far off and never before it, unless the answer is called. */
export function callAt(moment: Date, call: () => void, now: () => number = Date.now): () => void {
  let timer: NodeJS.Timeout
  function wait(): void {
    const leftMs = moment.getTime() - now()
    const isFar = leftMs > PRECISE_MS
    const roughMs = Math.min(Math.floor(leftMs / 1000) * 1000 - 1000, LONGEST_TIMER_MS)
    timer = setTimeout(isFar ? wait : look, isFar ? roughMs : Math.max(leftMs, SHORTEST_WAIT_MS))
  }
  function look(): void {
    if (moment.getTime() > now()) wait()
    else call()
  }
  wait()
  return () => clearTimeout(timer)
}
