import type { NotificationKind } from '../../../shared/api/notifications.ts'

const WORDS = {
  'message-mention': 'mentioned you in a message on',
  'message-reply': 'replied to you on',
  'page-mention': 'mentioned you on',
  'page-shared': 'shared a page with you:',
} as const satisfies Partial<Record<NotificationKind, string>>

/** What somebody did, between their name and the page's title. */
export function describeNotification(kind: NotificationKind): string {
  return (WORDS as Partial<Record<NotificationKind, string>>)[kind] ?? 'did something on'
}
