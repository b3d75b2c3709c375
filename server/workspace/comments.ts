import { randomUUID } from 'node:crypto'
import { and, count, eq, isNull, sql } from 'drizzle-orm'
import {
  type Anchor,
  type Comment,
  type CreateThreadBody,
  MAX_PAGE_THREADS,
  MAX_THREAD_COMMENTS,
  type Thread,
  type ThreadList,
  type ThreadListQuery,
} from '../../shared/api/comments.ts'
import type { ProblemCode } from '../../shared/api/problem.ts'
import { isAtLeast, type Role } from '../../shared/roles.ts'
import type { Identity } from '../auth/identity.ts'
import type { Db, Tx } from '../database/connect.ts'
import { comments, commentThreads } from '../database/schema.ts'
import type { Transact } from '../database/transaction.ts'
import type { Logger } from '../operations/logger.ts'
import { requirePageRole } from './authorize.ts'
import {
  advanceBoard,
  lockBoard,
  readBoardRevision,
  readComment,
  readThread,
  readThreadHead,
  readThreads,
  type ThreadHead,
  type ThreadRow,
} from './comment-rows.ts'
import type { FactEvent, WorkspaceEvent } from './events.ts'
import { notFound, Refusal } from './failures.ts'
import { notify, withdrawNotices } from './notify.ts'
import { requireMentionable } from './require-mentionable.ts'

/** What people say about pieces of a page's text. */
export interface CommentOperations {
  list(identity: Identity, pageId: string, query: ThreadListQuery): Promise<ThreadList>
  /** The revision that a page's comments stand at, for somebody who may view the page. */
  readRevision(identity: Identity, pageId: string): Promise<number>
  /**
   * Begins a thread and marks the text that it is about. Idempotent by id. Text that was deleted meanwhile
   * is no obstacle: the thread quotes it.
   */
  createThread(identity: Identity, pageId: string, body: CreateThreadBody): Promise<Thread>
  /** Settles a thread, or opens it again. Idempotent. */
  resolve(identity: Identity, pageId: string, threadId: string, resolved: boolean): Promise<Thread>
  /** Deletes a thread with what is said in it, and the mark in the text. */
  removeThread(identity: Identity, pageId: string, threadId: string): Promise<void>
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

/** How threads are tied to the text: the server writes the marks, with whoever comments as their author. */
export interface CommentAnchors {
  /**
   * Marks the text of an anchor as a thread's, and answers how it begins: null if it has been deleted.
   * `unknown` for a place that the page has not or not yet, `too-long` for too much at once.
   */
  write(
    pageId: string,
    author: Identity,
    threadId: string,
    anchor: Anchor,
  ): Promise<{ readonly quote: string | null } | 'unknown' | 'too-long'>
  /** Takes the marks of a thread away, wherever they are. */
  remove(pageId: string, author: Identity, threadId: string): Promise<void>
}

export function createCommentOperations(deps: {
  readonly db: Db
  readonly transact: Transact<WorkspaceEvent>
  readonly anchors: CommentAnchors
  readonly logger: Pick<Logger, 'warn'>
}): CommentOperations {
  const { db, transact, anchors, logger } = deps

  /** A mark whose thread is not there is shown by nobody: that it stays is no reason to fail. */
  async function clearMark(pageId: string, author: Identity, threadId: string): Promise<void> {
    await anchors
      .remove(pageId, author, threadId)
      .catch((error: unknown) => logger.warn({ err: error, pageId, threadId }, 'a comment’s mark stays'))
  }

  return {
    async list(identity, pageId, query) {
      await requirePageRole(db, identity, pageId, 'viewer')
      // The revision is read first: a change that slips in between is listed and then announced as well.
      const revision = await readBoardRevision(db, pageId)
      const found = await readThreads(db, pageId, query)
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
      return readBoardRevision(db, pageId)
    },

    async createThread(identity, pageId, { id = randomUUID(), anchor, quote, comment }) {
      const { userId } = identity
      await requirePageRole(db, identity, pageId, 'commenter')
      const existing = await findOwnThread(db, id, pageId, userId)
      if (existing !== undefined) return existing
      await requireThreadRoom(db, pageId)
      await requireMentionable(db, pageId, comment.mentions)

      // The mark comes first: one without a thread is shown by nobody, and who sends again finds it there.
      const marked = await anchors.write(pageId, identity, id, anchor).catch(toRefusal)
      if (marked === 'unknown')
        throw new Refusal('unknown-anchor', 'This place is not in the page, or not yet: save it first.')
      if (marked === 'too-long')
        throw new Refusal('invalid-request', 'This is too much text for one comment. Select less.')
      try {
        return await transact(async (tx) => {
          await requirePageRole(tx, identity, pageId, 'commenter')
          await lockBoard(tx, pageId)
          const sent = await findOwnThread(tx, id, pageId, userId)
          if (sent !== undefined) return { result: sent, events: [] }
          await requireThreadRoom(tx, pageId)
          const mentions = await requireMentionable(tx, pageId, comment.mentions)
          const number = await advanceBoard(tx, pageId)
          const [created] = await tx
            .insert(commentThreads)
            .values({
              ...{ id, pageId, quote: marked.quote ?? quote, createdBy: userId },
              ...{ number, revision: number },
            })
            .onConflictDoNothing()
            .returning({ id: commentThreads.id })
          if (created === undefined) throw idTaken()
          const commentId = comment.id ?? randomUUID()
          const author = { threadId: id, authorId: userId, number }
          await insertComment(tx, { id: commentId, ...author, body: comment.body, mentions })
          const thread = await readStoredThread(tx, id)
          const notified = await notify(
            tx,
            { pageId, actorId: userId },
            mentions.map((mentioned) => ({ kind: 'comment-mention', commentId, userId: mentioned })),
          )
          const payload = { eventId: randomUUID(), pageId, revision: number, thread }
          const fact: FactEvent = { kind: 'fact', name: 'thread_created', payload, audience: { pageId } }
          return { result: thread, events: [fact, ...notified] }
        })
      } catch (error) {
        if (error instanceof Refusal && !(await isThread(db, id))) await clearMark(pageId, identity, id)
        throw error
      }
    },

    resolve: (identity, pageId, threadId, resolved) =>
      transact(async (tx) => {
        const { row } = await lockThread(tx, identity, pageId, threadId)
        if ((row.resolvedAt !== null) === resolved)
          return { result: await readStoredThread(tx, threadId), events: [] }
        const revision = await advanceBoard(tx, pageId)
        await tx
          .update(commentThreads)
          .set({
            resolvedAt: resolved ? sql`now()` : null,
            resolvedBy: resolved ? identity.userId : null,
            revision,
          })
          .where(eq(commentThreads.id, threadId))
        const result = await readStoredThread(tx, threadId)
        const thread = (await readThreadHead(tx, threadId)) as ThreadHead
        const payload = { eventId: randomUUID(), pageId, revision, thread }
        return { result, events: [{ kind: 'fact', name: 'thread_updated', payload, audience: { pageId } }] }
      }),

    async removeThread(identity, pageId, threadId) {
      await transact(async (tx) => {
        const { row, role } = await lockThread(tx, identity, pageId, threadId)
        if (row.createdBy !== identity.userId && !isAtLeast(role, 'admin'))
          throw new Refusal('forbidden', 'Only who began a thread and admins can delete it.')
        const revision = await advanceBoard(tx, pageId)
        const said = await tx
          .select({ id: comments.id })
          .from(comments)
          .where(eq(comments.threadId, threadId))
        const withdrawn = await withdrawNotices(tx, { commentIds: said.map(({ id }) => id) })
        await tx.delete(comments).where(eq(comments.threadId, threadId))
        await tx
          .update(commentThreads)
          .set({ quote: '', deletedAt: sql`now()`, revision })
          .where(eq(commentThreads.id, threadId))
        const payload = { eventId: randomUUID(), pageId, revision, threadId }
        const fact: FactEvent = { kind: 'fact', name: 'thread_deleted', payload, audience: { pageId } }
        return { result: undefined, events: [fact, ...withdrawn] }
      })
      await clearMark(pageId, identity, threadId)
    },

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

/**
 * A thread that somebody may comment in, with all that is said on its page waiting for this change.
 * @throws Refusal `not-found`, `forbidden`
 */
async function lockThread(
  tx: Tx,
  identity: Identity,
  pageId: string,
  threadId: string,
): Promise<{ row: ThreadRow; role: Role }> {
  const { role } = await requirePageRole(tx, identity, pageId, 'commenter')
  await lockBoard(tx, pageId)
  const [row] = await tx
    .select()
    .from(commentThreads)
    .where(
      and(
        eq(commentThreads.id, threadId),
        eq(commentThreads.pageId, pageId),
        isNull(commentThreads.deletedAt),
      ),
    )
  if (row === undefined) throw notFound('thread')
  return { row, role }
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

/**
 * What this person began with the same id before.
 * @throws Refusal `id-taken` when it is another's, another page's or was deleted
 */
async function findOwnThread(
  db: Db | Tx,
  id: string,
  pageId: string,
  userId: string,
): Promise<Thread | undefined> {
  if (!(await isThread(db, id))) return undefined
  const thread = await readThread(db, id)
  if (thread?.pageId !== pageId || thread.author.userId !== userId) throw idTaken()
  return thread
}

async function isThread(db: Db | Tx, id: string): Promise<boolean> {
  const rows = await db
    .select({ id: commentThreads.id })
    .from(commentThreads)
    .where(eq(commentThreads.id, id))
  return rows.length > 0
}

async function requireThreadRoom(db: Db | Tx, pageId: string): Promise<void> {
  const [row] = await db
    .select({ threads: count() })
    .from(commentThreads)
    .where(and(eq(commentThreads.pageId, pageId), isNull(commentThreads.deletedAt)))
  if ((row?.threads ?? 0) >= MAX_PAGE_THREADS)
    throw new Refusal(
      'limit-reached',
      `A page can have ${MAX_PAGE_THREADS} threads. Delete settled ones first.`,
    )
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

async function insertComment(
  tx: Tx,
  comment: {
    readonly id: string
    readonly threadId: string
    readonly authorId: string
    readonly body: string
    readonly mentions: string[]
    readonly number: number
  },
): Promise<void> {
  const { id, threadId, authorId, body, mentions, number } = comment
  const [created] = await tx
    .insert(comments)
    .values({ id, threadId, authorId, body, mentions, number, revision: number })
    .onConflictDoNothing()
    .returning({ id: comments.id })
  if (created === undefined) throw idTaken()
}

async function readStoredThread(tx: Tx, threadId: string): Promise<Thread> {
  const thread = await readThread(tx, threadId)
  if (thread === undefined) throw notFound('thread')
  return thread
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

const idTaken = () => new Refusal('id-taken', 'This id is in use. Make a new one and try again.')

/** What writing to a page can be refused with, told as it would be told to an editor. */
const PASSED_ON: Record<string, ProblemCode> = {
  'page-deleted': 'not-found',
  'page-not-found': 'not-found',
  'access-changed': 'forbidden',
  'session-ended': 'session-ended',
  'page-too-large': 'page-too-large',
  'page-unreadable': 'page-unreadable',
  'storage-unavailable': 'storage-unavailable',
}

function toRefusal(error: Error & { code?: string }): never {
  const code = PASSED_ON[error.code ?? '']
  throw code === undefined ? error : new Refusal(code, error.message)
}
