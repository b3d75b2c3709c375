import { and, asc, eq, gt, inArray, isNull, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import type { Comment, Thread, ThreadListQuery } from '../../shared/api/comments.ts'
import type { Db, Tx } from '../database/connect.ts'
import { commentBoards, comments, commentThreads, users } from '../database/schema.ts'
import { idTaken } from './failures.ts'
import { toPerson } from './people.ts'

/** A thread as it is stored. */
export type ThreadRow = typeof commentThreads.$inferSelect

/** A thread without what is said in it. */
export type ThreadHead = Omit<Thread, 'comments'>

/**
 * Makes other changes to a page's comments wait for this one, so that they become visible in the order of
 * their revisions.
 */
export async function lockBoard(tx: Tx, pageId: string): Promise<void> {
  await tx.insert(commentBoards).values({ pageId }).onConflictDoNothing()
  await tx.select().from(commentBoards).where(eq(commentBoards.pageId, pageId)).for('no key update')
}

/** Moves the revision of a page's comments on by one and answers the new one; the board is locked. */
export async function advanceBoard(tx: Tx, pageId: string): Promise<number> {
  const [row] = await tx
    .update(commentBoards)
    .set({ revision: sql`${commentBoards.revision} + 1` })
    .where(eq(commentBoards.pageId, pageId))
    .returning({ revision: commentBoards.revision })
  if (row === undefined) throw new Error('a board that is locked is not there')
  return row.revision
}

/** The revision that a page's comments stand at; 0 where nobody has commented. The caller has checked the access. */
export async function readBoardRevision(db: Db | Tx, pageId: string): Promise<number> {
  const [row] = await db
    .select({ revision: commentBoards.revision })
    .from(commentBoards)
    .where(eq(commentBoards.pageId, pageId))
  return row?.revision ?? 0
}

/** Some of a page's threads, one more than were asked for if there are more. The caller has checked the access. */
export async function readThreads(
  db: Db | Tx,
  pageId: string,
  { after, limit }: ThreadListQuery,
): Promise<Thread[]> {
  const isBehind = after === undefined ? undefined : gt(commentThreads.number, after)
  return withComments(
    db,
    await selectThreads(db, and(eq(commentThreads.pageId, pageId), isBehind), limit + 1),
  )
}

/** One thread with its comments; undefined also when it was deleted. */
export async function readThread(db: Db | Tx, threadId: string): Promise<Thread | undefined> {
  const [thread] = await withComments(db, await selectThreads(db, eq(commentThreads.id, threadId), 1))
  return thread
}

/** One thread without its comments. */
export async function readThreadHead(tx: Tx, threadId: string): Promise<ThreadHead | undefined> {
  const [head] = await selectThreads(tx, eq(commentThreads.id, threadId), 1)
  return head
}

/** One comment as everybody sees it. */
export async function readComment(db: Db | Tx, commentId: string): Promise<Comment | undefined> {
  const [comment] = await selectComments(db, eq(comments.id, commentId))
  return comment
}

async function withComments(db: Db | Tx, heads: readonly ThreadHead[]): Promise<Thread[]> {
  if (heads.length === 0) return []
  const ids = heads.map(({ id }) => id)
  const threads = heads.map((head): Thread => ({ ...head, comments: [] }))
  const byId = new Map(threads.map((thread) => [thread.id, thread]))
  for (const comment of await selectComments(db, inArray(comments.threadId, ids)))
    byId.get(comment.threadId)?.comments.push(comment)
  return threads
}

const resolvers = alias(users, 'resolvers')

async function selectThreads(db: Db | Tx, where: SQL | undefined, limit: number): Promise<ThreadHead[]> {
  const rows = await db
    .select({ thread: commentThreads, author: users, resolver: resolvers })
    .from(commentThreads)
    .innerJoin(users, eq(users.id, commentThreads.createdBy))
    .leftJoin(resolvers, eq(resolvers.id, commentThreads.resolvedBy))
    .where(and(where, isNull(commentThreads.deletedAt)))
    .orderBy(asc(commentThreads.number))
    .limit(limit)
  return rows.map(({ thread, author, resolver }) => ({
    id: thread.id,
    pageId: thread.pageId,
    quote: thread.quote,
    author: toPerson(author),
    number: thread.number,
    revision: thread.revision,
    createdAt: thread.createdAt.toISOString(),
    resolvedAt: thread.resolvedAt?.toISOString() ?? null,
    resolvedBy: resolver === null ? null : toPerson(resolver),
  }))
}

async function selectComments(db: Db | Tx, where: SQL): Promise<Comment[]> {
  const rows = await db
    .select({ comment: comments, author: users })
    .from(comments)
    .innerJoin(users, eq(users.id, comments.authorId))
    .where(where)
    .orderBy(asc(comments.number))
  return rows.map(({ comment, author }) => ({
    id: comment.id,
    threadId: comment.threadId,
    author: toPerson(author),
    body: comment.body,
    mentions: comment.mentions,
    number: comment.number,
    revision: comment.revision,
    createdAt: comment.createdAt.toISOString(),
    editedAt: comment.editedAt?.toISOString() ?? null,
    deletedAt: comment.deletedAt?.toISOString() ?? null,
  }))
}

/**
 * Adds a comment to a thread of a locked board.
 * @throws Refusal `id-taken`
 */
export async function insertComment(
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
