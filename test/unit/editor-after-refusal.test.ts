import { expect, test } from 'vitest'
import { computeBackoffMs, decideNextStep } from '../../editor/collaboration/after-refusal.ts'
import { CLOSE_REASONS, type CloseReason } from '../../shared/protocol/close-reasons.ts'

const ABOUT_TOKENS = ['token-missing', 'token-invalid', 'token-expired', 'session-ended']

test('every close reason is acted on as its table says', () => {
  for (const reason of Object.keys(CLOSE_REASONS) as CloseReason[]) {
    const step = decideNextStep(reason, false)
    if (ABOUT_TOKENS.includes(reason)) expect(step, reason).toEqual({ kind: 'renew-token' })
    else if (CLOSE_REASONS[reason].retry) expect(step.kind, reason).toBe('reconnect')
    else expect(step, reason).toEqual({ kind: 'give-up', reason })
  }
})

test('a token that is refused although it was just renewed ends the attempts', () => {
  for (const reason of ABOUT_TOKENS) {
    expect(decideNextStep(reason, true)).toEqual({ kind: 'give-up', reason: 'signed-out' })
  }
})

test('an unknown reason is tried again, a refusal without one is not', () => {
  expect(decideNextStep('Reset Connection', false).kind).toBe('reconnect')
  expect(decideNextStep('', false).kind).toBe('reconnect')
  expect(decideNextStep('permission-denied', false)).toEqual({ kind: 'give-up', reason: 'forbidden' })
})

test('D3 · only the server’s own storage failure is told as one', () => {
  expect(decideNextStep('storage-unavailable', false)).toEqual({
    kind: 'reconnect',
    isStorageUnavailable: true,
  })
  expect(decideNextStep('server-stopping', false)).toEqual({
    kind: 'reconnect',
    isStorageUnavailable: false,
  })
})

test('V2 · attempts grow apart, stay spread, and never wait longer than fifteen seconds', () => {
  expect(computeBackoffMs(1, () => 0)).toBe(200)
  expect(computeBackoffMs(1, () => 1)).toBe(500)
  expect(computeBackoffMs(4, () => 0)).toBeGreaterThan(computeBackoffMs(2, () => 0))
  expect(computeBackoffMs(50, () => 1)).toBe(15_000)
})
