import { z } from 'zod'
import {
  editMessageBodySchema,
  emojiSchema,
  markMessagesReadBodySchema,
  messageSchema,
  sendMessageBodySchema,
  unreadCountSchema,
} from '../api/messages.ts'
import type { FactContract, RequestContract } from './contract.ts'
import { ackSchema } from './envelope.ts'

const messageIdSchema = z.object({ messageId: z.uuid().toLowerCase() })

/** A message to send; the id is made by the client, so that sending twice writes one message. */
export const sendMessageSchema = sendMessageBodySchema.extend({
  pageId: z.uuid().toLowerCase(),
  id: z.uuid().toLowerCase(),
})

/** A change to a message answers it as stored; its `revision` is what the change led to. */
export const messageAckSchema = ackSchema({ message: messageSchema })

export const messageRequests = {
  send_message: {
    summary:
      'Write a message on a page or reply to one; idempotent by id. As POST /api/pages/:pageId/messages.',
    who: 'commenters of the page and above',
    payload: sendMessageSchema,
    ack: messageAckSchema,
    errors: ['not-found', 'forbidden', 'id-taken', 'unknown-user', 'session-ended'],
    rate: 'change',
    says: ['message_created'],
  },
  edit_message: {
    summary: 'Change what one’s own message says. As PATCH /api/messages/:messageId.',
    who: 'the author, while they may comment on the page',
    payload: messageIdSchema.extend(editMessageBodySchema.shape),
    ack: messageAckSchema,
    errors: ['not-found', 'forbidden', 'unknown-user', 'session-ended'],
    rate: 'change',
    says: ['message_updated'],
  },
  delete_message: {
    summary: 'Delete a message; its place stays. As DELETE /api/messages/:messageId.',
    who: 'the author, while they may comment on the page; admins any message',
    payload: messageIdSchema,
    ack: messageAckSchema,
    errors: ['not-found', 'forbidden', 'session-ended'],
    rate: 'change',
    says: ['message_deleted'],
  },
  react_to_message: {
    summary:
      'Put an emoji below a message or take it away. As PUT and DELETE /api/messages/:messageId/reactions/:emoji.',
    who: 'commenters of the page and above',
    payload: messageIdSchema.extend({ emoji: emojiSchema, reacted: z.boolean() }),
    ack: messageAckSchema,
    errors: ['not-found', 'forbidden', 'limit-reached', 'session-ended'],
    rate: 'change',
    says: ['message_updated'],
  },
  mark_messages_read: {
    summary:
      'Say how far one has read on a page; it never goes back. As PUT /api/pages/:pageId/messages/read.',
    who: 'anyone who may view the page',
    payload: markMessagesReadBodySchema.extend({ pageId: z.uuid().toLowerCase() }),
    ack: ackSchema({ unread: unreadCountSchema }),
    errors: ['not-found', 'session-ended'],
    rate: 'change',
    says: ['unread_count_updated'],
  },
} as const satisfies Record<string, RequestContract>

/** `revision` counts the changes to one page's messages, without gaps: a client that sees one refetches. */
const factSchema = z.object({ eventId: z.uuid(), pageId: z.uuid(), revision: z.int() })
const changedMessage = {
  who: 'everyone on the page',
  rooms: ['page'],
  payload: factSchema.extend({ message: messageSchema }),
} as const

export const messageFacts = {
  message_created: { ...changedMessage, summary: 'Somebody wrote a message on the page.' },
  message_updated: { ...changedMessage, summary: 'A message’s text, mentions or reactions changed.' },
  message_deleted: {
    ...changedMessage,
    summary: 'A message was deleted; what is left of it keeps its place.',
  },
  unread_count_updated: {
    summary:
      'How much the person has not read on a page. Of two with one revision the one that has read further holds.',
    who: 'everywhere that the person is connected, if they follow the page’s messages',
    rooms: ['user'],
    payload: unreadCountSchema.extend({ eventId: z.uuid() }),
  },
} as const satisfies Record<string, FactContract>
