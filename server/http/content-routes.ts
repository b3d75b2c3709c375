import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { z } from 'zod'
import {
  type Authors,
  authorsQuerySchema,
  authorsSchema,
  type ContentFormat,
  contentQuerySchema,
  insertQuerySchema,
  MAX_CONTENT_BYTES,
  MAX_MARKUP_BYTES,
  replaceQuerySchema,
  writtenSchema,
} from '../../shared/api/content.ts'
import { pageParamsSchema } from '../../shared/api/pages.ts'
import type { Identity } from '../auth/identity.ts'
import { Refusal } from '../workspace/failures.ts'
import type { PageOperations } from '../workspace/pages.ts'
import { namesEntity, readIfMatch, toEntityTag } from './entity-tag.ts'
import type { RequestLimits } from './request-limits.ts'
import { identityOf } from './require-identity.ts'
import { readPageAs } from './require-page-role.ts'
import { type Edited, sendEdited } from './send-edited.ts'

export interface ContentRoutesDeps {
  readonly pages: PageOperations
  readonly limits: Pick<RequestLimits, 'ofHistory'>
  /** Pages in other formats. Access has been decided before. */
  readonly content: {
    read(pageId: string, format: ContentFormat): Promise<{ seq: number; content: unknown }>
    readAt(
      pageId: string,
      format: ContentFormat,
      moment: number | Date,
    ): Promise<{ seq: number; content: unknown } | null>
    write(pageId: string, author: Identity, content: NewContent): Promise<Edited>
  }
  /** Who wrote which part. Access has been decided before. */
  readonly readAuthors: (pageId: string, seq?: number) => Promise<Authors | null>
}

interface NewContent {
  readonly format: WritableFormat
  readonly body: unknown
  readonly place?: z.infer<typeof insertQuerySchema>
  readonly expectedSeq: number | undefined
}

type WritableFormat = Exclude<ContentFormat, 'text'>

/** What each format is called on the wire. */
const MEDIA_TYPES: Record<ContentFormat, string> = {
  json: 'application/json; charset=utf-8',
  html: 'text/html; charset=utf-8',
  markdown: 'text/markdown; charset=utf-8',
  text: 'text/plain; charset=utf-8',
}

/** What a page says, in four formats. */
export const contentRoutes: FastifyPluginAsyncZod<ContentRoutesDeps> = async (
  app,
  { pages, content, readAuthors, limits },
) => {
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
      const { format, at } = request.query
      if (at !== undefined) await limits.ofHistory(request)
      const read = at === undefined ? await content.read(id, format) : await content.readAt(id, format, at)
      if (read === null) throw new Refusal('not-found', 'The page has not come that far.')
      reply.header('etag', toEntityTag(read.seq))
      if (namesEntity(request.headers['if-none-match'], read.seq)) return sendUnchanged(reply)
      return sendContent(reply, format, read.content)
    },
  )

  app.get(
    '/:pageId/authors',
    {
      preHandler: limits.ofHistory,
      schema: {
        tags,
        summary: 'Who wrote which part of a page, and when; with `at`, of the page as it was at that seq',
        params: pageParamsSchema,
        querystring: authorsQuerySchema,
        response: { 200: authorsSchema },
      },
    },
    async (request) => {
      const { id } = await readPageAs('viewer', pages, request)
      const authors = await readAuthors(id, request.query.at)
      if (authors === null) throw new Refusal('not-found', 'The page has not come that far.')
      return authors
    },
  )

  for (const type of ['text/html', 'text/markdown'])
    app.addContentTypeParser(type, { parseAs: 'string' }, (_request, body, done) => {
      if (Buffer.byteLength(body) <= MAX_MARKUP_BYTES) done(null, body)
      else done(new Refusal('payload-too-large', 'HTML and Markdown may be 1 MiB; JSON may be 5.'))
    })

  app.put(
    '/:pageId/content',
    {
      bodyLimit: MAX_CONTENT_BYTES,
      schema: {
        tags,
        summary: 'Replace what a page says, by the smallest edit; as JSON, HTML or Markdown',
        params: pageParamsSchema,
        querystring: replaceQuerySchema,
        response: { 200: writtenSchema },
      },
    },
    async (request, reply) => {
      const { id } = await readPageAs('editor', pages, request)
      const sent = { ...readContent(request), ...request.query }
      if (sent.unknown === 'text' && sent.format !== 'markdown')
        throw new Refusal(
          'invalid-request',
          'Only of Markdown can stay as text what pages have no place for.',
        )
      const written = await content.write(id, identityOf(request), sent)
      return sendEdited(reply, written)
    },
  )

  app.patch(
    '/:pageId/content',
    {
      bodyLimit: MAX_CONTENT_BYTES,
      schema: {
        tags,
        summary: 'Add to what a page says: at its start, at its end or behind a heading',
        params: pageParamsSchema,
        querystring: insertQuerySchema,
        response: { 200: writtenSchema },
      },
    },
    async (request, reply) => {
      const { id } = await readPageAs('editor', pages, request)
      const added = { ...readContent(request), place: request.query }
      return sendEdited(reply, await content.write(id, identityOf(request), added))
    },
  )
}

/** @throws Refusal `invalid-request` for a useless If-Match, `unsupported-media-type` without a body */
function readContent(request: FastifyRequest): NewContent {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  const format = (['json', 'html', 'markdown'] as const).find((name) =>
    MEDIA_TYPES[name].startsWith(`${type};`),
  )
  if (format === undefined)
    throw new Refusal('unsupported-media-type', 'Send application/json, text/html or text/markdown.')
  return { format, body: request.body, expectedSeq: readIfMatch(request.headers['if-match']) }
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
