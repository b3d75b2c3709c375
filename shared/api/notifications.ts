import { z } from 'zod'
import { personSchema } from './messages.ts'

/** What somebody can be told of. */
export const NOTIFICATION_KINDS = [
  'message-mention',
  'message-reply',
  'comment-mention',
  'comment-reply',
  'page-mention',
  'page-shared',
] as const
export type NotificationKind = (typeof NOTIFICATION_KINDS)[number]

/** How many notifications a person keeps: older ones make room. */
export const MAX_KEPT_NOTIFICATIONS = 200

/** Something that somebody did and that concerns the person it is sent to. */
export const notificationSchema = z.object({
  id: z.uuid(),
  kind: z.enum(NOTIFICATION_KINDS),
  /** Its place among the person's notifications. */
  number: z.int(),
  actor: personSchema,
  page: z.object({ id: z.uuid(), driveId: z.uuid(), title: z.string() }),
  /** The message that it is about and how that begins; null when it is about no message. */
  message: z.object({ id: z.uuid(), parentId: z.uuid().nullable(), excerpt: z.string() }).nullable(),
  /** The same for the comment that it is about. */
  comment: z.object({ id: z.uuid(), threadId: z.uuid(), excerpt: z.string() }).nullable(),
  createdAt: z.iso.datetime(),
  readAt: z.iso.datetime().nullable(),
})
export type Notification = z.infer<typeof notificationSchema>

/** Newest first; `before` is a place to go on from. */
export const notificationListQuerySchema = z.object({
  before: z.coerce.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER).optional(),
  limit: z.coerce.number().int().min(1).max(50).default(20),
})
export type NotificationListQuery = z.infer<typeof notificationListQuerySchema>

/** Some of the person's notifications, all that are unread counted, and the revision that the list shows. */
export const notificationListSchema = z.object({
  items: z.array(notificationSchema),
  unreadCount: z.int(),
  revision: z.int(),
  nextCursor: z.int().optional(),
})
export type NotificationList = z.infer<typeof notificationListSchema>

/** How many are still unread, and the revision of the person's notifications. */
export const notificationsReadSchema = z.object({ unreadCount: z.int(), revision: z.int() })
export type NotificationsRead = z.infer<typeof notificationsReadSchema>

/** Marks everything up to a place as read: what came behind it has not been seen. */
export const markNotificationsReadBodySchema = z.object({ upTo: z.int().nonnegative() })
export const notificationParamsSchema = z.object({ notificationId: z.uuid() })
