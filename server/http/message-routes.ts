import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import {
  editMessageBodySchema,
  markMessagesReadBodySchema,
  messageListQuerySchema,
  messageListSchema,
  messageParamsSchema,
  messageSchema,
  reactionParamsSchema,
  sendMessageBodySchema,
  unreadCountSchema,
} from '../../shared/api/messages.ts'
import { pageParamsSchema } from '../../shared/api/pages.ts'
import type { MessageOperations } from '../workspace/messages.ts'
import { namesEntity, toEntityTag } from './entity-tag.ts'
import { identityOf } from './require-identity.ts'

export interface MessageRoutesDeps {
  readonly messages: MessageOperations
}

const tags = ['messages']

/** What is said on a page: `/api/pages/:pageId/messages`. */
export const pageMessageRoutes: FastifyPluginAsyncZod<MessageRoutesDeps> = async (app, { messages }) => {
  app.get(
    '/:pageId/messages',
    {
      schema: {
        tags,
        summary: 'A page’s messages, newest first; with `after` oldest first',
        params: pageParamsSchema,
        querystring: messageListQuerySchema,
        response: { 200: messageListSchema, 304: z.void() },
      },
    },
    async (request, reply) => {
      const { pageId } = request.params
      reply.header('cache-control', 'private, no-cache')
      // Looked at before the messages are read, so that asking whether there is something new costs little.
      const revision = await messages.readRevision(identityOf(request), pageId)
      if (namesEntity(request.headers['if-none-match'], revision))
        return reply.code(304).header('etag', toEntityTag(revision)).send()
      const list = await messages.list(identityOf(request), pageId, request.query)
      return reply.header('etag', toEntityTag(list.revision)).send(list)
    },
  )

  app.post(
    '/:pageId/messages',
    {
      schema: {
        tags,
        summary: 'Write a message or reply to one; idempotent by id',
        params: pageParamsSchema,
        body: sendMessageBodySchema,
        response: { 201: messageSchema },
      },
    },
    async (request, reply) =>
      reply
        .code(201)
        .send(await messages.send(identityOf(request), request.params.pageId.toLowerCase(), request.body)),
  )

  app.put(
    '/:pageId/messages/read',
    {
      schema: {
        tags,
        summary: 'Say how far I have read; it never goes back',
        params: pageParamsSchema,
        body: markMessagesReadBodySchema,
        response: { 200: unreadCountSchema },
      },
    },
    async (request) =>
      messages.markRead(identityOf(request), request.params.pageId.toLowerCase(), request.body.revision),
  )
}

/** One message: `/api/messages/:messageId`. */
export const messageRoutes: FastifyPluginAsyncZod<MessageRoutesDeps> = async (app, { messages }) => {
  app.patch(
    '/:messageId',
    {
      schema: {
        tags,
        summary: 'Change what my message says',
        params: messageParamsSchema,
        body: editMessageBodySchema,
        response: { 200: messageSchema },
      },
    },
    async (request) => messages.edit(identityOf(request), request.params.messageId, request.body),
  )

  app.delete(
    '/:messageId',
    {
      schema: {
        tags,
        summary: 'Delete my message, or as an admin any; its place stays',
        params: messageParamsSchema,
        response: { 200: messageSchema },
      },
    },
    async (request) => messages.remove(identityOf(request), request.params.messageId),
  )

  app.put(
    '/:messageId/reactions/:emoji',
    {
      schema: {
        tags,
        summary: 'Put an emoji below a message',
        params: reactionParamsSchema,
        response: { 200: messageSchema },
      },
    },
    async (request) =>
      messages.react(identityOf(request), request.params.messageId, request.params.emoji, true),
  )

  app.delete(
    '/:messageId/reactions/:emoji',
    {
      schema: {
        tags,
        summary: 'Take my emoji away',
        params: reactionParamsSchema,
        response: { 200: messageSchema },
      },
    },
    async (request) =>
      messages.react(identityOf(request), request.params.messageId, request.params.emoji, false),
  )
}
