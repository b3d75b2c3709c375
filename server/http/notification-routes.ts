import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { unreadListSchema } from '../../shared/api/messages.ts'
import {
  markNotificationsReadBodySchema,
  notificationListQuerySchema,
  notificationListSchema,
  notificationParamsSchema,
  notificationsReadSchema,
} from '../../shared/api/notifications.ts'
import type { MessageOperations } from '../workspace/messages.ts'
import type { NotificationOperations } from '../workspace/notifications.ts'
import { namesEntity, toEntityTag } from './entity-tag.ts'
import { identityOf } from './require-identity.ts'

export interface NotificationRoutesDeps {
  readonly messages: Pick<MessageOperations, 'listUnread'>
  readonly notifications: NotificationOperations
}

/** What is new for the person who asks: `/api/me/unread` and `/api/me/notifications`. */
export const notificationRoutes: FastifyPluginAsyncZod<NotificationRoutesDeps> = async (
  app,
  { messages, notifications },
) => {
  const tags = ['notifications']

  app.get(
    '/unread',
    {
      schema: {
        tags,
        summary: 'Pages with messages that I have not read',
        response: { 200: unreadListSchema },
      },
    },
    async (request) => ({ items: await messages.listUnread(identityOf(request)) }),
  )

  app.get(
    '/notifications',
    {
      schema: {
        tags,
        summary: 'What I was told of, newest first',
        querystring: notificationListQuerySchema,
        response: { 200: notificationListSchema, 304: z.void() },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'private, no-cache')
      const revision = await notifications.readRevision(identityOf(request))
      if (namesEntity(request.headers['if-none-match'], revision))
        return reply.code(304).header('etag', toEntityTag(revision)).send()
      const list = await notifications.list(identityOf(request), request.query)
      return reply.header('etag', toEntityTag(list.revision)).send(list)
    },
  )

  app.put(
    '/notifications/read',
    {
      schema: {
        tags,
        summary: 'Mark all up to a place as read',
        body: markNotificationsReadBodySchema,
        response: { 200: notificationsReadSchema },
      },
    },
    async (request) => notifications.markAllRead(identityOf(request), request.body.upTo),
  )

  app.put(
    '/notifications/:notificationId/read',
    {
      schema: {
        tags,
        summary: 'Mark one as read',
        params: notificationParamsSchema,
        response: { 200: notificationsReadSchema },
      },
    },
    async (request) => notifications.markRead(identityOf(request), request.params.notificationId),
  )
}
