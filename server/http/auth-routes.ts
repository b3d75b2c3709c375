import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import {
  guestBodySchema,
  loginBodySchema,
  registerBodySchema,
  type Session,
  sessionSchema,
} from '../../shared/api/auth.ts'
import type { AccessTokens } from '../auth/access-tokens.ts'
import { toUser } from '../auth/identity.ts'
import type { AccountOperations, SignedIn } from '../workspace/accounts.ts'
import { Refusal } from '../workspace/failures.ts'
import { limitAttempts } from './limit-attempts.ts'
import type { RequestLimits } from './request-limits.ts'

/** The refresh token's cookie: sent nowhere but to these routes, and never readable by a script. */
const REFRESH_COOKIE = 'copydesk_refresh'
const COOKIE_PATH = '/api/auth'

export interface AuthRoutesDeps {
  readonly accounts: AccountOperations
  readonly tokens: AccessTokens
  readonly isOriginAllowed: (origin: string | undefined, host: string | undefined) => boolean
  /** Attempts that one address has in a minute on each of the routes that prove or make an identity. */
  readonly attemptsPerMinute: number
  /** Where people reach us, if the operator said so: behind a proxy, only this tells that they come over TLS. */
  readonly publicUrl: string | undefined
  readonly limits: Pick<RequestLimits, 'ofStranger'>
}

/** Registering, signing in, renewing and ending a session, and coming in as a guest. */
export const authRoutes: FastifyPluginAsyncZod<AuthRoutesDeps> = async (app, deps) => {
  const { accounts, tokens } = deps
  const limited = limitAttempts(deps.attemptsPerMinute)
  const tags = ['auth']
  const cookieScope = (request: FastifyRequest) =>
    ({
      path: COOKIE_PATH,
      httpOnly: true,
      sameSite: 'strict',
      secure: request.protocol === 'https' || (deps.publicUrl?.startsWith('https:') ?? false),
    }) as const

  app.addHook('onRequest', deps.limits.ofStranger)
  // The cookie is SameSite=Strict; this also stops a page on a sibling host of the same site.
  app.addHook('onRequest', async ({ headers }) => {
    if (!deps.isOriginAllowed(headers.origin, headers.host)) {
      throw new Refusal('origin-not-allowed', 'Add this origin to ALLOWED_ORIGINS if it should be.')
    }
  })

  function answer(request: FastifyRequest, reply: FastifyReply, signedIn: SignedIn): Session {
    const { identity, session, pageId } = signedIn
    reply.setCookie(REFRESH_COOKIE, session.refreshToken, {
      ...cookieScope(request),
      expires: session.expiresAt,
    })
    reply.header('cache-control', 'no-store')
    const { userId, sessionId, kind, name } = identity
    const { token, expiresAt } = tokens.sign({ userId, sessionId, kind, name })
    return { user: toUser(identity), accessToken: token, expiresAt: expiresAt.toISOString(), pageId }
  }

  app.post(
    '/register',
    {
      config: limited,
      schema: {
        tags,
        summary: 'Create an account',
        body: registerBodySchema,
        response: { 201: sessionSchema },
      },
    },
    async (request, reply) => {
      const session = answer(request, reply, await accounts.register(request.body))
      return reply.code(201).send(session)
    },
  )

  app.post(
    '/login',
    {
      config: limited,
      schema: { tags, summary: 'Sign in', body: loginBodySchema, response: { 200: sessionSchema } },
    },
    async (request, reply) => answer(request, reply, await accounts.login(request.body)),
  )

  app.post(
    '/guest',
    {
      config: limited,
      schema: {
        tags,
        summary: 'Come in through a share link',
        body: guestBodySchema,
        response: { 201: sessionSchema },
      },
    },
    async (request, reply) => {
      const session = answer(request, reply, await accounts.enterAsGuest(request.body))
      return reply.code(201).send(session)
    },
  )

  app.post(
    '/refresh',
    { schema: { tags, summary: 'Renew the session', response: { 200: sessionSchema } } },
    async (request, reply) => {
      const token = request.cookies[REFRESH_COOKIE]
      if (token === undefined) throw new Refusal('refresh-token-missing', 'Sign in first.')
      try {
        return answer(request, reply, await accounts.refresh(token))
      } catch (error) {
        if (error instanceof Refusal) reply.clearCookie(REFRESH_COOKIE, cookieScope(request))
        throw error
      }
    },
  )

  app.post(
    '/logout',
    { schema: { tags, summary: 'End the session', response: { 204: z.void() } } },
    async (request, reply) => {
      const token = request.cookies[REFRESH_COOKIE]
      if (token !== undefined) await accounts.logout(token)
      reply.clearCookie(REFRESH_COOKIE, cookieScope(request))
      return reply.code(204).send()
    },
  )
}
