import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { searchQuerySchema, searchResultSchema } from '../../shared/api/search.ts'
import type { Search } from '../workspace/search.ts'
import type { RequestLimits } from './request-limits.ts'
import { identityOf } from './require-identity.ts'

export interface SearchRoutesDeps {
  readonly search: Search
  readonly limits: Pick<RequestLimits, 'ofSearch'>
}

/** Finding things: `/api/search`. */
export const searchRoutes: FastifyPluginAsyncZod<SearchRoutesDeps> = async (app, { search, limits }) => {
  app.get(
    '/search',
    {
      preHandler: limits.ofSearch,
      schema: {
        tags: ['search'],
        summary: 'Find titles, text and messages among what I may see',
        querystring: searchQuerySchema,
        response: { 200: searchResultSchema },
      },
    },
    async (request) => search(identityOf(request), request.query),
  )
}
