import type { WebSocket } from 'ws'
import { createFramePace, type FramePace, type FrameRate } from './frame-pace.ts'

/** Past this many bytes of uncommitted updates a socket is not read any more until half of it is committed. */
export const MAX_UNCOMMITTED_BYTES = 2 * 1024 * 1024
/**
 * What an uncommitted update counts besides its bytes. Were very many small ones taken at once, everybody else's
 * keystrokes would wait until the last of them is sorted and committed.
 */
export const UNCOMMITTED_OVERHEAD_BYTES = 1_000

/** How fast one socket is read: a client that sends faster than can be committed, or than its rate, waits. */
export interface SocketReading {
  /** Counts a frame that was read. */
  countFrame(): void
  /** Says that an update of so many bytes waits to be committed from now on. */
  take(bytes: number): void
  /** Says that the fate of such an update is known. */
  settle(bytes: number): void
}

/** `tooFast` is told each time that reading stops for a while because frames come too fast. */
export function createSocketReading(
  socket: Pick<WebSocket, 'pause' | 'resume' | 'isPaused'>,
  rate: FrameRate,
  now: () => number,
  tooFast: () => void,
): SocketReading {
  return new Reading(socket, createFramePace(rate, now), tooFast)
}

/** A class, since there is one for each socket. */
class Reading implements SocketReading {
  readonly #socket: Pick<WebSocket, 'pause' | 'resume' | 'isPaused'>
  readonly #pace: FramePace
  readonly #tooFast: () => void
  #uncommittedBytes = 0
  #mustCommitFirst = false
  #isTooFast = false

  constructor(
    socket: Pick<WebSocket, 'pause' | 'resume' | 'isPaused'>,
    pace: FramePace,
    tooFast: () => void,
  ) {
    this.#socket = socket
    this.#pace = pace
    this.#tooFast = tooFast
  }

  countFrame(): void {
    if (!this.#pace.take() && !this.#isTooFast) this.#slowDown()
  }

  take(bytes: number): void {
    this.#uncommittedBytes += bytes + UNCOMMITTED_OVERHEAD_BYTES
    this.#regulate()
  }

  settle(bytes: number): void {
    this.#uncommittedBytes -= bytes + UNCOMMITTED_OVERHEAD_BYTES
    this.#regulate()
  }

  /** Does not read until the rate is kept again. */
  #slowDown(): void {
    const waitMs = this.#pace.waitMs()
    if (waitMs > 0 && !this.#isTooFast) this.#tooFast()
    this.#isTooFast = waitMs > 0
    if (this.#isTooFast) setTimeout(() => this.#slowDown(), waitMs).unref()
    this.#regulate()
  }

  #regulate(): void {
    if (this.#uncommittedBytes > MAX_UNCOMMITTED_BYTES) this.#mustCommitFirst = true
    else if (this.#uncommittedBytes < MAX_UNCOMMITTED_BYTES / 2) this.#mustCommitFirst = false
    const mustWait = this.#mustCommitFirst || this.#isTooFast
    if (mustWait && !this.#socket.isPaused) this.#socket.pause()
    else if (!mustWait && this.#socket.isPaused) this.#socket.resume()
  }
}
