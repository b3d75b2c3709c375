import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import {
  addCommentBodySchema,
  commentParamsSchema,
  commentSchema,
  createThreadBodySchema,
  editCommentBodySchema,
  resolveThreadBodySchema,
  threadListQuerySchema,
  threadListSchema,
  threadParamsSchema,
  threadSchema,
} from '../../shared/api/comments.ts'
import { pageParamsSchema } from '../../shared/api/pages.ts'
import type { CommentOperations } from '../workspace/comments.ts'
import { identityOf } from './require-identity.ts'
import { sendList } from './send-list.ts'

export interface CommentRoutesDeps {
  readonly comments: CommentOperations
}

const tags = ['comments']

/** Comments on pieces of a page's text: `/api/pages/:pageId/threads`. */
export const commentRoutes: FastifyPluginAsyncZod<CommentRoutesDeps> = async (app, { comments }) => {
  app.get(
    '/:pageId/threads',
    {
      schema: {
        tags,
        summary: 'The threads of comments on a page’s text, in the order in which they were begun',
        params: pageParamsSchema,
        querystring: threadListQuerySchema,
        response: { 200: threadListSchema, 304: z.void() },
      },
    },
    async (request, reply) => {
      const identity = identityOf(request)
      const pageId = request.params.pageId.toLowerCase()
      return sendList(
        request,
        reply,
        () => comments.readRevision(identity, pageId),
        () => comments.list(identity, pageId, request.query),
      )
    },
  )

  app.post(
    '/:pageId/threads',
    {
      schema: {
        tags,
        summary: 'Comment on a piece of a page’s text; idempotent by id',
        params: pageParamsSchema,
        body: createThreadBodySchema,
        response: { 201: threadSchema },
      },
    },
    async (request, reply) => {
      const pageId = request.params.pageId.toLowerCase()
      return reply.code(201).send(await comments.createThread(identityOf(request), pageId, request.body))
    },
  )

  app.patch(
    '/:pageId/threads/:threadId',
    {
      schema: {
        tags,
        summary: 'Say that a thread is settled, or that it is not',
        params: threadParamsSchema,
        body: resolveThreadBodySchema,
        response: { 200: threadSchema },
      },
    },
    async (request) => {
      const { pageId, threadId } = request.params
      return comments.resolve(identityOf(request), pageId.toLowerCase(), threadId, request.body.resolved)
    },
  )

  app.delete(
    '/:pageId/threads/:threadId',
    {
      schema: {
        tags,
        summary: 'Delete a thread that I began, or as an admin any, with all that is said in it',
        params: threadParamsSchema,
        response: { 204: z.void() },
      },
    },
    async (request, reply) => {
      const { pageId, threadId } = request.params
      await comments.removeThread(identityOf(request), pageId.toLowerCase(), threadId)
      return reply.code(204).send()
    },
  )

  app.post(
    '/:pageId/threads/:threadId/comments',
    {
      schema: {
        tags,
        summary: 'Reply in a thread; idempotent by id',
        params: threadParamsSchema,
        body: addCommentBodySchema,
        response: { 201: commentSchema },
      },
    },
    async (request, reply) => {
      const { pageId, threadId } = request.params
      const comment = await comments.reply(identityOf(request), pageId.toLowerCase(), threadId, request.body)
      return reply.code(201).send(comment)
    },
  )

  app.patch(
    '/:pageId/threads/:threadId/comments/:commentId',
    {
      schema: {
        tags,
        summary: 'Change what my comment says',
        params: commentParamsSchema,
        body: editCommentBodySchema,
        response: { 200: commentSchema },
      },
    },
    async (request) => comments.edit(identityOf(request), placeOf(request.params), request.body),
  )

  app.delete(
    '/:pageId/threads/:threadId/comments/:commentId',
    {
      schema: {
        tags,
        summary: 'Delete my comment, or as an admin any; its place stays',
        params: commentParamsSchema,
        response: { 200: commentSchema },
      },
    },
    async (request) => comments.remove(identityOf(request), placeOf(request.params)),
  )
}

const placeOf = (params: z.infer<typeof commentParamsSchema>) => ({
  ...params,
  pageId: params.pageId.toLowerCase(),
})
