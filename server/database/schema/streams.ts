import { sql } from 'drizzle-orm'
import { index, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { STREAM_STATUSES, type StreamFailure, type StreamTool } from '../../../shared/api/streams.ts'
import { pages, users } from '../schema.ts'
import { moment } from './columns.ts'

/** Answers that are being written, and those that were a short while ago. */
export const streams = pgTable(
  'streams',
  {
    id: uuid('id').primaryKey(),
    pageId: uuid('page_id')
      .notNull()
      .references(() => pages.id, { onDelete: 'cascade' }),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    title: text('title').notNull(),
    status: text('status', { enum: STREAM_STATUSES }).notNull().default('open'),
    revision: integer('revision').notNull().default(1),
    nextIndex: integer('next_index').notNull().default(0),
    /** UTF-16 code units, as JavaScript counts; PostgreSQL counts otherwise. */
    length: integer('length').notNull().default(0),
    tools: jsonb('tools').$type<StreamTool[]>().notNull().default([]),
    failure: jsonb('failure').$type<StreamFailure>(),
    messageId: uuid('message_id'),
    startedAt: moment('started_at').notNull().defaultNow(),
    /** When its author was last heard of. */
    touchedAt: moment('touched_at').notNull().defaultNow(),
    endedAt: moment('ended_at'),
  },
  (table) => [
    index('streams_open_page_idx').on(table.pageId).where(sql`${table.status} = 'open'`),
    index('streams_open_user_idx').on(table.userId).where(sql`${table.status} = 'open'`),
    index('streams_ended_idx').on(table.endedAt),
  ],
)

/** The text of a stream, piece by piece as it was committed. */
export const streamPieces = pgTable(
  'stream_pieces',
  {
    streamId: uuid('stream_id')
      .notNull()
      .references(() => streams.id, { onDelete: 'cascade' }),
    /** Where it begins, UTF-16 code units. */
    start: integer('start').notNull(),
    text: text('text').notNull(),
  },
  (table) => [primaryKey({ columns: [table.streamId, table.start] })],
)
