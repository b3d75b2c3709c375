import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { breadcrumbsSchema, duplicatePageBodySchema, movePageBodySchema } from '../../shared/api/page-tree.ts'
import {
  changedPageSchema,
  pageListSchema,
  pageParamsSchema,
  pageWithRoleSchema,
} from '../../shared/api/pages.ts'
import type { DuplicatePage } from '../workspace/duplicate-page.ts'
import type { MovePage } from '../workspace/move-page.ts'
import type { PageLists } from '../workspace/page-lists.ts'
import type { TrashOperations } from '../workspace/trash.ts'
import { toChangedPage } from './page-routes.ts'
import { identityOf } from './require-identity.ts'
import { sendList } from './send-list.ts'

export interface TreeRoutesDeps {
  readonly movePage: MovePage
  readonly duplicatePage: DuplicatePage
  readonly trash: TrashOperations
  readonly pageLists: PageLists
}

/** A page's place in the tree, and what lies above and below it. */
export const treeRoutes: FastifyPluginAsyncZod<TreeRoutesDeps> = async (
  app,
  { movePage, duplicatePage, trash, pageLists },
) => {
  const tags = ['pages']

  app.post(
    '/:pageId/move',
    {
      schema: {
        tags,
        summary: 'Put a page, with everything below it, somewhere else',
        params: pageParamsSchema,
        body: movePageBodySchema,
        response: { 200: changedPageSchema },
      },
    },
    async (request) =>
      toChangedPage(await movePage(identityOf(request), request.params.pageId, request.body)),
  )

  app.post(
    '/:pageId/duplicate',
    {
      schema: {
        tags,
        summary: 'Copy a page, with everything below it, to right behind it',
        params: pageParamsSchema,
        body: duplicatePageBodySchema,
        response: { 201: pageWithRoleSchema },
      },
    },
    async (request, reply) => {
      const { page } = await duplicatePage(identityOf(request), request.params.pageId, request.body)
      return reply.code(201).send(page)
    },
  )

  app.post(
    '/:pageId/restore',
    {
      schema: {
        tags,
        summary: 'Take a page out of the trash, with what went there with it',
        params: pageParamsSchema,
        response: { 200: pageWithRoleSchema },
      },
    },
    async (request) => (await trash.restore(identityOf(request), request.params.pageId)).page,
  )

  app.get(
    '/:pageId/breadcrumbs',
    {
      schema: {
        tags,
        summary: 'The pages above a page, the outermost first, and the page itself',
        params: pageParamsSchema,
        response: { 200: breadcrumbsSchema },
      },
    },
    async (request) => pageLists.listBreadcrumbs(identityOf(request), request.params.pageId),
  )

  app.get(
    '/:pageId/tree',
    {
      schema: {
        tags,
        summary: 'A page and everything below it: for guests, all that there is',
        params: pageParamsSchema,
        response: { 200: pageListSchema },
      },
    },
    async (request, reply) => {
      const identity = identityOf(request)
      const listed = { of: 'page', pageId: request.params.pageId } as const
      const readRevision = () => pageLists.readRevision(identity, listed)
      return sendList(request, reply, readRevision, () => pageLists.list(identity, listed))
    },
  )
}
