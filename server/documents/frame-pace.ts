import { computeRefillMs, refill, type TokenRate } from '../operations/token-bucket.ts'

// How fast a socket may send. A token bucket: what somebody writes in a week without a network, or replays,
// comes at once and is taken at once; whoever goes on like that is read only as fast as the rate allows. They
// are not put out: TCP slows them down.

/** Frames that a socket may send in a second in the long run; somebody who types sends about twenty. */
export const FRAMES_PER_SECOND = 2_000
/** Frames that it may send at once before that counts. */
export const FRAME_BURST = 20_000

/** The two figures, for those who want others than the defaults. */
export type FrameRate = TokenRate

export const FRAME_RATE: FrameRate = { perSecond: FRAMES_PER_SECOND, burst: FRAME_BURST }

/** One socket's bucket. */
export interface FramePace {
  /** Counts a frame; false if it was one more than the rate allows. */
  take(): boolean
  /** How long nothing more should be read, ms; 0 when reading may go on. */
  waitMs(): number
}

export function createFramePace(rate: FrameRate, now: () => number): FramePace {
  return new TokenBucket(rate, now)
}

/** A class, since there is one for each socket. */
class TokenBucket implements FramePace {
  readonly #rate: FrameRate
  readonly #now: () => number
  #left: number
  #filledAt: number

  constructor(rate: FrameRate, now: () => number) {
    this.#rate = rate
    this.#now = now
    this.#left = rate.burst
    this.#filledAt = now()
  }

  take(): boolean {
    // Each time: an hour in which nothing came must not count once the burst is used up.
    this.#fill()
    return --this.#left >= 0
  }

  waitMs(): number {
    this.#fill()
    return computeRefillMs(this.#left, 0, this.#rate)
  }

  #fill(): void {
    const at = this.#now()
    this.#left = refill(this.#left, at - this.#filledAt, this.#rate)
    this.#filledAt = at
  }
}
