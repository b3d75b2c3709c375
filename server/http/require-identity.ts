import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Authenticate } from '../auth/authenticate.ts'
import type { Identity } from '../auth/identity.ts'
import { Refusal } from '../workspace/failures.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; set by `requireIdentity` on every route that is not public. */
    authenticated: Identity | null
  }
}

/** Makes every route of `app` demand a valid access token in `Authorization: Bearer …`. */
export function requireIdentity(app: FastifyInstance, authenticate: Authenticate): void {
  app.decorateRequest('authenticated', null)
  app.addHook('onRequest', async (request) => {
    const [scheme, token] = (request.headers.authorization ?? '').split(' ')
    if (scheme?.toLowerCase() !== 'bearer' || token === undefined || token === '') {
      throw new Refusal('unauthenticated', 'Send an access token as "Authorization: Bearer …".')
    }
    const authentication = await authenticate(token)
    switch (authentication.kind) {
      case 'authenticated':
        request.authenticated = authentication.identity
        return
      case 'token-expired':
        throw new Refusal('token-expired', 'Renew it with POST /api/auth/refresh.')
      case 'session-ended':
        throw new Refusal('session-ended', 'Sign in again.')
      case 'token-invalid':
        throw new Refusal('token-invalid', 'Sign in again.')
    }
  })
}

/** Who asks, on a route behind `requireIdentity`. */
export function identityOf(request: FastifyRequest): Identity {
  if (request.authenticated === null)
    throw new Error('a route without requireIdentity asked for the identity')
  return request.authenticated
}
