import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import {
  grantListSchema,
  grantParamsSchema,
  grantSchema,
  putGrantBodySchema,
} from '../../shared/api/grants.ts'
import { pageParamsSchema } from '../../shared/api/pages.ts'
import type { GrantOperations } from '../workspace/grants.ts'
import { identityOf } from './require-identity.ts'

export interface GrantRoutesDeps {
  readonly grants: GrantOperations
}

/** What named people may do on one page and below it. */
export const grantRoutes: FastifyPluginAsyncZod<GrantRoutesDeps> = async (app, { grants }) => {
  const tags = ['grants']

  app.get(
    '/:pageId/grants',
    {
      schema: {
        tags,
        summary: 'Who is named on a page',
        params: pageParamsSchema,
        response: { 200: grantListSchema },
      },
    },
    async (request) => ({ items: await grants.list(identityOf(request), request.params.pageId) }),
  )

  app.put(
    '/:pageId/grants/:userId',
    {
      schema: {
        tags,
        summary: 'Name somebody on a page, or change their role there',
        params: grantParamsSchema,
        body: putGrantBodySchema,
        response: { 200: grantSchema },
      },
    },
    async (request) => {
      const { pageId, userId } = request.params
      return grants.put(identityOf(request), pageId, userId, request.body.role)
    },
  )

  app.delete(
    '/:pageId/grants/:userId',
    {
      schema: {
        tags,
        summary: 'Take back what somebody was named with',
        params: grantParamsSchema,
        response: { 204: z.void() },
      },
    },
    async (request, reply) => {
      await grants.remove(identityOf(request), request.params.pageId, request.params.userId)
      return reply.code(204).send()
    },
  )
}
