import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import {
  favouriteListSchema,
  putFavouriteBodySchema,
  recentPageListSchema,
} from '../../shared/api/page-tree.ts'
import { pageParamsSchema } from '../../shared/api/pages.ts'
import type { FavouriteOperations } from '../workspace/favourites.ts'
import type { PageOperations } from '../workspace/pages.ts'
import type { RecentPages } from '../workspace/recent-pages.ts'
import { identityOf } from './require-identity.ts'
import { readPageAs } from './require-page-role.ts'

export interface ShortcutRoutesDeps {
  readonly favourites: FavouriteOperations
  readonly recentPages: RecentPages
  readonly pages: PageOperations
}

/** The pages that somebody keeps at hand, and those that they opened last. */
export const shortcutRoutes: FastifyPluginAsyncZod<ShortcutRoutesDeps> = async (
  app,
  { favourites, recentPages, pages },
) => {
  const tags = ['pages']

  app.get(
    '/favourites',
    { schema: { tags, summary: 'My favourites, in my order', response: { 200: favouriteListSchema } } },
    async (request) => ({ items: await favourites.list(identityOf(request)) }),
  )

  app.put(
    '/favourites/:pageId',
    {
      schema: {
        tags,
        summary: 'Make a page a favourite, or move it among them',
        params: pageParamsSchema,
        body: putFavouriteBodySchema,
        response: { 204: z.void() },
      },
    },
    async (request, reply) => {
      await favourites.put(identityOf(request), request.params.pageId, request.body.afterId)
      return reply.code(204).send()
    },
  )

  app.delete(
    '/favourites/:pageId',
    {
      schema: {
        tags,
        summary: 'Take a page from my favourites',
        params: pageParamsSchema,
        response: { 204: z.void() },
      },
    },
    async (request, reply) => {
      await favourites.remove(identityOf(request), request.params.pageId)
      return reply.code(204).send()
    },
  )

  app.get(
    '/recent',
    {
      schema: { tags, summary: 'The pages I opened last', response: { 200: recentPageListSchema } },
    },
    async (request) => ({ items: await recentPages.list(identityOf(request)) }),
  )

  app.put(
    '/recent/:pageId',
    {
      schema: {
        tags,
        summary: 'Note that I opened a page; joining its room does so by itself',
        params: pageParamsSchema,
        response: { 204: z.void() },
      },
    },
    async (request, reply) => {
      const page = await readPageAs('viewer', pages, request)
      recentPages.opened(identityOf(request).userId, page.id)
      return reply.code(204).send()
    },
  )
}
