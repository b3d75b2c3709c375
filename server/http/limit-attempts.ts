import type { FastifyRequest } from 'fastify'
import { RateLimited } from './problems.ts'

/** The route settings that let one address try only so often in a minute: for what proves or makes an identity. */
export function limitAttempts(max: number) {
  return {
    rateLimit: {
      max,
      timeWindow: 60_000,
      errorResponseBuilder: (_request: FastifyRequest, context: { ttl: number }) =>
        new RateLimited(context.ttl),
    },
  }
}
