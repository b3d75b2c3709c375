import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { openShareLinkBodySchema, pageWithRoleSchema } from '../../shared/api/pages.ts'
import type { ShareLinkOperations } from '../workspace/share-links.ts'
import { limitAttempts } from './limit-attempts.ts'
import { identityOf } from './require-identity.ts'

export interface ShareLinkRoutesDeps {
  readonly shareLinks: ShareLinkOperations
  /** Attempts that one address has in a minute where a password is checked. */
  readonly attemptsPerMinute: number
}

/** Coming through a share link as oneself. As a guest: POST /api/auth/guest. */
export const shareLinkRoutes: FastifyPluginAsyncZod<ShareLinkRoutesDeps> = async (app, deps) => {
  app.post(
    '/open',
    {
      config: limitAttempts(deps.attemptsPerMinute),
      schema: {
        tags: ['pages'],
        summary: 'Open a share link as myself; it counts as long as the link holds',
        body: openShareLinkBodySchema,
        response: { 200: pageWithRoleSchema },
      },
    },
    async (request) => deps.shareLinks.open(identityOf(request), request.body),
  )
}
