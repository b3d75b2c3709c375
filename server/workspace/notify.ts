import { randomUUID } from 'node:crypto'
import { and, desc, eq, inArray, isNotNull, type SQL, sql } from 'drizzle-orm'
import { MAX_KEPT_NOTIFICATIONS, type Notification } from '../../shared/api/notifications.ts'
import { findViewers } from '../access/viewers.ts'
import type { Db, Tx } from '../database/connect.ts'
import { comments, inboxes, messages, notifications, pages, users } from '../database/schema.ts'
import type { FactEvent } from './events.ts'
import { toPerson } from './people.ts'

/** How much of a message or comment a notification shows, characters. */
const EXCERPT_LENGTH = 140

/** Somebody to tell, and of what. Of several for one person the first counts. */
export type Notice = { readonly userId: string } & (
  | { readonly kind: 'message-mention' | 'message-reply'; readonly messageId: string }
  | { readonly kind: 'comment-mention' | 'comment-reply'; readonly commentId: string }
  /** `mentionId` is that of the mention in the page's text: it may be looked at any number of times. */
  | { readonly kind: 'page-mention'; readonly mentionId: string }
  /** Told again only when the one before was read. */
  | { readonly kind: 'page-shared' }
)

/**
 * Notifies people of what somebody does on a page, inside the transaction that does it, and once for each
 * occasion. The person who does it and those who may not view the page as the transaction leaves it are left
 * out. Answers the events to return. Call it once in a transaction, and last: it locks inboxes.
 */
export async function notify(
  tx: Tx,
  { pageId, actorId }: { readonly pageId: string; readonly actorId: string },
  notices: readonly Notice[],
): Promise<FactEvent[]> {
  const byUser = new Map<string, Notice>()
  for (const notice of notices) {
    if (notice.userId !== actorId && !byUser.has(notice.userId)) byUser.set(notice.userId, notice)
  }
  const viewers = await findViewers(tx, pageId, [...byUser.keys()])
  const candidates = [...byUser.values()].filter(({ userId }) => viewers.has(userId))
  await lockInboxes(
    tx,
    candidates.map(({ userId }) => userId),
  )
  const fresh = await leaveOutKnown(tx, pageId, candidates)
  if (fresh.length === 0) return []

  const revisions = await advanceInboxes(
    tx,
    fresh.map(({ userId }) => userId),
  )
  const created = await tx
    .insert(notifications)
    .values(
      fresh.map((notice) => ({
        id: randomUUID(),
        userId: notice.userId,
        number: revisions.get(notice.userId) as number,
        kind: notice.kind,
        occasion: occasionOf(pageId, notice),
        actorId,
        pageId,
        messageId: 'messageId' in notice ? notice.messageId : null,
        commentId: 'commentId' in notice ? notice.commentId : null,
      })),
    )
    .returning({ id: notifications.id })
  await makeRoom(tx, [...revisions.keys()])
  const stored = await selectNotifications(
    tx,
    inArray(
      notifications.id,
      created.map((row) => row.id),
    ),
  )
  return stored.map(({ userId, notification }) => ({
    kind: 'fact',
    name: 'notification_created',
    payload: { eventId: randomUUID(), revision: notification.number, notification },
    audience: { userId },
  }))
}

/** Takes back what people were told of messages or comments that are gone. Answers the events to return. */
export async function withdrawNotices(
  tx: Tx,
  gone: { readonly messageId: string } | { readonly commentIds: readonly string[] },
): Promise<FactEvent[]> {
  const isAboutThem =
    'messageId' in gone
      ? eq(notifications.messageId, gone.messageId)
      : inArray(notifications.commentId, [...gone.commentIds])
  const told = await tx.select({ userId: notifications.userId }).from(notifications).where(isAboutThem)
  const userIds = told.map((row) => row.userId)
  await lockInboxes(tx, userIds)
  await tx.delete(notifications).where(isAboutThem)
  const revisions = await advanceInboxes(tx, userIds)
  return [...revisions].map(([userId, revision]) => toChangedFact(userId, revision))
}

/** Tells all of a person's connections that their notifications are not what they were. */
export function toChangedFact(userId: string, revision: number): FactEvent {
  return {
    kind: 'fact',
    name: 'notifications_changed',
    payload: { eventId: randomUUID(), revision },
    audience: { userId },
  }
}

/**
 * Makes other changes to these people's notifications wait for this one. Inboxes are always locked in the
 * same order, so that nobody waits in a circle, and before the notifications in them.
 */
export async function lockInboxes(tx: Tx, userIds: readonly string[]): Promise<void> {
  if (userIds.length === 0) return
  const ordered = [...new Set(userIds)].sort()
  await tx
    .insert(inboxes)
    .values(ordered.map((userId) => ({ userId })))
    .onConflictDoNothing()
  await tx
    .select({ userId: inboxes.userId })
    .from(inboxes)
    .where(inArray(inboxes.userId, ordered))
    .orderBy(inboxes.userId)
    .for('no key update')
}

/** Moves people's inboxes, which are locked, on by one each; answers their revisions. */
export async function advanceInboxes(tx: Tx, userIds: readonly string[]): Promise<Map<string, number>> {
  if (userIds.length === 0) return new Map()
  const rows = await tx
    .update(inboxes)
    .set({ revision: sql`${inboxes.revision} + 1` })
    .where(inArray(inboxes.userId, [...userIds]))
    .returning()
  return new Map(rows.map((row) => [row.userId, row.revision]))
}

/** Notifications as they are shown, the newest first; access is not looked at. */
export async function selectNotifications(
  db: Db | Tx,
  where: SQL | undefined,
  limit = MAX_KEPT_NOTIFICATIONS,
): Promise<{ userId: string; notification: Notification }[]> {
  const rows = await db
    .select({
      notification: notifications,
      actor: users,
      page: { id: pages.id, driveId: pages.driveId, title: pages.title },
      message: {
        id: messages.id,
        parentId: messages.parentId,
        excerpt: sql<string>`left(${messages.body}, ${EXCERPT_LENGTH})`,
      },
      comment: {
        id: comments.id,
        threadId: comments.threadId,
        excerpt: sql<string>`left(${comments.body}, ${EXCERPT_LENGTH})`,
      },
    })
    .from(notifications)
    .innerJoin(users, eq(users.id, notifications.actorId))
    .innerJoin(pages, eq(pages.id, notifications.pageId))
    .leftJoin(messages, eq(messages.id, notifications.messageId))
    .leftJoin(comments, eq(comments.id, notifications.commentId))
    .where(where)
    .orderBy(desc(notifications.number))
    .limit(limit)
  return rows.map(({ notification: row, actor, page, message, comment }) => ({
    userId: row.userId,
    notification: {
      id: row.id,
      kind: row.kind,
      number: row.number,
      actor: toPerson(actor),
      page,
      message,
      comment,
      createdAt: row.createdAt.toISOString(),
      readAt: row.readAt?.toISOString() ?? null,
    },
  }))
}

/** What a notice is about, so that nobody is told of it twice. */
function occasionOf(pageId: string, notice: Notice): string {
  switch (notice.kind) {
    case 'message-mention':
    case 'message-reply':
      return `message:${notice.messageId}`
    case 'comment-mention':
    case 'comment-reply':
      return `comment:${notice.commentId}`
    case 'page-mention':
      // Not the page's: a copy of it tells nobody again.
      return `page-mention:${notice.mentionId}`
    case 'page-shared':
      return `page-shared:${pageId}`
  }
}

async function leaveOutKnown(tx: Tx, pageId: string, notices: readonly Notice[]): Promise<Notice[]> {
  if (notices.length === 0) return []
  const sharedWith = notices.filter(({ kind }) => kind === 'page-shared').map(({ userId }) => userId)
  if (sharedWith.length > 0) {
    await tx
      .delete(notifications)
      .where(
        and(
          inArray(notifications.userId, sharedWith),
          eq(notifications.occasion, `page-shared:${pageId}`),
          isNotNull(notifications.readAt),
        ),
      )
  }
  const known = await tx
    .select({ userId: notifications.userId, occasion: notifications.occasion })
    .from(notifications)
    .where(
      and(
        inArray(
          notifications.userId,
          notices.map(({ userId }) => userId),
        ),
        inArray(
          notifications.occasion,
          notices.map((notice) => occasionOf(pageId, notice)),
        ),
      ),
    )
  return notices.filter(
    (notice) =>
      !known.some(
        ({ userId, occasion }) => userId === notice.userId && occasion === occasionOf(pageId, notice),
      ),
  )
}

/** Lets the oldest go of those who have more than they keep. */
async function makeRoom(tx: Tx, userIds: readonly string[]): Promise<void> {
  await tx.execute(sql`
    DELETE FROM notifications USING (
      SELECT person.id, (
        SELECT number FROM notifications WHERE user_id = person.id
        ORDER BY number DESC OFFSET ${MAX_KEPT_NOTIFICATIONS} LIMIT 1
      ) AS number FROM unnest(${sql.param(userIds)}::uuid[]) AS person (id)
    ) surplus
    WHERE notifications.user_id = surplus.id AND notifications.number <= surplus.number`)
}
