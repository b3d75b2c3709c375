import type { ProblemCode } from '../../shared/api/problem.ts'

/**
 * A business operation's "no": expected, told to whoever asked, and the reason its transaction is
 * rolled back. `message` is written for the person.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: ProblemCode

  /** For `rate-limited` and `too-many-uploads`: when to try again, ms. */
  readonly retryAfterMs: number | undefined

  constructor(code: ProblemCode, message: string, retryAfterMs?: number) {
    super(message)
    this.code = code
    this.retryAfterMs = retryAfterMs
  }
}

/** What is answered for pages and drives that do not exist or are not the asker's to know of. */
export const notFound = (
  what:
    | 'page'
    | 'drive'
    | 'share link'
    | 'member'
    | 'person'
    | 'session'
    | 'message'
    | 'thread'
    | 'comment'
    | 'notification'
    | 'service account'
    | 'stream'
    | 'file',
) => new Refusal('not-found', `There is no such ${what}, or you have no access to it.`)

/** What is answered to a client-made id that belongs to something else, or to somebody else's. */
export const idTaken = () => new Refusal('id-taken', 'This id is in use. Make a new one and try again.')
