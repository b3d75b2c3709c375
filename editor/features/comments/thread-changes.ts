import type { Comment, Thread, ThreadList } from '../../../shared/api/comments.ts'

/** One change to a page's comments, and the revision that it led to. */
export type ThreadChange = { readonly revision: number } & (
  | { readonly kind: 'thread'; readonly thread: Omit<Thread, 'comments'> & Partial<Pick<Thread, 'comments'>> }
  | { readonly kind: 'thread-deleted'; readonly threadId: string }
  | { readonly kind: 'comment'; readonly comment: Comment }
)

/**
 * A list of threads after a change. The same list if it shows the change already, `refetch` if it has missed
 * one before it.
 */
export function applyThreadChange(list: ThreadList, change: ThreadChange): ThreadList | 'refetch' {
  if (change.revision <= list.revision) return list
  if (change.revision > list.revision + 1) return 'refetch'
  return { ...list, items: applyTo(list.items, change), revision: change.revision }
}

function applyTo(threads: readonly Thread[], change: ThreadChange): Thread[] {
  switch (change.kind) {
    case 'thread': {
      const { thread } = change
      const before = threads.find(({ id }) => id === thread.id)
      const after = { ...thread, comments: thread.comments ?? before?.comments ?? [] }
      return before ? threads.map((other) => (other === before ? after : other)) : [...threads, after]
    }
    case 'thread-deleted':
      return threads.filter(({ id }) => id !== change.threadId)
    case 'comment': {
      const { comment } = change
      return threads.map((thread) =>
        thread.id === comment.threadId
          ? { ...thread, comments: putComment(thread.comments, comment) }
          : thread,
      )
    }
  }
}

function putComment(comments: readonly Comment[], comment: Comment): Comment[] {
  const isThere = comments.some(({ id }) => id === comment.id)
  return isThere
    ? comments.map((other) => (other.id === comment.id ? comment : other))
    : [...comments, comment]
}
