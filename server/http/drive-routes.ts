import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import {
  createDriveBodySchema,
  driveListSchema,
  driveParamsSchema,
  driveSchema,
} from '../../shared/api/drives.ts'
import { createPageBodySchema, pageListSchema, pageWithRoleSchema } from '../../shared/api/pages.ts'
import type { DriveOperations } from '../workspace/drives.ts'
import type { PageOperations } from '../workspace/pages.ts'
import { identityOf } from './require-identity.ts'

/** Drives and the pages in them. */
export const driveRoutes: FastifyPluginAsyncZod<{ drives: DriveOperations; pages: PageOperations }> = async (
  app,
  { drives, pages },
) => {
  const tags = ['drives']

  app.get(
    '',
    { schema: { tags, summary: 'My drives', response: { 200: driveListSchema } } },
    async (request) => ({
      items: await drives.list(identityOf(request)),
    }),
  )

  app.post(
    '',
    {
      schema: {
        tags,
        summary: 'Create a drive',
        body: createDriveBodySchema,
        response: { 201: driveSchema },
      },
    },
    async (request, reply) => reply.code(201).send(await drives.create(identityOf(request), request.body)),
  )

  app.get(
    '/:driveId',
    { schema: { tags, summary: 'One drive', params: driveParamsSchema, response: { 200: driveSchema } } },
    async (request) => drives.read(identityOf(request), request.params.driveId),
  )

  app.delete(
    '/:driveId',
    {
      schema: {
        tags,
        summary: 'Delete a drive that I own, for everybody',
        params: driveParamsSchema,
        response: { 204: z.void() },
      },
    },
    async (request, reply) => {
      await drives.remove(identityOf(request), request.params.driveId)
      return reply.code(204).send()
    },
  )

  app.get(
    '/:driveId/pages',
    {
      schema: {
        tags,
        summary: 'The pages of a drive',
        params: driveParamsSchema,
        response: { 200: pageListSchema },
      },
    },
    async (request) => pages.list(identityOf(request), request.params.driveId),
  )

  app.post(
    '/:driveId/pages',
    {
      schema: {
        tags,
        summary: 'Create a page',
        params: driveParamsSchema,
        body: createPageBodySchema,
        response: { 201: pageWithRoleSchema },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await pages.create(identityOf(request), request.params.driveId, request.body)),
  )
}
