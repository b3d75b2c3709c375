import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { pageParamsSchema } from '../../shared/api/pages.ts'
import {
  appendChunkBodySchema,
  failStreamBodySchema,
  startStreamBodySchema,
  streamListSchema,
  streamParamsSchema,
  streamProgressSchema,
  streamSchema,
  streamToolSchema,
} from '../../shared/api/streams.ts'
import type { StreamOperations } from '../workspace/streams.ts'
import { identityOf } from './require-identity.ts'

export interface StreamRoutesDeps {
  readonly streams: StreamOperations
}

const tags = ['streams']

/** The streams of a page. */
export const pageStreamRoutes: FastifyPluginAsyncZod<StreamRoutesDeps> = async (app, { streams }) => {
  app.get(
    '/:pageId/streams',
    {
      schema: {
        tags,
        summary: 'The streams that are being written on a page, with their text so far',
        params: pageParamsSchema,
        response: { 200: streamListSchema },
      },
    },
    async (request) => ({ items: await streams.listOpen(identityOf(request), request.params.pageId) }),
  )

  app.post(
    '/:pageId/streams',
    {
      schema: {
        tags,
        summary: 'Start a stream, as a service account; idempotent by id',
        params: pageParamsSchema,
        body: startStreamBodySchema,
        response: { 201: streamSchema },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await streams.start(identityOf(request), request.params.pageId, request.body)),
  )
}

/** One stream: reading it, writing it, ending it. */
export const streamRoutes: FastifyPluginAsyncZod<StreamRoutesDeps> = async (app, { streams }) => {
  const params = streamParamsSchema
  const response = { 200: streamProgressSchema }

  app.get(
    '/:streamId',
    {
      schema: {
        tags,
        summary: 'A stream with its text so far; an ended one for a day',
        params,
        response: { 200: streamSchema },
      },
    },
    async (request) => streams.read(identityOf(request), request.params.streamId),
  )

  app.post(
    '/:streamId/chunks',
    {
      schema: {
        tags,
        summary: 'Add the next piece of text; idempotent by index, answered once it is on disk',
        params,
        body: appendChunkBodySchema,
        response,
      },
    },
    async (request) =>
      streams.step(identityOf(request), request.params.streamId, { kind: 'chunk', ...request.body }),
  )

  app.post(
    '/:streamId/tools',
    {
      schema: {
        tags,
        summary: 'Say how a tool stands: started, progressed, completed',
        params,
        body: streamToolSchema,
        response,
      },
    },
    async (request) =>
      streams.step(identityOf(request), request.params.streamId, { kind: 'tool', tool: request.body }),
  )

  app.post(
    '/:streamId/complete',
    { schema: { tags, summary: 'Complete a stream: it becomes a message', params, response } },
    async (request) => streams.step(identityOf(request), request.params.streamId, { kind: 'complete' }),
  )

  app.post(
    '/:streamId/fail',
    {
      schema: { tags, summary: 'End a stream that went wrong', params, body: failStreamBodySchema, response },
    },
    async (request) =>
      streams.step(identityOf(request), request.params.streamId, {
        kind: 'fail',
        message: request.body.message,
      }),
  )

  app.post(
    '/:streamId/cancel',
    { schema: { tags, summary: 'Stop somebody’s stream, as an editor of its page', params, response } },
    async (request) => streams.cancel(identityOf(request), request.params.streamId),
  )
}
