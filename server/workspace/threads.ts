import { randomUUID } from 'node:crypto'
import { and, count, eq, isNull, sql } from 'drizzle-orm'
import {
  type Anchor,
  type CreateThreadBody,
  MAX_PAGE_THREADS,
  type Thread,
  type ThreadList,
  type ThreadListQuery,
} from '../../shared/api/comments.ts'
import type { ProblemCode } from '../../shared/api/problem.ts'
import { isAtLeast } from '../../shared/roles.ts'
import type { Identity } from '../auth/identity.ts'
import type { Db, Tx } from '../database/connect.ts'
import { comments, commentThreads } from '../database/schema.ts'
import type { Transact } from '../database/transaction.ts'
import type { Logger } from '../operations/logger.ts'
import { requirePageRole } from './authorize.ts'
import {
  advanceBoard,
  insertComment,
  lockBoard,
  readBoardRevision,
  readThread,
  readThreadHead,
  readThreads,
  type ThreadHead,
} from './comment-rows.ts'
import type { FactEvent, WorkspaceEvent } from './events.ts'
import { idTaken, notFound, Refusal } from './failures.ts'
import { lockThread } from './lock-thread.ts'
import { notify, withdrawNotices } from './notify.ts'
import { requireMentionable } from './require-mentionable.ts'

/** Threads: what is talked about, and where in the text it is. */
export interface ThreadOperations {
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

/** What threads need of the rest of the server. */
export interface ThreadDeps {
  readonly db: Db
  readonly transact: Transact<WorkspaceEvent>
  readonly anchors: CommentAnchors
  readonly logger: Pick<Logger, 'warn'>
}

export function createThreadOperations({ db, transact, anchors, logger }: ThreadDeps): ThreadOperations {
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
  }
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

async function readStoredThread(tx: Tx, threadId: string): Promise<Thread> {
  const thread = await readThread(tx, threadId)
  if (thread === undefined) throw notFound('thread')
  return thread
}

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
