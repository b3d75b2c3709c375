import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import {
  createDriveBodySchema,
  driveListSchema,
  driveParamsSchema,
  driveSchema,
} from '../../shared/api/drives.ts'
import {
  childPageListSchema,
  pageListQuerySchema,
  trashListQuerySchema,
  trashListSchema,
} from '../../shared/api/page-tree.ts'
import { createPageBodySchema, pageListSchema, pageWithRoleSchema } from '../../shared/api/pages.ts'
import type { DriveOperations } from '../workspace/drives.ts'
import type { PageLists } from '../workspace/page-lists.ts'
import type { PageOperations } from '../workspace/pages.ts'
import type { TrashOperations } from '../workspace/trash.ts'
import { identityOf } from './require-identity.ts'
import { sendList } from './send-list.ts'

export interface DriveRoutesDeps {
  readonly drives: DriveOperations
  readonly pages: PageOperations
  readonly pageLists: PageLists
  readonly trash: TrashOperations
}

/** Drives, the pages in them, and their trash. */
export const driveRoutes: FastifyPluginAsyncZod<DriveRoutesDeps> = async (
  app,
  { drives, pages, pageLists, trash },
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
        summary: 'The pages of a drive: all of them, or those below one parent',
        params: driveParamsSchema,
        querystring: pageListQuerySchema,
        response: { 200: z.union([childPageListSchema, pageListSchema]) },
      },
    },
    async (request, reply) => {
      const identity = identityOf(request)
      const { driveId } = request.params
      const { parentId, ...page } = request.query
      if (parentId === undefined) {
        const listed = { of: 'drive', driveId } as const
        const readRevision = () => pageLists.readRevision(identity, listed)
        return sendList(request, reply, readRevision, () => pageLists.list(identity, listed))
      }
      const listed = { of: 'parent', driveId, parentId: parentId === 'root' ? null : parentId } as const
      const readRevision = () => pageLists.readRevision(identity, listed)
      return sendList(request, reply, readRevision, () => pageLists.listChildren(identity, listed, page))
    },
  )

  app.get(
    '/:driveId/trash',
    {
      schema: {
        tags,
        summary: 'What was deleted in a drive and can come back, the latest first',
        params: driveParamsSchema,
        querystring: trashListQuerySchema,
        response: { 200: trashListSchema },
      },
    },
    async (request, reply) => {
      const identity = identityOf(request)
      const { driveId } = request.params
      return sendList(
        request,
        reply,
        () => trash.readRevision(identity, driveId),
        () => trash.list(identity, driveId, request.query),
      )
    },
  )

  app.delete(
    '/:driveId/trash',
    {
      schema: {
        tags,
        summary: 'Remove everything in a drive’s trash for good',
        params: driveParamsSchema,
        response: { 204: z.void() },
      },
    },
    async (request, reply) => {
      await trash.empty(identityOf(request), request.params.driveId)
      return reply.code(204).send()
    },
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
    async (request, reply) => {
      const { page } = await pages.create(identityOf(request), request.params.driveId, request.body)
      return reply.code(201).send(page)
    },
  )
}
