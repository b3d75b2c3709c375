import type { NotificationKind } from '../../../shared/api/notifications.ts'

const WORDS = {
  'message-mention': 'mentioned you in a message on',
  'message-reply': 'replied to you on',
  'comment-mention': 'mentioned you in a comment on',
  'comment-reply': 'replied to your comment on',
  'page-mention': 'mentioned you on',
  'page-shared': 'shared a page with you:',
} as const satisfies Record<NotificationKind, string>

/** What somebody did, between their name and the page's title. */
export function describeNotification(kind: NotificationKind): string {
  return WORDS[kind]
}
