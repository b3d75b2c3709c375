import { refill, type TokenRate } from '../operations/token-bucket.ts'
import type { Frame } from './frame.ts'
import { MAX_LANES } from './socket-lanes.ts'

/**
 * Questions (tokens, state vectors and the like) that a socket may ask at once, how many more for each page,
 * and for each second: an answer can be a whole page, and a client asks twice or thrice when it connects.
 */
export const MAX_QUESTIONS = 40
const QUESTIONS_PER_PAGE = 4
const QUESTION_RATE: TokenRate = { perSecond: 2, burst: MAX_QUESTIONS }

/** How many questions one socket may ask. */
export interface SocketQuestions {
  /** Counts a frame that is a question; false if it is one more than the socket may ask. */
  allow(frame: Frame): boolean
}

/** `now` is monotonic, ms. */
export function createSocketQuestions(now: () => number): SocketQuestions {
  return new Questions(now)
}

/** A class, since there is one for each socket. */
class Questions implements SocketQuestions {
  readonly #now: () => number
  /** The addresses that have asked something, each once. */
  readonly #addresses: string[] = []
  #left = MAX_QUESTIONS
  #countedAt: number

  constructor(now: () => number) {
    this.#now = now
    this.#countedAt = now()
  }

  allow(frame: Frame): boolean {
    return !isQuestion(frame) || this.#take(frame.address)
  }

  #take(address: string): boolean {
    const asked = this.#now()
    // What each page has added may be more than the bucket holds: that stays.
    const filled = refill(this.#left, asked - this.#countedAt, QUESTION_RATE)
    this.#left = Math.max(this.#left, filled)
    this.#countedAt = asked
    if (this.#addresses.length < MAX_LANES && !this.#addresses.includes(address)) {
      this.#addresses.push(address)
      this.#left += QUESTIONS_PER_PAGE
    }
    return this.#left-- >= 1
  }
}

/** Whether a frame makes us look something up, however small it is. */
function isQuestion({ kind }: Frame): boolean {
  return kind === 'auth' || kind === 'answer' || kind === 'ask-all' || kind === 'other'
}
