import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { serviceTokenSchema } from '../../shared/api/auth.ts'
import type { AccessTokens } from '../auth/access-tokens.ts'
import type { Authenticate } from '../auth/authenticate.ts'
import { toUser } from '../auth/identity.ts'
import { limitAttempts } from './limit-attempts.ts'
import type { RequestLimits } from './request-limits.ts'
import { identityOf, requireIdentity } from './require-identity.ts'

export interface ServiceTokenRouteDeps {
  readonly tokens: AccessTokens
  /** Takes API keys and nothing else: a token cannot renew itself. */
  readonly authenticateApiKey: Authenticate
  /** How many tokens one address may ask for in a minute. */
  readonly attemptsPerMinute: number
  readonly limits: Pick<RequestLimits, 'ofUser' | 'ofStranger'>
}

/** The exchange of an API key for a token that opens documents and events. */
export const serviceTokenRoute: FastifyPluginAsyncZod<ServiceTokenRouteDeps> = async (app, deps) => {
  requireIdentity(app, deps.authenticateApiKey, deps.limits)
  app.post(
    '/service-token',
    {
      config: limitAttempts(deps.attemptsPerMinute),
      schema: {
        tags: ['service accounts'],
        summary: 'Exchange an API key for an access token, for documents and events',
        response: { 200: serviceTokenSchema },
      },
    },
    async (request, reply) => {
      const identity = identityOf(request)
      const { userId, sessionId, kind, name } = identity
      const { token, expiresAt } = deps.tokens.sign({ userId, sessionId, kind, name })
      reply.header('cache-control', 'no-store')
      return { user: toUser(identity), accessToken: token, expiresAt: expiresAt.toISOString() }
    },
  )
}
