import { bigint, index, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { pages, users } from '../schema.ts'
import { createdAt, moment } from './columns.ts'

/** A page's comments as a whole: `revision` grows by one with every change to them. There is a row once somebody has commented. */
export const commentBoards = pgTable('comment_boards', {
  pageId: uuid('page_id')
    .primaryKey()
    .references(() => pages.id, { onDelete: 'cascade' }),
  revision: bigint('revision', { mode: 'number' }).notNull().default(0),
})

/** Threads about pieces of pages' text. The text carries their ids; a deleted thread keeps its row and nothing else. */
export const commentThreads = pgTable(
  'comment_threads',
  {
    id: uuid('id').primaryKey(),
    pageId: uuid('page_id')
      .notNull()
      .references(() => pages.id, { onDelete: 'cascade' }),
    /** The beginning of the text as it was when the thread was begun. */
    quote: text('quote').notNull(),
    createdBy: uuid('created_by')
      .notNull()
      .references(() => users.id),
    /** The board's revision that it was begun at, and its place. */
    number: bigint('number', { mode: 'number' }).notNull(),
    /** The board's revision that its last change led to. */
    revision: bigint('revision', { mode: 'number' }).notNull(),
    createdAt: createdAt(),
    resolvedAt: moment('resolved_at'),
    resolvedBy: uuid('resolved_by').references(() => users.id),
    deletedAt: moment('deleted_at'),
  },
  (table) => [uniqueIndex('comment_threads_page_number_key').on(table.pageId, table.number)],
)

/** What is said in threads. A deleted comment keeps its row and loses its text. */
export const comments = pgTable(
  'comments',
  {
    id: uuid('id').primaryKey(),
    threadId: uuid('thread_id')
      .notNull()
      .references(() => commentThreads.id, { onDelete: 'cascade' }),
    authorId: uuid('author_id')
      .notNull()
      .references(() => users.id),
    body: text('body').notNull(),
    mentions: uuid('mentions').array().notNull(),
    /** The board's revision that it was written at, and its place. */
    number: bigint('number', { mode: 'number' }).notNull(),
    /** The board's revision that its last change led to. */
    revision: bigint('revision', { mode: 'number' }).notNull(),
    createdAt: createdAt(),
    editedAt: moment('edited_at'),
    deletedAt: moment('deleted_at'),
  },
  (table) => [index('comments_thread_idx').on(table.threadId, table.number)],
)
