import type { CloseReason } from '../../shared/protocol/close-reasons.ts'
import { MAX_DEPTH } from './nesting.ts'

/** A failure around a page's content, with the reason that a connection is closed with. */
export abstract class DocumentError extends Error {
  abstract readonly code: CloseReason
}

/** The database cannot take the change now; whoever sent it still has it. */
export class StorageUnavailableError extends DocumentError {
  override readonly name = 'StorageUnavailableError'
  override readonly code = 'storage-unavailable'

  constructor(options?: ErrorOptions) {
    super('The database cannot be written to at the moment. Nothing is lost: try again later.', options)
  }
}

/** The page was removed while somebody was writing to it. */
export class PageGoneError extends DocumentError {
  override readonly name = 'PageGoneError'
  override readonly code = 'page-deleted'

  constructor(pageId: string) {
    super(`There is no page ${pageId} any more.`)
  }
}

/** The page has reached the size that a page may have. It can still be read, exported and made smaller. */
export class PageTooLargeError extends DocumentError {
  override readonly name = 'PageTooLargeError'
  override readonly code = 'page-too-large'

  constructor(limitBytes: number) {
    super(
      `The page has reached the ${Math.round(limitBytes / 1024)} KiB that a page may have. Remove something from it, or go on in a new page.`,
    )
  }
}

/** The change puts elements deeper into one another than a page may have them. */
export class NestedTooDeepError extends DocumentError {
  override readonly name = 'NestedTooDeepError'
  override readonly code = 'nested-too-deep'

  constructor() {
    super(
      `Elements may be at most ${MAX_DEPTH} deep inside one another. Take the innermost ones out of their lists or quotes.`,
    )
  }
}

/** Whoever sent the change may not write to the page any more, for the reason given. */
export class PermissionEndedError extends DocumentError {
  override readonly name = 'PermissionEndedError'
  override readonly code: CloseReason

  constructor(code: CloseReason) {
    super(`The permission to write ended before the change was committed (${code}).`)
    this.code = code
  }
}

/** The page's log cannot be made into a document. Its rows are kept and the page stays closed. */
export class PageUnreadableError extends DocumentError {
  override readonly name = 'PageUnreadableError'
  override readonly code = 'page-unreadable'

  constructor(pageId: string, why: string, options?: ErrorOptions) {
    super(`Page ${pageId} cannot be opened: ${why}. Its log is untouched.`, options)
  }
}

/** Too many are reading pages' pasts already. */
export class HistoryBusyError extends Error {
  override readonly name = 'HistoryBusyError'
  readonly code = 'history-busy'
  /** When it makes sense to ask again, ms. */
  readonly retryAfterMs = 5_000

  constructor() {
    super('Too many are reading histories at the moment. Try again in a few seconds.')
  }
}

/** The folding thread has ended, on purpose or not: what it was asked to do is not done. */
export class FoldingStoppedError extends Error {
  override readonly name = 'FoldingStoppedError'
  readonly code = 'folding-stopped'
}

/** For `catch` behind the folding thread: what it could not decode makes a page unreadable. */
export function toUnreadable(pageId: string, why: string): (cause: unknown) => never {
  return (cause) => {
    if (cause instanceof FoldingStoppedError) throw cause
    throw new PageUnreadableError(pageId, why, { cause })
  }
}
