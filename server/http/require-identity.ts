import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Authenticate } from '../auth/authenticate.ts'
import type { Identity } from '../auth/identity.ts'
import { isNarrowedToPlaces } from '../auth/narrowing.ts'
import { requireWholePerson } from '../workspace/authorize.ts'
import { Refusal } from '../workspace/failures.ts'
import type { RequestLimits } from './request-limits.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; set by `requireIdentity` on every route that is not public. */
    authenticated: Identity | null
  }
}

/**
 * Makes every route of `app` demand a valid access token in `Authorization: Bearer …`, and counts each request:
 * against its user's limit, or as a stranger's.
 */
export function requireIdentity(
  app: FastifyInstance,
  authenticate: Authenticate,
  limits: Pick<RequestLimits, 'ofUser' | 'ofStranger'>,
): void {
  app.decorateRequest('authenticated', null)
  app.addHook('onRequest', async (request) => {
    const identity = await identify(request, authenticate).catch(async (error: unknown) => {
      if (error instanceof Refusal) await limits.ofStranger(request)
      throw error
    })
    request.authenticated = identity
    await limits.ofUser(request)
    requireReach(request, identity)
  })
}

/** @throws Refusal that says what is wrong with the token */
async function identify({ headers }: FastifyRequest, authenticate: Authenticate): Promise<Identity> {
  const [scheme, token] = (headers.authorization ?? '').split(' ')
  if (scheme?.toLowerCase() !== 'bearer' || token === undefined || token === '') {
    throw new Refusal('unauthenticated', 'Send an access token as "Authorization: Bearer …".')
  }
  const authentication = await authenticate(token)
  switch (authentication.kind) {
    case 'authenticated':
      return authentication.identity
    case 'token-expired':
      throw new Refusal('token-expired', 'Renew it with POST /api/auth/refresh.')
    case 'session-ended':
      throw new Refusal('session-ended', 'Sign in again.')
    case 'identity-unavailable':
      throw new Refusal(
        'identity-unavailable',
        'The keys of the application that issued it cannot be fetched. Try again in a few seconds.',
      )
    case 'token-invalid':
      throw new Refusal('token-invalid', 'Sign in again.')
  }
}

/** Routes that name no page or drive, and answer a narrowed token with no more than it may see. */
const NARROWED_ROUTES = ['/api/me', '/api/me/shared-pages', '/api/drives']

/**
 * Keeps a narrowed token away from the account as a whole. Whether it may touch the page or drive that a
 * route names is decided where it is for everybody; all other routes are closed to it unless they are listed.
 * @throws Refusal `forbidden`
 */
function requireReach({ method, routeOptions }: FastifyRequest, identity: Identity): void {
  const { narrowing } = identity
  if (narrowing === undefined || /:(pageId|driveId)\b/.test(routeOptions.url ?? '')) return
  const isReading = method === 'GET' || method === 'HEAD'
  if (isReading && (!isNarrowedToPlaces(narrowing) || NARROWED_ROUTES.includes(routeOptions.url ?? '')))
    return
  requireWholePerson(identity)
}

/** Who asks, on a route behind `requireIdentity`. */
export function identityOf(request: FastifyRequest): Identity {
  if (request.authenticated === null)
    throw new Error('a route without requireIdentity asked for the identity')
  return request.authenticated
}
