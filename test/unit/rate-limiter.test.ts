import { expect, test } from 'vitest'
import { createRateLimiter } from '../../server/realtime/rate-limiter.ts'
import { RATE_LIMITS } from '../../shared/protocol/rate-limits.ts'

const { burst, perSecond } = RATE_LIMITS.signal

test('V3 · so many at once, then as many as the time brings; and it says when', () => {
  let now = 1_000
  const rates = createRateLimiter(() => now)
  for (let nr = 0; nr < burst; nr++) expect(rates.take('ann', 'signal')).toBe(0)
  const retryAfterMs = rates.take('ann', 'signal')
  expect(retryAfterMs).toBe(1000 / perSecond)
  now += retryAfterMs - 1
  expect(rates.take('ann', 'signal')).toBeGreaterThan(0)
  now += 1
  expect(rates.take('ann', 'signal')).toBe(0)
  expect(rates.take('ann', 'signal')).toBeGreaterThan(0)
})

test('V3 · one person and one class do not use up another’s', () => {
  const rates = createRateLimiter(() => 0)
  for (let nr = 0; nr <= burst; nr++) rates.take('ann', 'signal')
  expect(rates.take('ann', 'signal')).toBeGreaterThan(0)
  expect(rates.take('bob', 'signal')).toBe(0)
  expect(rates.take('ann', 'change')).toBe(0)
})

test('V3 · however many come, those who have long been quiet are forgotten and the others are not', () => {
  let now = 0
  const rates = createRateLimiter(() => now)
  for (let nr = 0; nr < 20_000; nr++) rates.take(`early ${nr}`, 'signal')
  for (let nr = 0; nr <= burst; nr++) rates.take('ann', 'signal')
  expect(rates.take('ann', 'signal')).toBeGreaterThan(0)
  expect(rates.count()).toBe(20_001)
  now = 1
  for (let nr = 0; nr < 20_000; nr++) rates.take(`late ${nr}`, 'signal')
  expect(rates.take('ann', 'signal')).toBeGreaterThan(0)
  now = 60_000
  for (let nr = 0; nr < 41_000; nr++) rates.take(`last ${nr}`, 'signal')
  expect(rates.count()).toBeLessThan(45_000)
})
