import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import {
  changePasswordBodySchema,
  deleteAccountBodySchema,
  ownSessionListSchema,
  sessionParamsSchema,
  updateMeBodySchema,
  userSchema,
} from '../../shared/api/auth.ts'
import { sharedPageListSchema } from '../../shared/api/grants.ts'
import { toUser } from '../auth/identity.ts'
import type { GrantOperations } from '../workspace/grants.ts'
import type { OwnAccountOperations } from '../workspace/own-account.ts'
import { limitAttempts } from './limit-attempts.ts'
import { identityOf } from './require-identity.ts'

export interface MeRoutesDeps {
  readonly grants: GrantOperations
  readonly ownAccount: OwnAccountOperations
  /** Attempts that one address has in a minute where a password is checked. */
  readonly attemptsPerMinute: number
}

/** Who I am, where I am signed in, and what was shared with me. */
export const meRoutes: FastifyPluginAsyncZod<MeRoutesDeps> = async (app, deps) => {
  const { grants, ownAccount } = deps
  const tags = ['me']

  app.get('', { schema: { tags, summary: 'Who I am', response: { 200: userSchema } } }, async (request) =>
    toUser(identityOf(request)),
  )

  app.patch(
    '',
    {
      schema: {
        tags,
        summary: 'Change my name',
        body: updateMeBodySchema,
        response: { 200: userSchema },
      },
    },
    async (request) => toUser(await ownAccount.rename(identityOf(request), request.body.name)),
  )

  app.put(
    '/password',
    {
      config: limitAttempts(deps.attemptsPerMinute),
      schema: {
        tags,
        summary: 'Change my password; all other devices are signed out',
        body: changePasswordBodySchema,
        response: { 204: z.void() },
      },
    },
    async (request, reply) => {
      const { currentPassword, newPassword } = request.body
      await ownAccount.changePassword(identityOf(request), currentPassword, newPassword)
      return reply.code(204).send()
    },
  )

  app.delete(
    '',
    {
      config: limitAttempts(deps.attemptsPerMinute),
      schema: {
        tags,
        summary: 'Delete my account; what I wrote stays, without my name',
        body: deleteAccountBodySchema,
        response: { 204: z.void() },
      },
    },
    async (request, reply) => {
      await ownAccount.remove(identityOf(request), request.body.password)
      return reply.code(204).send()
    },
  )

  app.get(
    '/sessions',
    { schema: { tags, summary: 'Where I am signed in', response: { 200: ownSessionListSchema } } },
    async (request) => ({ items: await ownAccount.listSessions(identityOf(request)) }),
  )

  app.delete(
    '/sessions',
    { schema: { tags, summary: 'Sign out everywhere, here as well', response: { 204: z.void() } } },
    async (request, reply) => {
      await ownAccount.endAllSessions(identityOf(request))
      return reply.code(204).send()
    },
  )

  app.delete(
    '/sessions/:sessionId',
    {
      schema: {
        tags,
        summary: 'Sign out one device',
        params: sessionParamsSchema,
        response: { 204: z.void() },
      },
    },
    async (request, reply) => {
      await ownAccount.endSession(identityOf(request), request.params.sessionId)
      return reply.code(204).send()
    },
  )

  app.get(
    '/shared-pages',
    {
      schema: {
        tags,
        summary: 'Pages that were shared with me, in drives that I do not belong to',
        response: { 200: sharedPageListSchema },
      },
    },
    async (request) => ({ items: await grants.listShared(identityOf(request)) }),
  )
}
