// How fast a socket may send. A token bucket: what somebody writes in a week without a network, or replays,
// comes at once and is taken at once; whoever goes on like that is read only as fast as the rate allows. They
// are not put out: TCP slows them down.

/** Frames that a socket may send in a second in the long run; somebody who types sends about twenty. */
export const FRAMES_PER_SECOND = 2_000
/** Frames that it may send at once before that counts. */
export const FRAME_BURST = 20_000

/** The two figures, for those who want others than the defaults. */
export interface FrameRate {
  readonly perSecond: number
  readonly burst: number
}

export const FRAME_RATE: FrameRate = { perSecond: FRAMES_PER_SECOND, burst: FRAME_BURST }

/** One socket's bucket. */
export interface FramePace {
  /** Counts a frame; false if it was one more than the rate allows. */
  take(): boolean
  /** How long nothing more should be read, ms; 0 when reading may go on. */
  waitMs(): number
}

export function createFramePace({ perSecond, burst }: FrameRate, now: () => number): FramePace {
  let left = burst
  let filledAt = now()

  function fill(): void {
    const at = now()
    left = Math.min(burst, left + (Math.max(0, at - filledAt) / 1000) * perSecond)
    filledAt = at
  }

  return {
    take() {
      // The clock is asked only when it matters.
      if (left < 1) fill()
      return --left >= 0
    },
    waitMs() {
      fill()
      return left >= 0 ? 0 : Math.ceil((-left / perSecond) * 1000)
    },
  }
}
