import type { RateLimitOptions } from '@fastify/rate-limit'
import type { FastifyRequest } from 'fastify'
import { RateLimited } from './problems.ts'
import { identityOf } from './require-identity.ts'

/** How often one user may read or restore pages' pasts in a minute, on all these routes together. */
export const HISTORY_READS_PER_MINUTE = 120

/** The route option that counts a request against its user's limit, unless `isFree` says that it costs little. */
export const limitHistory = (isFree: (request: FastifyRequest) => boolean = () => false) => ({
  rateLimit: {
    max: HISTORY_READS_PER_MINUTE,
    timeWindow: 60_000,
    groupId: 'history',
    // Who asks is known only behind the other hooks.
    hook: 'preHandler',
    keyGenerator: (request) => identityOf(request).userId,
    allowList: isFree,
    errorResponseBuilder: (_request, context) => new RateLimited(context.ttl),
  } satisfies RateLimitOptions & { groupId: string },
})
