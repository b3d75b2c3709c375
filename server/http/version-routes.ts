import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { ContentFormat } from '../../shared/api/content.ts'
import { writtenSchema } from '../../shared/api/content.ts'
import { pageParamsSchema } from '../../shared/api/pages.ts'
import {
  createVersionBodySchema,
  type Version,
  type VersionDiff,
  type VersionList,
  versionContentQuerySchema,
  versionDiffQuerySchema,
  versionDiffSchema,
  versionListQuerySchema,
  versionListSchema,
  versionParamsSchema,
  versionSchema,
} from '../../shared/api/versions.ts'
import type { Identity } from '../auth/identity.ts'
import { Refusal } from '../workspace/failures.ts'
import type { PageOperations } from '../workspace/pages.ts'
import { sendContent } from './content-routes.ts'
import { readIfMatch, toEntityTag } from './entity-tag.ts'
import type { RequestLimits } from './request-limits.ts'
import { identityOf } from './require-identity.ts'
import { readPageAs } from './require-page-role.ts'
import { type Edited, sendEdited } from './send-edited.ts'

export interface VersionRoutesDeps {
  readonly pages: PageOperations
  readonly limits: Pick<RequestLimits, 'ofHistory'>
  /** Pages as they were. Access has been decided before; null is a version that the page does not have. */
  readonly versions: {
    list(pageId: string, limit: number, cursor: string | undefined): Promise<VersionList>
    create(
      pageId: string,
      userId: string,
      version: { id?: string | undefined; name: string },
    ): Promise<Version | null>
    read(
      pageId: string,
      versionId: string,
      format: ContentFormat,
    ): Promise<{ seq: number; content: unknown } | null>
    compare(pageId: string, versionId: string, against: string): Promise<VersionDiff | null>
    restore(pageId: string, author: Identity, versionId: string, expectedSeq?: number): Promise<Edited | null>
  }
}

/** What a page once said: list, read, compare, restore. */
export const versionRoutes: FastifyPluginAsyncZod<VersionRoutesDeps> = async (
  app,
  { pages, versions, limits },
) => {
  const tags = ['versions']

  app.get(
    '/:pageId/versions',
    {
      schema: {
        tags,
        summary: 'A page’s versions, newest first',
        params: pageParamsSchema,
        querystring: versionListQuerySchema,
        response: { 200: versionListSchema },
      },
    },
    async (request) => {
      const { id } = await readPageAs('viewer', pages, request)
      return versions.list(id, request.query.limit, request.query.cursor)
    },
  )

  app.post(
    '/:pageId/versions',
    {
      preHandler: limits.ofHistory,
      schema: {
        tags,
        summary: 'Keep the page as it is under a name',
        params: pageParamsSchema,
        body: createVersionBodySchema,
        response: { 201: versionSchema },
      },
    },
    async (request, reply) => {
      const { id } = await readPageAs('editor', pages, request)
      const version = await versions.create(id, identityOf(request).userId, request.body)
      if (version === null) throw new Refusal('id-taken', 'This id belongs to another page’s version.')
      return reply.code(201).send(version)
    },
  )

  app.get(
    '/:pageId/versions/:versionId/content',
    {
      preHandler: limits.ofHistory,
      schema: {
        tags,
        summary: 'What a page said in a version',
        params: versionParamsSchema,
        querystring: versionContentQuerySchema,
      },
    },
    async (request, reply) => {
      const { id } = await readPageAs('viewer', pages, request)
      const { format } = request.query
      const read = requireFound(await versions.read(id, request.params.versionId, format))
      return sendContent(reply.header('etag', toEntityTag(read.seq)), format, read.content)
    },
  )

  app.get(
    '/:pageId/versions/:versionId/diff',
    {
      preHandler: limits.ofHistory,
      schema: {
        tags,
        summary: 'A version beside another one, or beside the page as it is',
        params: versionParamsSchema,
        querystring: versionDiffQuerySchema,
        response: { 200: versionDiffSchema },
      },
    },
    async (request) => {
      const { id } = await readPageAs('viewer', pages, request)
      return requireFound(await versions.compare(id, request.params.versionId, request.query.against))
    },
  )

  app.post(
    '/:pageId/versions/:versionId/restore',
    {
      preHandler: limits.ofHistory,
      schema: {
        tags,
        summary: 'Make the page say what the version says, as one more edit',
        params: versionParamsSchema,
        response: { 200: writtenSchema },
      },
    },
    async (request, reply) => {
      const { id } = await readPageAs('editor', pages, request)
      const expectedSeq = readIfMatch(request.headers['if-match'])
      const author = identityOf(request)
      return sendEdited(
        reply,
        requireFound(await versions.restore(id, author, request.params.versionId, expectedSeq)),
      )
    },
  )
}

function requireFound<Found>(found: Found | null): Found {
  if (found === null) throw new Refusal('not-found', 'The page has no such version.')
  return found
}
