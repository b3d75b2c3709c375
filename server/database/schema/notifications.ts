import { sql } from 'drizzle-orm'
import { bigint, index, pgTable, text, timestamp, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { NOTIFICATION_KINDS } from '../../../shared/api/notifications.ts'
import { comments, messages, pages, users } from '../schema.ts'

const moment = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })

/** A person's notifications as a whole: `revision` grows by one with every change to them. */
export const inboxes = pgTable('inboxes', {
  userId: uuid('user_id')
    .primaryKey()
    .references(() => users.id, { onDelete: 'cascade' }),
  revision: bigint('revision', { mode: 'number' }).notNull().default(0),
})

/** What somebody was told of. `occasion` names what it is about: one occasion, one notification a person. */
export const notifications = pgTable(
  'notifications',
  {
    id: uuid('id').primaryKey(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** The inbox's revision that it came with, and its place. */
    number: bigint('number', { mode: 'number' }).notNull(),
    kind: text('kind', { enum: NOTIFICATION_KINDS }).notNull(),
    occasion: text('occasion').notNull(),
    actorId: uuid('actor_id')
      .notNull()
      .references(() => users.id),
    pageId: uuid('page_id')
      .notNull()
      .references(() => pages.id, { onDelete: 'cascade' }),
    messageId: uuid('message_id').references(() => messages.id, { onDelete: 'cascade' }),
    commentId: uuid('comment_id').references(() => comments.id, { onDelete: 'cascade' }),
    createdAt: moment('created_at').notNull().defaultNow(),
    readAt: moment('read_at'),
  },
  (table) => [
    uniqueIndex('notifications_user_number_key').on(table.userId, table.number),
    uniqueIndex('notifications_occasion_key').on(table.userId, table.occasion),
    index('notifications_unread_idx').on(table.userId).where(sql`${table.readAt} IS NULL`),
    index('notifications_message_idx').on(table.messageId),
    index('notifications_comment_idx').on(table.commentId),
    index('notifications_page_idx').on(table.pageId),
  ],
)
