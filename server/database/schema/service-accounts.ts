import { index, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { drives, sessions, users } from '../schema.ts'
import { bytes, createdAt, moment } from './columns.ts'

/**
 * Programs with an API key. What one may do is its roles as a member of drives; its key is a session that
 * lasts: ending the session ends the key. Only the key's hash is kept.
 */
export const serviceAccounts = pgTable(
  'service_accounts',
  {
    userId: uuid('user_id')
      .primaryKey()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** The drive whose admins can end it. */
    driveId: uuid('drive_id')
      .notNull()
      .references(() => drives.id, { onDelete: 'cascade' }),
    sessionId: uuid('session_id')
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    keyPrefix: text('key_prefix').notNull().unique(),
    keyHash: bytes('key_hash').notNull(),
    createdBy: uuid('created_by')
      .notNull()
      .references(() => users.id),
    createdAt: createdAt(),
    lastUsedAt: moment('last_used_at'),
  },
  (table) => [index('service_accounts_drive_idx').on(table.driveId)],
)
