import { bigint, index, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { AUDIT_ACTIONS } from '../../../shared/api/audit.ts'
import { pages, shareLinks, users } from '../schema.ts'
import { createdAt, roleEnum } from './columns.ts'

/** A named person's role on one page and its subtree; whether they belong to the drive does not matter. */
export const pageGrants = pgTable(
  'page_grants',
  {
    pageId: uuid('page_id')
      .notNull()
      .references(() => pages.id, { onDelete: 'cascade' }),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    role: roleEnum('role').notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.pageId, table.userId] }),
    index('page_grants_user_idx').on(table.userId),
  ],
)

/** Share links that signed-in people have opened as themselves: what the link gives, they have, as long as it holds. */
export const openedLinks = pgTable(
  'opened_links',
  {
    linkId: uuid('link_id')
      .notNull()
      .references(() => shareLinks.id, { onDelete: 'cascade' }),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.linkId, table.userId] }),
    index('opened_links_user_idx').on(table.userId),
  ],
)

/**
 * Who changed what about who may do what. Only ever added to: a trigger refuses everything else. Nothing
 * here refers to another table, so that nothing vanishes with what it is about.
 */
export const auditEvents = pgTable(
  'audit_events',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    /** Null for what concerns a person and no drive. */
    driveId: uuid('drive_id'),
    actorId: uuid('actor_id').notNull(),
    action: text('action', { enum: AUDIT_ACTIONS }).notNull(),
    /** Ids and roles that say what it was done to; never a token, a password or a page's text. */
    target: jsonb('target').$type<Record<string, string | boolean | null>>().notNull(),
    createdAt: createdAt(),
  },
  (table) => [index('audit_events_drive_idx').on(table.driveId, table.id)],
)
