import { and, asc, desc, eq, gt, inArray, lt, type SQL } from 'drizzle-orm'
import type { Message, MessageListQuery, Reaction } from '../../shared/api/messages.ts'
import type { Db, Tx } from '../database/connect.ts'
import { messageReactions, messages, users } from '../database/schema.ts'
import { toPerson } from './people.ts'

/** A message as it is stored. */
export type MessageRow = typeof messages.$inferSelect

/** One message as everybody sees it. The caller has checked the access. */
export async function readMessage(db: Db | Tx, messageId: string): Promise<Message | undefined> {
  const [message] = await select(db, eq(messages.id, messageId), asc(messages.number), 1)
  return message
}

/** Some of a page's messages, one more than were asked for if there are more. The caller has checked the access. */
export function readMessages(
  db: Db,
  pageId: string,
  { before, after, parentId, limit }: MessageListQuery,
): Promise<Message[]> {
  const where = and(
    eq(messages.pageId, pageId),
    before === undefined ? undefined : lt(messages.number, before),
    after === undefined ? undefined : gt(messages.number, after),
    parentId === undefined ? undefined : eq(messages.parentId, parentId),
  )
  return select(db, where, after === undefined ? desc(messages.number) : asc(messages.number), limit + 1)
}

async function select(db: Db | Tx, where: SQL | undefined, order: SQL, limit: number): Promise<Message[]> {
  const rows = await db
    .select({ message: messages, author: users })
    .from(messages)
    .innerJoin(users, eq(users.id, messages.authorId))
    .where(where)
    .orderBy(order)
    .limit(limit)
  const reactions = await readReactions(
    db,
    rows.map(({ message }) => message.id),
  )
  return rows.map(({ message, author }) => ({
    id: message.id,
    pageId: message.pageId,
    parentId: message.parentId,
    author: toPerson(author),
    body: message.body,
    mentions: message.mentions,
    reactions: reactions.get(message.id) ?? [],
    number: message.number,
    revision: message.revision,
    createdAt: message.createdAt.toISOString(),
    editedAt: message.editedAt?.toISOString() ?? null,
    deletedAt: message.deletedAt?.toISOString() ?? null,
  }))
}

async function readReactions(
  db: Db | Tx,
  messageIds: readonly string[],
): Promise<ReadonlyMap<string, Reaction[]>> {
  if (messageIds.length === 0) return new Map()
  const rows = await db
    .select()
    .from(messageReactions)
    .where(inArray(messageReactions.messageId, [...messageIds]))
    .orderBy(asc(messageReactions.createdAt), asc(messageReactions.userId))
  const byMessage = new Map<string, Map<string, string[]>>()
  for (const { messageId, emoji, userId } of rows) {
    const emojis = byMessage.get(messageId) ?? new Map<string, string[]>()
    byMessage.set(messageId, emojis.set(emoji, [...(emojis.get(emoji) ?? []), userId]))
  }
  return new Map(
    [...byMessage].map(([messageId, emojis]) => [
      messageId,
      [...emojis].map(([emoji, userIds]) => ({ emoji, userIds })),
    ]),
  )
}
