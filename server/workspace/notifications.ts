import { and, count, eq, isNull, lt, lte, type SQL, sql } from 'drizzle-orm'
import type {
  NotificationList,
  NotificationListQuery,
  NotificationsRead,
} from '../../shared/api/notifications.ts'
import { findViewable } from '../access/viewers.ts'
import type { Identity } from '../auth/identity.ts'
import type { Db } from '../database/connect.ts'
import { inboxes, notifications } from '../database/schema.ts'
import type { Transact } from '../database/transaction.ts'
import { requireWholePerson } from './authorize.ts'
import type { WorkspaceEvent } from './events.ts'
import { notFound } from './failures.ts'
import { advanceInboxes, lockInboxes, notify, selectNotifications, toChangedFact } from './notify.ts'

/** What a person was told of: reading it, and marking it as read. */
export interface NotificationOperations {
  /** What is about pages that they may not view any more is left out, and not counted. */
  list(identity: Identity, query: NotificationListQuery): Promise<NotificationList>
  /** The revision that a person's notifications stand at; 0 for who never had one. */
  readRevision(identity: Identity): Promise<number>
  markRead(identity: Identity, notificationId: string): Promise<NotificationsRead>
  /** Marks everything up to a place as read. */
  markAllRead(identity: Identity, upTo: number): Promise<NotificationsRead>
  /**
   * Tells people that they are mentioned in a page's committed text, once for each mention. Those who may not view
   * the page are not told; of very many mentions at once the first are.
   */
  tellMentioned(pageId: string, mentions: readonly PageMention[]): Promise<void>
}

/** A mention in a page's text: its own id, whom it names, and who put it there. */
export interface PageMention {
  readonly id: string
  readonly personId: string
  readonly authorId: string
}

/** How many mentions that came at once are told of. */
const MAX_TOLD_MENTIONS = 100

export function createNotificationOperations(
  db: Db,
  transact: Transact<WorkspaceEvent>,
): NotificationOperations {
  async function readRevision({ userId }: Identity): Promise<number> {
    const [inbox] = await db
      .select({ revision: inboxes.revision })
      .from(inboxes)
      .where(eq(inboxes.userId, userId))
    return inbox?.revision ?? 0
  }

  async function countUnread(identity: Identity): Promise<number> {
    const rows = await db
      .select({ pageId: notifications.pageId, count: count() })
      .from(notifications)
      .where(and(eq(notifications.userId, identity.userId), isNull(notifications.readAt)))
      .groupBy(notifications.pageId)
    const viewable = await findViewable(
      db,
      identity,
      rows.map((row) => row.pageId),
    )
    return rows.filter((row) => viewable.has(row.pageId)).reduce((sum, row) => sum + row.count, 0)
  }

  /** Marks those that `which` picks; those that are read already stay as they are. */
  async function mark(identity: Identity, which: SQL): Promise<NotificationsRead> {
    const { userId } = identity
    const moved = await transact(async (tx) => {
      await lockInboxes(tx, [userId])
      const marked = await tx
        .update(notifications)
        .set({ readAt: sql`now()` })
        .where(and(eq(notifications.userId, userId), isNull(notifications.readAt), which))
        .returning({ id: notifications.id })
      if (marked.length === 0) return { result: undefined, events: [] }
      const revision = (await advanceInboxes(tx, [userId])).get(userId) as number
      return { result: revision, events: [toChangedFact(userId, revision)] }
    })
    return { revision: moved ?? (await readRevision(identity)), unreadCount: await countUnread(identity) }
  }

  return {
    readRevision,

    async list(identity, { before, limit }) {
      // The revision is read first: what slips in between is listed and then announced as well.
      const revision = await readRevision(identity)
      const rows = await selectNotifications(
        db,
        and(
          eq(notifications.userId, identity.userId),
          before === undefined ? undefined : lt(notifications.number, before),
        ),
        limit + 1,
      )
      const listed = rows.slice(0, limit).map(({ notification }) => notification)
      const viewable = await findViewable(
        db,
        identity,
        listed.map(({ page }) => page.id),
      )
      const last = listed.at(-1)
      return {
        items: listed.filter(({ page }) => viewable.has(page.id)),
        unreadCount: await countUnread(identity),
        revision,
        ...(rows.length > limit && last !== undefined && { nextCursor: last.number }),
      }
    },

    async markRead(identity, notificationId) {
      requireWholePerson(identity)
      const [found] = await db
        .select({ id: notifications.id })
        .from(notifications)
        .where(and(eq(notifications.id, notificationId), eq(notifications.userId, identity.userId)))
      if (found === undefined) throw notFound('notification')
      return mark(identity, eq(notifications.id, notificationId))
    },

    async markAllRead(identity, upTo) {
      requireWholePerson(identity)
      return mark(identity, lte(notifications.number, upTo))
    },

    async tellMentioned(pageId, mentions) {
      for (const { id: mentionId, personId, authorId } of mentions.slice(0, MAX_TOLD_MENTIONS)) {
        await transact(async (tx) => ({
          result: undefined,
          events: await notify(tx, { pageId, actorId: authorId }, [
            { kind: 'page-mention', mentionId, userId: personId },
          ]),
        }))
      }
    },
  }
}
