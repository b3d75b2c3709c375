import { CLOSE_REASONS, isCloseReason } from '../../shared/protocol/close-reasons.ts'
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

/** How long to wait before trying again: at once after the first failure, then longer, always spread. */
export function computeBackoffMs(failures: number, random: () => number): number {
  const ceilingMs = Math.min(500 * 2 ** Math.max(0, failures - 1), 15_000)
  return Math.round(ceilingMs * (0.4 + 0.6 * random()))
}
