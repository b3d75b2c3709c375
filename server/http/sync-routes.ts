import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { pageParamsSchema } from '../../shared/api/pages.ts'
import {
  decodeSyncRequest,
  encodeSyncAnswer,
  MAX_SYNC_BYTES,
  type SyncAnswer,
  type SyncRequest,
} from '../../shared/api/sync.ts'
import { isSchemaOutdated, SCHEMA_PARAMETER } from '../../shared/document/version.ts'
import { isAtLeast } from '../../shared/roles.ts'
import type { Identity } from '../auth/identity.ts'
import { Refusal } from '../workspace/failures.ts'
import type { PageOperations } from '../workspace/pages.ts'
import { identityOf } from './require-identity.ts'
import { readPageAs } from './require-page-role.ts'

export interface SyncRoutesDeps {
  readonly pages: PageOperations
  /** Commits updates and answers what is missing. Access has been decided before. */
  readonly sync: (
    pageId: string,
    identity: Identity,
    request: SyncRequest,
  ) => Promise<Omit<SyncAnswer, 'canWrite'>>
}

const BINARY = 'application/octet-stream'

/** What the document WebSocket does, for those who cannot open one; the bytes are in shared/api/sync.ts. */
export const syncRoutes: FastifyPluginAsyncZod<SyncRoutesDeps> = async (app, { pages, sync }) => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(BINARY, { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

  app.post(
    '/:pageId/sync',
    {
      bodyLimit: MAX_SYNC_BYTES,
      schema: {
        tags: ['content'],
        summary: 'Send my updates, receive what I miss (binary; see shared/api/sync.ts)',
        consumes: [BINARY],
        produces: [BINARY],
        params: pageParamsSchema,
        querystring: z.object({
          [SCHEMA_PARAMETER]: z
            .string()
            .optional()
            .describe('The version of the document schema that this client knows; without one, the newest'),
        }),
      },
    },
    async (request, reply) => {
      const viewed = await readPageAs('viewer', pages, request)
      const sent = readRequest(request.body)
      const isOutdated = isSchemaOutdated(request.query[SCHEMA_PARAMETER])
      if (isOutdated && sent.updates.length > 0)
        throw new Refusal('editor-outdated', 'This editor is too old to write this page. Reload it.')
      if (sent.updates.length > 0) await readPageAs('editor', pages, request)
      const answer = await sync(viewed.id, identityOf(request), sent)
      const mayWrite = isAtLeast(viewed.role, 'editor')
      const canWrite = mayWrite && !isOutdated
      return reply
        .header('cache-control', 'no-store')
        .type(BINARY)
        .send(Buffer.from(encodeSyncAnswer({ ...answer, canWrite, isOutdated: mayWrite && isOutdated })))
    },
  )
}

function readRequest(body: unknown): SyncRequest {
  if (!(body instanceof Uint8Array)) throw new Refusal('unsupported-media-type', `Send ${BINARY}.`)
  try {
    return decodeSyncRequest(body)
  } catch (cause) {
    throw new Refusal('malformed-update', `This is not a sync request: ${(cause as Error).message}.`)
  }
}
