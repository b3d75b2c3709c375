import { index, integer, pgTable, primaryKey, uuid } from 'drizzle-orm/pg-core'
import { pages, users } from '../schema.ts'
import { moment } from './columns.ts'

/** The pages that somebody keeps at hand. `position` counts from 1. */
export const favourites = pgTable(
  'favourites',
  {
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    pageId: uuid('page_id')
      .notNull()
      .references(() => pages.id, { onDelete: 'cascade' }),
    position: integer('position').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.pageId] }),
    index('favourites_page_idx').on(table.pageId),
  ],
)

/** The pages that somebody opened last. */
export const recentPages = pgTable(
  'recent_pages',
  {
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    pageId: uuid('page_id')
      .notNull()
      .references(() => pages.id, { onDelete: 'cascade' }),
    openedAt: moment('opened_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.pageId] }),
    index('recent_pages_page_idx').on(table.pageId),
  ],
)
