import {
  messageListSchema,
  messageSchema,
  unreadCountSchema,
  unreadListSchema,
} from '../../shared/api/messages.ts'
import { notificationListSchema, notificationsReadSchema } from '../../shared/api/notifications.ts'
import { streamListSchema, streamProgressSchema } from '../../shared/api/streams.ts'
import type { Call } from './api-client.ts'

/** What a person writes in a message. */
export interface MessageDraft {
  readonly body: string
  /** The people that it mentions. */
  readonly mentions: readonly string[]
}

/** Operations on messages, on notifications of them, and on what assistants stream. */
export function createMessageCalls(call: Call) {
  return {
    /** Newest first; `before` goes on with older ones. */
    listMessages: (pageId: string, before?: number) =>
      call(
        `/api/pages/${pageId}/messages${before === undefined ? '' : `?before=${before}`}`,
        messageListSchema,
      ),
    sendMessage: (pageId: string, body: MessageDraft & { id: string; parentId: string | null }) =>
      call(`/api/pages/${pageId}/messages`, messageSchema, { method: 'POST', body }),
    editMessage: (messageId: string, body: MessageDraft) =>
      call(`/api/messages/${messageId}`, messageSchema, { method: 'PATCH', body }),
    deleteMessage: (messageId: string) =>
      call(`/api/messages/${messageId}`, messageSchema, { method: 'DELETE' }),
    reactToMessage: (messageId: string, emoji: string, reacted: boolean) =>
      call(`/api/messages/${messageId}/reactions/${encodeURIComponent(emoji)}`, messageSchema, {
        method: reacted ? 'PUT' : 'DELETE',
      }),
    listUnread: () => call('/api/me/unread', unreadListSchema),
    markMessagesRead: (pageId: string, revision: number) =>
      call(`/api/pages/${pageId}/messages/read`, unreadCountSchema, { method: 'PUT', body: { revision } }),
    /** Newest first; `before` goes on with older ones. */
    listNotifications: (before?: number) =>
      call(`/api/me/notifications${before === undefined ? '' : `?before=${before}`}`, notificationListSchema),
    markNotificationRead: (notificationId: string) =>
      call(`/api/me/notifications/${notificationId}/read`, notificationsReadSchema, { method: 'PUT' }),
    markNotificationsRead: (upTo: number) =>
      call('/api/me/notifications/read', notificationsReadSchema, { method: 'PUT', body: { upTo } }),
    listStreams: (pageId: string) => call(`/api/pages/${pageId}/streams`, streamListSchema),
    cancelStream: (streamId: string) =>
      call(`/api/streams/${streamId}/cancel`, streamProgressSchema, { method: 'POST' }),
  }
}
