import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { deletePageQuerySchema } from '../../shared/api/page-tree.ts'
import {
  changedPageSchema,
  createdShareLinkSchema,
  createShareLinkBodySchema,
  pageParamsSchema,
  pageWithRoleSchema,
  patchPageBodySchema,
  shareLinkListSchema,
  shareLinkParamsSchema,
} from '../../shared/api/pages.ts'
import type { GrantOperations } from '../workspace/grants.ts'
import type { ChangedPage, PageOperations } from '../workspace/pages.ts'
import type { ShareLinkOperations } from '../workspace/share-links.ts'
import type { TrashOperations } from '../workspace/trash.ts'
import { identityOf } from './require-identity.ts'

export interface PageRoutesDeps {
  readonly pages: PageOperations
  readonly grants: GrantOperations
  readonly trash: TrashOperations
  readonly shareLinks: ShareLinkOperations
}

/** One page: its title and its share links. */
export const pageRoutes: FastifyPluginAsyncZod<PageRoutesDeps> = async (
  app,
  { pages, grants, trash, shareLinks },
) => {
  const tags = ['pages']

  app.get(
    '/:pageId',
    {
      schema: { tags, summary: 'One page', params: pageParamsSchema, response: { 200: pageWithRoleSchema } },
    },
    async (request) => pages.read(identityOf(request), request.params.pageId),
  )

  app.patch(
    '/:pageId',
    {
      schema: {
        tags,
        summary: 'Change a page’s title or icon; as an admin, restrict it or open it up',
        params: pageParamsSchema,
        body: patchPageBodySchema,
        response: { 200: changedPageSchema },
      },
    },
    async (request) => {
      const identity = identityOf(request)
      const { pageId } = request.params
      const { restricted, ...change } = request.body
      // The change that asks for more goes first: who may make it may make both.
      const page = restricted === undefined ? null : await grants.setRestricted(identity, pageId, restricted)
      if (change.title !== undefined || change.icon !== undefined)
        return toChangedPage(await pages.update(identity, pageId, change))
      return page ?? pages.read(identity, pageId)
    },
  )

  app.delete(
    '/:pageId',
    {
      schema: {
        tags,
        summary: 'Put a page in the trash; with `permanent`, remove one that is in the trash for good',
        params: pageParamsSchema,
        querystring: deletePageQuerySchema,
        response: { 204: z.void() },
      },
    },
    async (request, reply) => {
      const { pageId } = request.params
      if (request.query.permanent === 'true') await trash.erase(identityOf(request), pageId)
      else await pages.remove(identityOf(request), pageId)
      return reply.code(204).send()
    },
  )

  app.get(
    '/:pageId/share-links',
    {
      schema: {
        tags,
        summary: 'A page’s share links',
        params: pageParamsSchema,
        response: { 200: shareLinkListSchema },
      },
    },
    async (request) => ({ items: await shareLinks.list(identityOf(request), request.params.pageId) }),
  )

  app.post(
    '/:pageId/share-links',
    {
      schema: {
        tags,
        summary: 'Create a share link; the only answer that shows its token',
        params: pageParamsSchema,
        body: createShareLinkBodySchema,
        response: { 201: createdShareLinkSchema },
      },
    },
    async (request, reply) => {
      const link = await shareLinks.create(identityOf(request), request.params.pageId, request.body)
      return reply.code(201).header('cache-control', 'no-store').send(link)
    },
  )

  app.delete(
    '/:pageId/share-links/:linkId',
    {
      schema: {
        tags,
        summary: 'Revoke a share link and put out who came through it',
        params: shareLinkParamsSchema,
        response: { 204: z.void() },
      },
    },
    async (request, reply) => {
      await shareLinks.revoke(identityOf(request), request.params.pageId, request.params.linkId)
      return reply.code(204).send()
    },
  )
}

/** A change over REST: the page itself, and what it has replaced unknowingly. */
export function toChangedPage({ page, conflict }: ChangedPage) {
  return conflict === undefined ? page : { ...page, conflict }
}
