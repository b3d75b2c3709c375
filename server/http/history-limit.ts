import type { FastifyInstance, FastifyRequest } from 'fastify'
import { RateLimited } from './problems.ts'
import { identityOf } from './require-identity.ts'

/** How often one user may read, keep or restore what pages once said, in a minute and on all routes together. */
export const HISTORY_READS_PER_MINUTE = 120

/**
 * Counts a request against its user's limit; a hook for behind the access token.
 * @throws RateLimited
 */
export type LimitHistory = (request: FastifyRequest) => Promise<void>

/** `app` has the rate-limit plugin. One count for all routes: the option of a route would count each alone. */
export function createLimitHistory(app: FastifyInstance): LimitHistory {
  const count = app.createRateLimit({
    max: HISTORY_READS_PER_MINUTE,
    timeWindow: 60_000,
    keyGenerator: (request) => `history ${identityOf(request).userId}`,
  })
  return async (request) => {
    const counted = await count(request)
    if (!counted.isAllowed && counted.isExceeded) throw new RateLimited(counted.ttl)
  }
}
