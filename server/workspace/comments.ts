import { randomUUID } from 'node:crypto'
import { and, eq, sql } from 'drizzle-orm'
import { type Comment, MAX_THREAD_COMMENTS } from '../../shared/api/comments.ts'
import { isAtLeast } from '../../shared/roles.ts'
import type { Identity } from '../auth/identity.ts'
import type { Tx } from '../database/connect.ts'
import { comments } from '../database/schema.ts'
import { advanceBoard, insertComment, readComment } from './comment-rows.ts'
import type { FactEvent } from './events.ts'
import { idTaken, notFound, Refusal } from './failures.ts'
import { lockThread } from './lock-thread.ts'
import { notify, withdrawNotices } from './notify.ts'
import { requireMentionable } from './require-mentionable.ts'
import { createThreadOperations, type ThreadDeps, type ThreadOperations } from './threads.ts'

/** What people say about pieces of a page's text: threads, and what is said in them. */
export interface CommentOperations extends ThreadOperations {
  /** Idempotent by id. */
  reply(identity: Identity, pageId: string, threadId: string, body: NewComment): Promise<Comment>
  /** Changes one's own comment; saying the same again changes nothing. */
  edit(identity: Identity, place: CommentPlace, body: Omit<NewComment, 'id'>): Promise<Comment>
  /** Takes away what a comment said; what is left keeps its place. Idempotent. */
  remove(identity: Identity, place: CommentPlace): Promise<Comment>
}

export interface NewComment {
  readonly id?: string | undefined
  readonly body: string
  readonly mentions: readonly string[]
}

export interface CommentPlace {
  readonly pageId: string
  readonly threadId: string
  readonly commentId: string
}

export function createCommentOperations(deps: ThreadDeps): CommentOperations {
  const { transact } = deps
  return {
    ...createThreadOperations(deps),

    reply: (identity, pageId, threadId, { id = randomUUID(), body, mentions: named }) =>
      transact(async (tx) => {
        const { userId } = identity
        const { row } = await lockThread(tx, identity, pageId, threadId)
        const sent = await readComment(tx, id)
        if (sent !== undefined) {
          if (sent.threadId !== threadId || sent.author.userId !== userId) throw idTaken()
          return { result: sent, events: [] }
        }
        const authorIds = await requireCommentRoom(tx, threadId)
        const mentions = await requireMentionable(tx, pageId, named)
        const number = await advanceBoard(tx, pageId)
        await insertComment(tx, { id, threadId, authorId: userId, body, mentions, number })
        const { comment, fact } = await tell(tx, 'comment_created', pageId, id)
        const notified = await notify(tx, { pageId, actorId: userId }, [
          ...mentions.map((user) => ({ kind: 'comment-mention', commentId: id, userId: user }) as const),
          ...[row.createdBy, ...authorIds].map(
            (user) => ({ kind: 'comment-reply', commentId: id, userId: user }) as const,
          ),
        ])
        return { result: comment, events: [fact, ...notified] }
      }),

    edit: (identity, { pageId, threadId, commentId }, { body, mentions }) =>
      transact(async (tx) => {
        const { row } = await lockComment(tx, identity, { pageId, threadId, commentId })
        if (row.authorId !== identity.userId)
          throw new Refusal('forbidden', 'Only the author can change what a comment says.')
        if (row.deletedAt !== null) throw notFound('comment')
        const added = mentions.filter((userId) => !row.mentions.includes(userId))
        const kept = row.mentions.filter((userId) => mentions.includes(userId))
        const isSame = body === row.body && added.length === 0 && kept.length === row.mentions.length
        if (isSame) return { result: await readStoredComment(tx, commentId), events: [] }
        const mentioned = await requireMentionable(tx, pageId, added)
        const revision = await advanceBoard(tx, pageId)
        await tx
          .update(comments)
          .set({ body, mentions: [...kept, ...mentioned], revision, editedAt: sql`now()` })
          .where(eq(comments.id, commentId))
        const { comment, fact } = await tell(tx, 'comment_updated', pageId, commentId)
        const notified = await notify(
          tx,
          { pageId, actorId: identity.userId },
          mentioned.map((userId) => ({ kind: 'comment-mention', commentId, userId })),
        )
        return { result: comment, events: [fact, ...notified] }
      }),

    remove: (identity, { pageId, threadId, commentId }) =>
      transact(async (tx) => {
        const { row, role } = await lockComment(tx, identity, { pageId, threadId, commentId })
        if (row.authorId !== identity.userId && !isAtLeast(role, 'admin'))
          throw new Refusal('forbidden', 'Only the author and admins can delete a comment.')
        if (row.deletedAt !== null) return { result: await readStoredComment(tx, commentId), events: [] }
        const revision = await advanceBoard(tx, pageId)
        await tx
          .update(comments)
          .set({ body: '', mentions: [], revision, deletedAt: sql`now()` })
          .where(eq(comments.id, commentId))
        const { comment, fact } = await tell(tx, 'comment_deleted', pageId, commentId)
        const withdrawn = await withdrawNotices(tx, { commentIds: [commentId] })
        return { result: comment, events: [fact, ...withdrawn] }
      }),
  }
}

async function lockComment(tx: Tx, identity: Identity, { pageId, threadId, commentId }: CommentPlace) {
  const { role } = await lockThread(tx, identity, pageId, threadId)
  const [row] = await tx
    .select()
    .from(comments)
    .where(and(eq(comments.id, commentId), eq(comments.threadId, threadId)))
  if (row === undefined) throw notFound('comment')
  return { row, role }
}

/** Those who have written in a thread; `limit-reached` when it holds all that it can. */
async function requireCommentRoom(tx: Tx, threadId: string): Promise<string[]> {
  const rows = await tx
    .select({ authorId: comments.authorId, deletedAt: comments.deletedAt })
    .from(comments)
    .where(eq(comments.threadId, threadId))
  if (rows.length >= MAX_THREAD_COMMENTS)
    throw new Refusal('limit-reached', `A thread can hold ${MAX_THREAD_COMMENTS} comments. Begin a new one.`)
  return rows.filter(({ deletedAt }) => deletedAt === null).map(({ authorId }) => authorId)
}

async function readStoredComment(tx: Tx, commentId: string): Promise<Comment> {
  const comment = await readComment(tx, commentId)
  if (comment === undefined) throw notFound('comment')
  return comment
}

/** A comment as the change has left it, and the fact that says so to everyone on its page. */
async function tell(
  tx: Tx,
  name: 'comment_created' | 'comment_updated' | 'comment_deleted',
  pageId: string,
  commentId: string,
): Promise<{ comment: Comment; fact: FactEvent }> {
  const comment = await readStoredComment(tx, commentId)
  const payload = { eventId: randomUUID(), pageId, revision: comment.revision, comment }
  return { comment, fact: { kind: 'fact', name, payload, audience: { pageId } } }
}
