import { randomUUID } from 'node:crypto'
import { and, count, eq, sql } from 'drizzle-orm'
import {
  MAX_REACTIONS,
  type Message,
  type MessageList,
  type MessageListQuery,
  type UnreadCount,
} from '../../shared/api/messages.ts'
import { isAtLeast, type Role } from '../../shared/roles.ts'
import { createAccess } from '../access/access.ts'
import { findViewable } from '../access/viewers.ts'
import type { Identity } from '../auth/identity.ts'
import type { Db, Tx } from '../database/connect.ts'
import { messageReactions, messages, pages } from '../database/schema.ts'
import type { Transact } from '../database/transaction.ts'
import { requirePageRole } from './authorize.ts'
import {
  addReaders,
  advanceConversation,
  countUnread,
  listUnread,
  lockConversation,
  moveReader,
  readConversationRevision,
  tellReaders,
  toUnreadFact,
} from './conversations.ts'
import type { FactEvent, WorkspaceEvent } from './events.ts'
import { idTaken, notFound, Refusal } from './failures.ts'
import { type MessageRow, readMessage, readMessages } from './message-rows.ts'
import { notify, withdrawNotices } from './notify.ts'
import { requireMentionable } from './require-mentionable.ts'

/** On how many pages somebody is told at most that there is something unread. */
const MAX_UNREAD_PAGES = 100

/** What people say about a page, and how far each of them has read it. */
export interface MessageOperations {
  list(identity: Identity, pageId: string, query: MessageListQuery): Promise<MessageList>
  /** The revision that a page's messages stand at, for somebody who may view the page. */
  readRevision(identity: Identity, pageId: string): Promise<number>
  /** Idempotent by id: sending the same id to the same page again answers the message that is there. */
  send(identity: Identity, pageId: string, body: NewMessage): Promise<Message>
  /** Changes one's own message; saying the same again changes nothing. */
  edit(identity: Identity, messageId: string, body: Pick<NewMessage, 'body' | 'mentions'>): Promise<Message>
  /** Takes away what a message said; what is left keeps its place. Idempotent. */
  remove(identity: Identity, messageId: string): Promise<Message>
  /** Puts an emoji below a message, or takes one's own away. Idempotent. */
  react(identity: Identity, messageId: string, emoji: string, reacted: boolean): Promise<Message>
  /** Notes that somebody has read everything up to a revision; it never goes back. */
  markRead(identity: Identity, pageId: string, revision: number): Promise<UnreadCount>
  /** The pages that somebody may view where others wrote something that they have not read. */
  listUnread(identity: Identity): Promise<UnreadCount[]>
}

export interface NewMessage {
  readonly id?: string | undefined
  readonly body: string
  readonly parentId: string | null
  readonly mentions: readonly string[]
}

/** The facts that say how a message stands now. */
type MessageFactName = 'message_created' | 'message_updated' | 'message_deleted'

export function createMessageOperations(db: Db, transact: Transact<WorkspaceEvent>): MessageOperations {
  return {
    async list(identity, pageId, query) {
      await requirePageRole(db, identity, pageId, 'viewer')
      // The revision is read first: a message that slips in between is listed and then announced as well.
      const revision = await readConversationRevision(db, pageId)
      const found = await readMessages(db, pageId, query)
      const items = found.slice(0, query.limit)
      const last = items.at(-1)
      return {
        items,
        revision,
        ...(found.length > query.limit && last !== undefined && { nextCursor: last.number }),
      }
    },

    async readRevision(identity, pageId) {
      await requirePageRole(db, identity, pageId, 'viewer')
      return readConversationRevision(db, pageId)
    },

    send: (identity, pageId, body) =>
      transact(async (tx) => {
        await requirePageRole(tx, identity, pageId, 'commenter')
        await lockConversation(tx, pageId)
        const id = body.id ?? randomUUID()
        const sent = await findSent(tx, id, pageId, identity)
        if (sent !== undefined) return { result: sent, events: [] }
        const parentAuthorId = body.parentId === null ? null : await requireThread(tx, pageId, body.parentId)
        const mentions = await requireMentionable(tx, pageId, body.mentions)

        const { message, events } = await insertMessage(tx, {
          ...{ id, pageId, authorId: identity.userId, parentAuthorId, mentions },
          ...{ parentId: body.parentId, body: body.body },
        })
        return { result: message, events }
      }),

    edit: (identity, messageId, { body, mentions }) =>
      transact(async (tx) => {
        const { row } = await lockMessage(tx, identity, messageId, 'commenter')
        if (row.authorId !== identity.userId)
          throw new Refusal('forbidden', 'Only the author can change what a message says.')
        if (row.deletedAt !== null) throw notFound('message')
        const added = mentions.filter((userId) => !row.mentions.includes(userId))
        const kept = row.mentions.filter((userId) => mentions.includes(userId))
        const isSame = body === row.body && added.length === 0 && kept.length === row.mentions.length
        if (isSame) return { result: await readStored(tx, messageId), events: [] }

        const mentioned = await requireMentionable(tx, row.pageId, added)
        const revision = await advanceConversation(tx, row.pageId)
        await tx
          .update(messages)
          .set({ body, mentions: [...kept, ...mentioned], revision, editedAt: sql`now()` })
          .where(eq(messages.id, messageId))
        await addReaders(tx, row.pageId, mentioned, row.number - 1)
        const { message, fact } = await tell(tx, 'message_updated', messageId)
        const notified = await notify(
          tx,
          { pageId: row.pageId, actorId: identity.userId },
          mentioned.map((userId) => ({ kind: 'message-mention', messageId, userId })),
        )
        return { result: message, events: [fact, ...notified] }
      }),

    remove: (identity, messageId) =>
      transact(async (tx) => {
        const { row, role } = await lockMessage(tx, identity, messageId, 'commenter')
        if (row.authorId !== identity.userId && !isAtLeast(role, 'admin'))
          throw new Refusal('forbidden', 'Only the author and admins can delete a message.')
        if (row.deletedAt !== null) return { result: await readStored(tx, messageId), events: [] }

        const revision = await advanceConversation(tx, row.pageId)
        await tx
          .update(messages)
          .set({ body: '', mentions: [], revision, deletedAt: sql`now()` })
          .where(eq(messages.id, messageId))
        await tx.delete(messageReactions).where(eq(messageReactions.messageId, messageId))
        const { message, fact } = await tell(tx, 'message_deleted', messageId)
        const told = await tellReaders(tx, row.pageId)
        const withdrawn = await withdrawNotices(tx, { messageId })
        return { result: message, events: [fact, ...told, ...withdrawn] }
      }),

    react: (identity, messageId, emoji, reacted) =>
      transact(async (tx) => {
        const { row } = await lockMessage(tx, identity, messageId, 'commenter')
        if (row.deletedAt !== null) throw notFound('message')
        const changed = await (reacted ? addReaction : removeReaction)(tx, messageId, identity.userId, emoji)
        if (!changed) return { result: await readStored(tx, messageId), events: [] }
        const revision = await advanceConversation(tx, row.pageId)
        await tx.update(messages).set({ revision }).where(eq(messages.id, messageId))
        const { message, fact } = await tell(tx, 'message_updated', messageId)
        return { result: message, events: [fact] }
      }),

    markRead: (identity, pageId, revision) =>
      transact(async (tx) => {
        await requirePageRole(tx, identity, pageId, 'viewer')
        // What is not there yet cannot have been read.
        const upTo = Math.min(revision, await lockConversation(tx, pageId))
        const before = await countUnread(tx, pageId, identity.userId)
        await moveReader(tx, pageId, identity.userId, upTo)
        const unread = await countUnread(tx, pageId, identity.userId)
        const isSame = before.readRevision === unread.readRevision
        return { result: unread, events: isSame ? [] : [toUnreadFact(identity.userId, unread)] }
      }),

    async listUnread(identity) {
      const unread = await listUnread(db, identity.userId, MAX_UNREAD_PAGES)
      const viewable = await findViewable(
        db,
        identity,
        unread.map(({ pageId }) => pageId),
      )
      return unread.filter(({ pageId }) => viewable.has(pageId))
    },
  }
}

/**
 * A message that somebody may change, with everything that is said on its page waiting for this change.
 * @throws Refusal `not-found` also when the page is not theirs to know of, `forbidden` with too low a role
 */
async function lockMessage(
  tx: Tx,
  identity: Identity,
  messageId: string,
  needed: Role,
): Promise<{ row: MessageRow; role: Role }> {
  const [found] = await tx
    .select({ pageId: messages.pageId })
    .from(messages)
    .where(eq(messages.id, messageId))
  if (found === undefined) throw notFound('message')
  const decision = await createAccess(tx).toPage(identity, found.pageId)
  if (decision.kind === 'not-found' || decision.kind === 'page-deleted') throw notFound('message')
  const { role } = await requirePageRole(tx, identity, found.pageId, needed)
  await lockConversation(tx, found.pageId)
  const [row] = await tx.select().from(messages).where(eq(messages.id, messageId))
  if (row === undefined) throw notFound('message')
  return { row, role }
}

/** What this person sent with the same id before. */
async function findSent(
  tx: Tx,
  id: string,
  pageId: string,
  { userId }: Identity,
): Promise<Message | undefined> {
  const existing = await readMessage(tx, id)
  if (existing !== undefined && (existing.pageId !== pageId || existing.author.userId !== userId))
    throw idTaken()
  return existing
}

/** The author of the message that starts a thread. */
async function requireThread(tx: Tx, pageId: string, parentId: string): Promise<string> {
  const [parent] = await tx
    .select({ authorId: messages.authorId, parentId: messages.parentId })
    .from(messages)
    .where(and(eq(messages.id, parentId), eq(messages.pageId, pageId)))
  if (parent === undefined) throw notFound('message')
  if (parent.parentId !== null)
    throw new Refusal('invalid-request', 'Reply to the message that starts the thread, not to a reply.')
  return parent.authorId
}

async function findPageAuthor(tx: Tx, pageId: string): Promise<string> {
  const [page] = await tx.select({ createdBy: pages.createdBy }).from(pages).where(eq(pages.id, pageId))
  if (page === undefined) throw notFound('page')
  return page.createdBy
}

/** Whether this changed anything; `limit-reached` when the message carries all that it can. */
async function addReaction(tx: Tx, messageId: string, userId: string, emoji: string): Promise<boolean> {
  const added = await tx
    .insert(messageReactions)
    .values({ messageId, userId, emoji })
    .onConflictDoNothing()
    .returning({ emoji: messageReactions.emoji })
  if (added.length === 0) return false
  const [reactions] = await tx
    .select({ count: count() })
    .from(messageReactions)
    .where(eq(messageReactions.messageId, messageId))
  if ((reactions?.count ?? 0) > MAX_REACTIONS)
    throw new Refusal('limit-reached', `A message can carry ${MAX_REACTIONS} reactions.`)
  return true
}

async function removeReaction(tx: Tx, messageId: string, userId: string, emoji: string): Promise<boolean> {
  const removed = await tx
    .delete(messageReactions)
    .where(
      and(
        eq(messageReactions.messageId, messageId),
        eq(messageReactions.userId, userId),
        eq(messageReactions.emoji, emoji),
      ),
    )
    .returning({ emoji: messageReactions.emoji })
  return removed.length > 0
}

async function readStored(tx: Tx, messageId: string): Promise<Message> {
  const message = await readMessage(tx, messageId)
  if (message === undefined) throw notFound('message')
  return message
}

/** A message as the change has left it, and the fact that says so to everyone on its page. */
async function tell(
  tx: Tx,
  name: MessageFactName,
  messageId: string,
): Promise<{ message: Message; fact: FactEvent }> {
  const message = await readStored(tx, messageId)
  const { pageId, revision } = message
  const payload = { eventId: randomUUID(), pageId, revision, message }
  return { message, fact: { kind: 'fact', name, payload, audience: { pageId } } }
}

/**
 * Adds a message to a conversation that is locked, and tells whom it concerns.
 * @throws Refusal `id-taken` when the id belongs to another message
 */
async function insertMessage(
  tx: Tx,
  message: {
    readonly id: string
    readonly pageId: string
    readonly authorId: string
    readonly parentId: string | null
    readonly parentAuthorId: string | null
    readonly body: string
    readonly mentions: string[]
  },
): Promise<{ message: Message; events: WorkspaceEvent[] }> {
  const { id, pageId, authorId, parentId, body, mentions } = message
  const number = await advanceConversation(tx, pageId)
  const [created] = await tx
    .insert(messages)
    .values({ id, pageId, parentId, authorId, body, mentions, number, revision: number })
    .onConflictDoNothing()
    .returning({ id: messages.id })
  if (created === undefined) throw idTaken()

  // Whoever writes has read what is there; whom it concerns follows from here on.
  await moveReader(tx, pageId, authorId, number)
  const replied = message.parentAuthorId === null ? [] : [message.parentAuthorId]
  await addReaders(tx, pageId, [await findPageAuthor(tx, pageId), ...replied, ...mentions], number - 1)
  const told = await tell(tx, 'message_created', id)
  const readers = await tellReaders(tx, pageId)
  const notified = await notify(tx, { pageId, actorId: authorId }, [
    ...mentions.map((userId) => ({ kind: 'message-mention', messageId: id, userId }) as const),
    ...replied.map((userId) => ({ kind: 'message-reply', messageId: id, userId }) as const),
  ])
  return { message: told.message, events: [told.fact, ...readers, ...notified] }
}

/** Keeps what a program has written on a page as a message of its own. The caller has checked that it may. */
export async function keepAnswer(
  tx: Tx,
  { pageId, userId, text }: { readonly pageId: string; readonly userId: string; readonly text: string },
): Promise<{ messageId: string; events: WorkspaceEvent[] }> {
  await lockConversation(tx, pageId)
  const { message, events } = await insertMessage(tx, {
    ...{ id: randomUUID(), pageId, authorId: userId, parentId: null, parentAuthorId: null },
    ...{ body: text, mentions: [] },
  })
  return { messageId: message.id, events }
}
