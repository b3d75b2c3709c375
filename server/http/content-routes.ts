import type { FastifyReply } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { type ContentFormat, contentQuerySchema } from '../../shared/api/content.ts'
import { pageParamsSchema } from '../../shared/api/pages.ts'
import type { PageOperations } from '../workspace/pages.ts'
import { namesEntity, toEntityTag } from './entity-tag.ts'
import { identityOf } from './require-identity.ts'

export interface ContentRoutesDeps {
  readonly pages: PageOperations
  /** Pages in other formats. Access has been decided before. */
  readonly content: {
    read(pageId: string, format: ContentFormat): Promise<{ seq: number; content: unknown }>
  }
}

/** What each format is called on the wire. */
const MEDIA_TYPES: Record<ContentFormat, string> = {
  json: 'application/json; charset=utf-8',
  html: 'text/html; charset=utf-8',
  markdown: 'text/markdown; charset=utf-8',
  text: 'text/plain; charset=utf-8',
}

/** What a page says, in four formats. */
export const contentRoutes: FastifyPluginAsyncZod<ContentRoutesDeps> = async (app, { pages, content }) => {
  const tags = ['content']

  app.get(
    '/:pageId/content',
    {
      schema: {
        tags,
        summary: 'What a page says; the ETag is its seq',
        params: pageParamsSchema,
        querystring: contentQuerySchema,
      },
    },
    async (request, reply) => {
      const { id } = await pages.read(identityOf(request), request.params.pageId)
      const { format } = request.query
      const read = await content.read(id, format)
      reply.header('etag', toEntityTag(read.seq))
      if (namesEntity(request.headers['if-none-match'], read.seq)) return sendUnchanged(reply)
      return sendContent(reply, format, read.content)
    },
  )
}

/** Sends a text in its format; kept by nobody on the way, since the next reader may have no access. */
export function sendContent(reply: FastifyReply, format: ContentFormat, content: unknown): FastifyReply {
  return reply
    .header('cache-control', 'private, no-cache')
    .type(MEDIA_TYPES[format])
    .send(format === 'json' ? JSON.stringify(content) : content)
}

function sendUnchanged(reply: FastifyReply): FastifyReply {
  return reply.code(304).header('cache-control', 'private, no-cache').send()
}
