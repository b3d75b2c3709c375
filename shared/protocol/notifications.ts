import { z } from 'zod'
import {
  markNotificationsReadBodySchema,
  notificationSchema,
  notificationsReadSchema,
} from '../api/notifications.ts'
import type { FactContract, RequestContract } from './contract.ts'
import { ackSchema } from './envelope.ts'

export const notificationRequests = {
  mark_notification_read: {
    summary:
      'Mark one notification as read, or all up to a place. As PUT /api/me/notifications/:notificationId/read and PUT /api/me/notifications/read.',
    who: 'anyone, their own',
    payload: z.union([
      z.object({ notificationId: z.uuid().toLowerCase() }),
      markNotificationsReadBodySchema.strict(),
    ]),
    ack: ackSchema(notificationsReadSchema.shape),
    errors: ['not-found', 'forbidden', 'session-ended'],
    rate: 'change',
    says: ['notifications_changed'],
  },
} as const satisfies Record<string, RequestContract>

/** `revision` counts the changes to one person's notifications: a client that sees a gap refetches. */
const factSchema = z.object({ eventId: z.uuid(), revision: z.int() })

export const notificationFacts = {
  notification_created: {
    summary: 'Somebody mentioned the person, replied to them, or shared a page with them.',
    who: 'everywhere that the person is connected',
    rooms: ['user'],
    payload: factSchema.extend({ notification: notificationSchema }),
  },
  notifications_changed: {
    summary: 'Notifications were read or are gone: fetch the list again.',
    who: 'everywhere that the person is connected',
    rooms: ['user'],
    payload: factSchema,
  },
} as const satisfies Record<string, FactContract>
