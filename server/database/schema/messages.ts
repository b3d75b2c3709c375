import { sql } from 'drizzle-orm'
import {
  type AnyPgColumn,
  bigint,
  index,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { pages, users } from '../schema.ts'

const moment = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })

/** What is said on a page: `revision` grows by one with every change to its messages. There is a row once somebody has read or written. */
export const conversations = pgTable('conversations', {
  pageId: uuid('page_id')
    .primaryKey()
    .references(() => pages.id, { onDelete: 'cascade' }),
  revision: bigint('revision', { mode: 'number' }).notNull().default(0),
})

/** Messages on pages. A deleted one keeps its row and loses its text. */
export const messages = pgTable(
  'messages',
  {
    id: uuid('id').primaryKey(),
    pageId: uuid('page_id')
      .notNull()
      .references(() => pages.id, { onDelete: 'cascade' }),
    parentId: uuid('parent_id').references((): AnyPgColumn => messages.id),
    authorId: uuid('author_id')
      .notNull()
      .references(() => users.id),
    body: text('body').notNull(),
    mentions: uuid('mentions').array().notNull(),
    /** The conversation's revision that it was written at, and its place. */
    number: bigint('number', { mode: 'number' }).notNull(),
    /** The conversation's revision that its last change led to. */
    revision: bigint('revision', { mode: 'number' }).notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
    editedAt: moment('edited_at'),
    deletedAt: moment('deleted_at'),
  },
  (table) => [
    uniqueIndex('messages_page_number_key').on(table.pageId, table.number),
    index('messages_parent_idx').on(table.parentId, table.number),
    index('messages_words_idx').using('gin', sql`to_tsvector('simple', ${table.body})`),
  ],
)

/** Who put which emoji below which message. */
export const messageReactions = pgTable(
  'message_reactions',
  {
    messageId: uuid('message_id')
      .notNull()
      .references(() => messages.id, { onDelete: 'cascade' }),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    emoji: text('emoji').notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.messageId, table.userId, table.emoji] })],
)

/** Who follows what is said on a page, and up to which message they have read it. */
export const conversationReaders = pgTable(
  'conversation_readers',
  {
    pageId: uuid('page_id')
      .notNull()
      .references(() => pages.id, { onDelete: 'cascade' }),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    readRevision: bigint('read_revision', { mode: 'number' }).notNull(),
    /** When they last read or wrote. */
    seenAt: moment('seen_at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.pageId, table.userId] }),
    index('conversation_readers_user_idx').on(table.userId),
  ],
)
