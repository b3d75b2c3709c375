import { CLOSE_REASONS, isCloseReason } from '../../shared/protocol/close-reasons.ts'
import { ApiError } from '../api/api-error.ts'
import type { Refusal } from './save-state.ts'

/** What to do after the server refused or closed a document connection. */
export type NextStep =
  | { kind: 'reconnect'; isStorageUnavailable: boolean }
  | { kind: 'renew-token' }
  | { kind: 'give-up'; reason: Refusal }

const TOKEN_REASONS: readonly string[] = ['token-missing', 'token-invalid', 'token-expired', 'session-ended']

/**
 * Decides from the reason text alone. A refused token is renewed once per connection attempt: whether the
 * session is really over, only the account's own renewal can tell.
 */
export function decideNextStep(reason: string, isTokenRenewed: boolean): NextStep {
  if (TOKEN_REASONS.includes(reason)) {
    return isTokenRenewed ? { kind: 'give-up', reason: 'signed-out' } : { kind: 'renew-token' }
  }
  // Hocuspocus's own word for a refusal without a reason.
  if (reason === 'permission-denied') return { kind: 'give-up', reason: 'forbidden' }
  if (isCloseReason(reason) && !CLOSE_REASONS[reason].retry) return { kind: 'give-up', reason }
  return { kind: 'reconnect', isStorageUnavailable: reason === 'storage-unavailable' }
}

/** What to do after a sync over HTTP failed. */
export type NextTry =
  | { kind: 'retry'; isStorageUnavailable: boolean; afterMs: number }
  /** What we may do has changed: find out before saying that anything is wrong. */
  | { kind: 'ask-again' }
  | { kind: 'give-up'; reason: Refusal }

/** Decides as `decideNextStep` does for the same causes. The token was renewed before the error came here. */
export function decideNextTry(error: unknown, isWriting: boolean): NextTry {
  const retry: NextTry = { kind: 'retry', isStorageUnavailable: false, afterMs: 0 }
  if (!(error instanceof ApiError)) return retry
  if (error.problem?.status === 401) return { kind: 'give-up', reason: 'signed-out' }
  switch (error.code) {
    // The answer to a question says so, and that one may still read.
    case 'editor-outdated':
      return { kind: 'ask-again' }
    case 'forbidden':
      return isWriting ? { kind: 'ask-again' } : { kind: 'give-up', reason: 'forbidden' }
    case 'origin-not-allowed':
    case 'page-unreadable':
    case 'nested-too-deep':
    // Over a WebSocket the page stays open and one can remove something; one request carries all at once.
    case 'page-too-large':
      return { kind: 'give-up', reason: error.code }
    case 'not-found':
      return { kind: 'give-up', reason: 'page-not-found' }
    case 'invalid-request':
      return { kind: 'give-up', reason: 'malformed-page-id' }
    case 'payload-too-large':
      return { kind: 'give-up', reason: 'update-too-large' }
    case 'storage-unavailable':
      return { ...retry, isStorageUnavailable: true }
    default:
      return { ...retry, afterMs: error.problem?.retryAfterMs ?? 0 }
  }
}

/** How long to wait before trying again: at once after the first failure, then longer, always spread. */
export function computeBackoffMs(failures: number, random: () => number): number {
  const ceilingMs = Math.min(500 * 2 ** Math.max(0, failures - 1), 15_000)
  return Math.round(ceilingMs * (0.4 + 0.6 * random()))
}
