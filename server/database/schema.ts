import { sql } from 'drizzle-orm'
import {
  type AnyPgColumn,
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { VERSION_KINDS } from '../../shared/api/versions.ts'
import { bytes, bytewise, createdAt, moment, roleEnum } from './schema/columns.ts'

export * from './schema/access.ts'
export * from './schema/comments.ts'
export * from './schema/external.ts'
export * from './schema/files.ts'
export * from './schema/messages.ts'
export * from './schema/notifications.ts'
export * from './schema/page-shortcuts.ts'
export * from './schema/search.ts'
export * from './schema/service-accounts.ts'
export * from './schema/streams.ts'
export { roleEnum }

export const userKindEnum = pgEnum('user_kind', ['user', 'guest', 'service'])

/** People and services that can be named as the author of something. Guests have no e-mail. */
export const users = pgTable(
  'users',
  {
    id: uuid('id').primaryKey(),
    kind: userKindEnum('kind').notNull(),
    name: text('name').notNull(),
    email: text('email'),
    passwordHash: text('password_hash'),
    /** Another application vouches for them: they have no password here, and not always an e-mail address. */
    isExternal: boolean('is_external').notNull().default(false),
    createdAt: createdAt(),
    /** When the person deleted the account; the row stays, without their name, as the author of what they wrote. */
    deletedAt: moment('deleted_at'),
  },
  (table) => [
    uniqueIndex('users_email_key').on(sql`lower(${table.email})`),
    check(
      'users_sign_in',
      sql`${table.kind} <> 'user' OR ${table.deletedAt} IS NOT NULL OR ${table.isExternal} OR (${table.email} IS NOT NULL AND ${table.passwordHash} IS NOT NULL)`,
    ),
  ],
)

/** One sign-in on one device. A guest's session also names the share link that let them in. */
export const sessions = pgTable(
  'sessions',
  {
    id: uuid('id').primaryKey(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    shareLinkId: uuid('share_link_id').references((): AnyPgColumn => shareLinks.id, { onDelete: 'cascade' }),
    createdAt: createdAt(),
    expiresAt: moment('expires_at').notNull(),
    endedAt: moment('ended_at'),
    endedReason: text('ended_reason'),
  },
  (table) => [
    index('sessions_user_idx').on(table.userId),
    index('sessions_share_link_idx').on(table.shareLinkId),
  ],
)

/** Refresh tokens, hashed. One that was used already and comes again means it was stolen. */
export const refreshTokens = pgTable(
  'refresh_tokens',
  {
    tokenHash: bytes('token_hash').primaryKey(),
    sessionId: uuid('session_id')
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    createdAt: createdAt(),
    usedAt: moment('used_at'),
  },
  (table) => [index('refresh_tokens_session_idx').on(table.sessionId)],
)

/** A place for pages. `revision` grows with every change to it, its members or its pages. */
export const drives = pgTable('drives', {
  id: uuid('id').primaryKey(),
  name: text('name').notNull(),
  revision: bigint('revision', { mode: 'number' }).notNull().default(0),
  createdBy: uuid('created_by')
    .notNull()
    .references(() => users.id),
  createdAt: createdAt(),
  /** A deleted drive and its pages are nobody's to see; their rows stay. */
  deletedAt: moment('deleted_at'),
})

export const driveMembers = pgTable(
  'drive_members',
  {
    driveId: uuid('drive_id')
      .notNull()
      .references(() => drives.id, { onDelete: 'cascade' }),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    role: roleEnum('role').notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.driveId, table.userId] }),
    index('drive_members_user_idx').on(table.userId),
    uniqueIndex('drive_members_owner_key').on(table.driveId).where(sql`${table.role} = 'owner'`),
  ],
)

/**
 * A page's place and title; its text is the document of the same id. Whoever changes a page's place or puts
 * it in the trash holds its drive's row locked, and the rows of both drives when it moves between them.
 */
export const pages = pgTable(
  'pages',
  {
    id: uuid('id').primaryKey(),
    driveId: uuid('drive_id')
      .notNull()
      .references(() => drives.id, { onDelete: 'cascade' }),
    parentId: uuid('parent_id').references((): AnyPgColumn => pages.id),
    title: text('title').notNull(),
    /** An emoji or the short name of an icon. */
    icon: text('icon'),
    /** A fractional index: the order among the pages of one parent, those in the trash included. */
    position: bytewise('position').notNull(),
    /** The revision of the drive that the page's last change led to. */
    revision: bigint('revision', { mode: 'number' }).notNull().default(0),
    /** Only the drive's owner and admins and those named in a grant may enter it and what lies below. */
    restricted: boolean('restricted').notNull().default(false),
    createdBy: uuid('created_by')
      .notNull()
      .references(() => users.id),
    createdAt: createdAt(),
    updatedAt: moment('updated_at').notNull().defaultNow(),
    /** Who changed the page last; null for nobody but who created it. */
    updatedBy: uuid('updated_by').references(() => users.id),
    deletedAt: moment('deleted_at'),
    /**
     * The page with which this one went to the trash, itself included. A deleted page without it is not in
     * the trash any more: it cannot come back, and its rows are being removed.
     */
    trashRootId: uuid('trash_root_id'),
  },
  (table) => [
    index('pages_drive_idx').on(table.driveId, table.parentId),
    index('pages_parent_idx').on(table.parentId),
    index('pages_restricted_idx').on(table.driveId).where(sql`${table.restricted}`),
    // An index over an expression: changing a page's place then does not wait for rows that refer to the page.
    uniqueIndex('pages_place_key').on(sql`coalesce(${table.parentId}, ${table.driveId})`, table.position),
    index('pages_deleted_idx')
      .on(table.driveId, table.trashRootId)
      .where(sql`${table.deletedAt} IS NOT NULL`),
  ],
)

/** A way into one page and its subtree for whoever holds the token; only the token's hash is kept. */
export const shareLinks = pgTable(
  'share_links',
  {
    id: uuid('id').primaryKey(),
    pageId: uuid('page_id')
      .notNull()
      .references(() => pages.id, { onDelete: 'cascade' }),
    role: roleEnum('role').notNull(),
    tokenHash: bytes('token_hash').notNull().unique(),
    /** What a visitor must know besides the token, as an argon2id PHC string; null asks for nothing. */
    passwordHash: text('password_hash'),
    expiresAt: moment('expires_at'),
    createdBy: uuid('created_by')
      .notNull()
      .references(() => users.id),
    createdAt: createdAt(),
    revokedAt: moment('revoked_at'),
  },
  (table) => [index('share_links_page_idx').on(table.pageId)],
)

/** The head of a page's log: the `seq` of its newest row. */
export const documents = pgTable('documents', {
  pageId: uuid('page_id')
    .primaryKey()
    .references(() => pages.id, { onDelete: 'cascade' }),
  seq: bigint('seq', { mode: 'number' }).notNull().default(0),
  /** Why the page stays closed, in the doctor's words; null for a page that may be opened. */
  damage: text('damage'),
})

/**
 * The log: every committed change to a page's text, append-only, `seq` without gaps per page, one row
 * per author per commit. `update` is a Yjs update (format v1).
 */
export const documentUpdates = pgTable(
  'document_updates',
  {
    pageId: uuid('page_id')
      .notNull()
      .references(() => documents.pageId, { onDelete: 'cascade' }),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    update: bytes('update').notNull(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
    /** Which of the author's connections it came over; null for what the server or an API call wrote. */
    connectionId: uuid('connection_id'),
    createdAt: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.pageId, table.seq] })],
)

/**
 * A page's merged state as of `seq`, so that loading reads only the rows behind it. It counts from the
 * moment that it was read back and found equal to a rebuild: without `verified_at` nobody looks at it.
 */
export const documentSnapshots = pgTable(
  'document_snapshots',
  {
    pageId: uuid('page_id')
      .notNull()
      .references(() => documents.pageId, { onDelete: 'cascade' }),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    state: bytes('state').notNull(),
    /** SHA-256 of `state`: bytes that have changed on disk are noticed before they are believed. */
    digest: bytes('digest').notNull().default(sql`''::bytea`),
    createdAt: createdAt(),
    verifiedAt: moment('verified_at'),
  },
  (table) => [primaryKey({ columns: [table.pageId, table.seq] })],
)

/**
 * What the doctor has put aside: snapshots that were wrong, and copies of rows that do not decode.
 * Nothing refers to a page here, so that nothing vanishes with one.
 */
export const documentQuarantine = pgTable(
  'document_quarantine',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    pageId: uuid('page_id').notNull(),
    kind: text('kind', { enum: ['snapshot', 'row'] }).notNull(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    content: bytes('content').notNull(),
    /** Everything else that stood beside the bytes. */
    details: jsonb('details').notNull(),
    reason: text('reason').notNull(),
    quarantinedAt: moment('quarantined_at').notNull().defaultNow(),
  },
  (table) => [index('document_quarantine_page_idx').on(table.pageId)],
)

/** One row, written by the readiness check: "ready" means that a commit has just succeeded. */
export const commitProbe = pgTable('commit_probe', {
  id: integer('id').primaryKey(),
  committedAt: moment('committed_at').notNull(),
})

/** Why a version was kept. */
export const versionKindEnum = pgEnum('version_kind', VERSION_KINDS)

/**
 * A page as it was at a `seq`, to look at and to come back to. The state lies here as well, since the rows
 * that led to it may be trimmed one day.
 */
export const documentVersions = pgTable(
  'document_versions',
  {
    id: uuid('id').primaryKey(),
    pageId: uuid('page_id')
      .notNull()
      .references(() => documents.pageId, { onDelete: 'cascade' }),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    state: bytes('state').notNull(),
    kind: versionKindEnum('kind').notNull(),
    name: text('name'),
    createdBy: uuid('created_by').references(() => users.id),
    /** Who wrote between the version before and this one. */
    contributors: uuid('contributors').array().notNull(),
    createdAt: createdAt(),
  },
  (table) => [index('document_versions_page_idx').on(table.pageId, table.seq)],
)
