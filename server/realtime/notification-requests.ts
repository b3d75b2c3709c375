import type { NotificationOperations } from '../workspace/notifications.ts'
import type { RequestHandlers } from './answer-requests.ts'

/** What people were told of: the same operations as over REST. */
export function createNotificationRequests({
  notifications,
}: {
  readonly notifications: Pick<NotificationOperations, 'markRead' | 'markAllRead'>
}): RequestHandlers<'mark_notification_read'> {
  return {
    async mark_notification_read({ data: { identity } }, which) {
      const read =
        'upTo' in which
          ? await notifications.markAllRead(identity, which.upTo)
          : await notifications.markRead(identity, which.notificationId)
      return { ok: true, ...read }
    },
  }
}
