import type { Thread } from '../../../shared/api/comments.ts'
import type { Comments } from './comments-context.ts'

/**
 * The threads to show, in the order of the text that they are about, and behind them those whose text is gone:
 * their `top` is null. Settled ones are only there when they are asked for.
 */
export function orderThreads(
  { threads, activeId, areSettledShown }: Pick<Comments, 'threads' | 'activeId' | 'areSettledShown'>,
  tops: ReadonlyMap<string, number> | null,
): { readonly thread: Thread; readonly top: number | null }[] {
  return threads
    .filter(({ id, resolvedAt }) => resolvedAt === null || areSettledShown || id === activeId)
    .map((thread) => ({ thread, top: tops?.get(thread.id) ?? null }))
    .sort(
      (a, b) =>
        (a.top ?? Number.MAX_SAFE_INTEGER) - (b.top ?? Number.MAX_SAFE_INTEGER) ||
        a.thread.number - b.thread.number,
    )
}
