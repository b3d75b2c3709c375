import { RATE_LIMITS, type RateClass } from '../../shared/protocol/rate-limits.ts'
import { computeRefillMs, refill } from '../operations/token-bucket.ts'

/** How many buckets there may be before full ones are thrown away. */
const SWEEP_AT = 10_000

/** Bounds how often each person may ask, with a token bucket for each class of requests. */
export interface RateLimiter {
  /** Takes one token; answers 0, or after how many ms there is one again. */
  take(userId: string, rate: RateClass): number
  /** How many buckets are remembered. */
  count(): number
}

/** Buckets outlive connections, so that reconnecting does not fill them. */
export function createRateLimiter(now: () => number): RateLimiter {
  const buckets = new Map<string, { tokens: number; at: number; rate: RateClass }>()
  let sweepAt = SWEEP_AT

  /** Throws away what has filled up again: it says nothing that a new one would not. */
  function sweep(): void {
    for (const [key, { tokens, at, rate }] of buckets) {
      const limit = RATE_LIMITS[rate]
      if (refill(tokens, now() - at, limit) >= limit.burst) buckets.delete(key)
    }
    sweepAt = Math.max(SWEEP_AT, buckets.size * 2)
  }

  return {
    take(userId, rate) {
      const limit = RATE_LIMITS[rate]
      const key = `${rate} ${userId}`
      const before = buckets.get(key) ?? { tokens: limit.burst, at: now() }
      const tokens = refill(before.tokens, now() - before.at, limit)
      if (tokens < 1) return computeRefillMs(tokens, 1, limit)
      if (buckets.size >= sweepAt) sweep()
      buckets.set(key, { tokens: tokens - 1, at: now(), rate })
      return 0
    },

    count: () => buckets.size,
  }
}
