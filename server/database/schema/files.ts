import { bigint, index, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { pages, users } from '../schema.ts'
import { bytes, createdAt } from './columns.ts'

/** Uploaded files; their bytes are in the file storage under the same id. */
export const files = pgTable('files', {
  id: uuid('id').primaryKey(),
  /** The media type that its content says, not whoever sent it. */
  type: text('type').notNull(),
  size: bigint('size', { mode: 'number' }).notNull(),
  sha256: bytes('sha256').notNull(),
  createdBy: uuid('created_by')
    .notNull()
    .references(() => users.id),
  createdAt: createdAt(),
})

/** Which pages a file belongs to: copies of a page share its files. One that belongs to none is removed. */
export const pageFiles = pgTable(
  'page_files',
  {
    pageId: uuid('page_id')
      .notNull()
      .references(() => pages.id, { onDelete: 'cascade' }),
    fileId: uuid('file_id')
      .notNull()
      .references(() => files.id, { onDelete: 'cascade' }),
  },
  (table) => [
    primaryKey({ columns: [table.pageId, table.fileId] }),
    index('page_files_file_idx').on(table.fileId),
  ],
)
