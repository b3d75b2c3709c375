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

/** A call that will be made at a moment, unless it is called off. */
export interface Alarm {
  cancel(): void
}

/** Calls at a moment of the wall clock, however far off and never before it. */
export function callAt(moment: Date, call: () => void, now: () => number = Date.now): Alarm {
  return new SetAlarm(moment.getTime(), call, now)
}

/** A class, since there is one for each connection: what it can do is held once. */
class SetAlarm implements Alarm {
  readonly #at: number
  readonly #call: () => void
  readonly #now: () => number
  #timer: NodeJS.Timeout | undefined

  constructor(at: number, call: () => void, now: () => number) {
    this.#at = at
    this.#call = call
    this.#now = now
    this.look(false)
  }

  cancel(): void {
    clearTimeout(this.#timer)
  }

  /** Calls if the moment has come, and waits for it otherwise. */
  look(isPrecise: boolean): void {
    const leftMs = this.#at - this.#now()
    if (isPrecise && leftMs <= 0) {
      this.#call()
      return
    }
    const isFar = leftMs > PRECISE_MS
    const waitMs = isFar
      ? Math.min(Math.floor(leftMs / 1000) * 1000 - 1000, LONGEST_TIMER_MS)
      : Math.max(leftMs, SHORTEST_WAIT_MS)
    this.#timer = setTimeout(lookAgain, waitMs, this, !isFar)
  }
}

function lookAgain(alarm: SetAlarm, isPrecise: boolean): void {
  alarm.look(isPrecise)
}
