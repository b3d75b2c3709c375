import { index, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { sessions, users } from '../schema.ts'
import { createdAt, moment } from './columns.ts'

/** Who somebody is at the application that vouches for them: one account for each subject of an issuer. */
export const externalIdentities = pgTable(
  'external_identities',
  {
    issuer: text('issuer').notNull(),
    subject: text('subject').notNull(),
    userId: uuid('user_id')
      .notNull()
      .unique()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** When the token was issued whose name and e-mail address we know them by. */
    claimsAt: moment('claims_at').notNull(),
    createdAt: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.issuer, table.subject] })],
)

/** The sessions that tokens of other applications stand for; `family` is their `sid`, or empty. */
export const externalSessions = pgTable(
  'external_sessions',
  {
    sessionId: uuid('session_id')
      .primaryKey()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    family: text('family').notNull(),
    /** When the family's session before this one ended: tokens that were issued until then stay dead. */
    endedBefore: moment('ended_before'),
  },
  (table) => [index('external_sessions_family_idx').on(table.userId, table.family)],
)
