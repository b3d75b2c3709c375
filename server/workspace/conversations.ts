import { randomUUID } from 'node:crypto'
import { and, desc, eq, sql } from 'drizzle-orm'
import { MAX_UNREAD_COUNT, type UnreadCount } from '../../shared/api/messages.ts'
import { findViewers } from '../access/viewers.ts'
import type { Db, Tx } from '../database/connect.ts'
import { conversationReaders, conversations } from '../database/schema.ts'
import type { FactEvent } from './events.ts'

/** How many of those who follow a page's messages are told what they have not read: who was there last. The others see it when they fetch. */
const MAX_READERS_TOLD = 500

/**
 * Makes other changes to a page's messages wait for this one, so that they become visible in the order of
 * their revisions. Answers the revision that the messages stand at meanwhile.
 */
export async function lockConversation(tx: Tx, pageId: string): Promise<number> {
  await tx.insert(conversations).values({ pageId }).onConflictDoNothing()
  const [row] = await tx
    .select({ revision: conversations.revision })
    .from(conversations)
    .where(eq(conversations.pageId, pageId))
    .for('no key update')
  if (row === undefined) throw new Error('a conversation that has just been made is not there')
  return row.revision
}

/** Moves the revision of a page's messages on by one and answers the new one; the conversation is locked. */
export async function advanceConversation(tx: Tx, pageId: string): Promise<number> {
  const [row] = await tx
    .update(conversations)
    .set({ revision: sql`${conversations.revision} + 1` })
    .where(eq(conversations.pageId, pageId))
    .returning({ revision: conversations.revision })
  if (row === undefined) throw new Error('a conversation that is locked is not there')
  return row.revision
}

/** The revision that a page's messages stand at; 0 where nobody has read or written. The caller has checked the access. */
export async function readConversationRevision(db: Db | Tx, pageId: string): Promise<number> {
  const [row] = await db
    .select({ revision: conversations.revision })
    .from(conversations)
    .where(eq(conversations.pageId, pageId))
  return row?.revision ?? 0
}

/** Has these people follow a page's messages from behind `readRevision` on; who follows them already stays where they are. */
export async function addReaders(
  tx: Tx,
  pageId: string,
  userIds: readonly string[],
  readRevision: number,
): Promise<void> {
  if (userIds.length === 0) return
  await tx
    .insert(conversationReaders)
    .values([...new Set(userIds)].sort().map((userId) => ({ pageId, userId, readRevision })))
    .onConflictDoNothing()
}

/** Notes that somebody has read everything up to a revision; it never goes back. Answers how far they have read. */
export async function moveReader(
  tx: Tx,
  pageId: string,
  userId: string,
  readRevision: number,
): Promise<number> {
  const [row] = await tx
    .insert(conversationReaders)
    .values({ pageId, userId, readRevision })
    .onConflictDoUpdate({
      target: [conversationReaders.pageId, conversationReaders.userId],
      set: {
        readRevision: sql`greatest(${conversationReaders.readRevision}, excluded.read_revision)`,
        seenAt: sql`now()`,
      },
    })
    .returning({ readRevision: conversationReaders.readRevision })
  return row?.readRevision ?? readRevision
}

/** How many messages of others a reader has not seen, counted up to the bound. */
const unreadCount = sql<number>`(SELECT count(*)::int FROM (
  SELECT FROM messages
  WHERE messages.page_id = ${conversationReaders.pageId} AND messages.number > ${conversationReaders.readRevision}
    AND messages.author_id <> ${conversationReaders.userId} AND messages.deleted_at IS NULL
  LIMIT ${MAX_UNREAD_COUNT}) unread)`

const UNREAD_COLUMNS = {
  userId: conversationReaders.userId,
  pageId: conversationReaders.pageId,
  revision: conversations.revision,
  readRevision: conversationReaders.readRevision,
  unreadCount,
}

/** What one person has not read on a page that they follow. */
export async function countUnread(tx: Tx, pageId: string, userId: string): Promise<UnreadCount> {
  const [row] = await selectUnread(tx).where(
    and(eq(conversationReaders.pageId, pageId), eq(conversationReaders.userId, userId)),
  )
  return row === undefined
    ? { pageId, revision: await readConversationRevision(tx, pageId), readRevision: 0, unreadCount: 0 }
    : toUnreadCount(row)
}

/** The pages where somebody follows the messages and has not read them all, at most `limit`, the latest first; access is not looked at. */
export async function listUnread(db: Db, userId: string, limit: number): Promise<UnreadCount[]> {
  const rows = await selectUnread(db)
    .where(and(eq(conversationReaders.userId, userId), sql`${unreadCount} > 0`))
    .orderBy(
      desc(
        sql`(SELECT created_at FROM messages WHERE page_id = ${conversationReaders.pageId} ORDER BY number DESC LIMIT 1)`,
      ),
      conversationReaders.pageId,
    )
    .limit(limit)
  return rows.map(toUnreadCount)
}

/** Tells everybody who follows a page's messages, and may still view it, what they have not read. */
export async function tellReaders(tx: Tx, pageId: string): Promise<FactEvent[]> {
  const rows = await selectUnread(tx)
    .where(eq(conversationReaders.pageId, pageId))
    .orderBy(desc(conversationReaders.seenAt), conversationReaders.userId)
    .limit(MAX_READERS_TOLD)
  const viewers = await findViewers(
    tx,
    pageId,
    rows.map((row) => row.userId),
  )
  return rows
    .filter((row) => viewers.has(row.userId))
    .map((row) => toUnreadFact(row.userId, toUnreadCount(row)))
}

/** What all of a person's connections are told when they have read, or have something new to read. */
export function toUnreadFact(userId: string, unread: UnreadCount): FactEvent {
  return {
    kind: 'fact',
    name: 'unread_count_updated',
    payload: { eventId: randomUUID(), ...unread },
    audience: { userId },
  }
}

function selectUnread(db: Db | Tx) {
  return db
    .select(UNREAD_COLUMNS)
    .from(conversationReaders)
    .innerJoin(conversations, eq(conversations.pageId, conversationReaders.pageId))
    .$dynamic()
}

function toUnreadCount({ userId: _userId, ...unread }: UnreadCount & { userId: string }): UnreadCount {
  return unread
}
