import {
  type CommitQueue,
  type CommitQueueDeps,
  createCommitQueue as createRealQueue,
} from '../../../server/documents/commit-queue.ts'

export * from '../../../server/documents/commit-queue.ts'

/** One commit of so many fails. */
const FAILS_EVERY = 40

/** Shows changes to everybody before they are committed; some of the commits then fail. */
export function createCommitQueue(deps: CommitQueueDeps): CommitQueue {
  const heads = new Map<string, number>()
  let commits = 0
  return createRealQueue({
    ...deps,
    log: {
      async append(changes) {
        for (const { pageId, update, userId } of changes) {
          const seq = heads.get(pageId) ?? 0
          deps.apply(pageId, [update], { first: seq, last: seq }, [userId])
        }
        if (++commits % FAILS_EVERY === 0) throw new Error('the disk is full')
        const ranges = await deps.log.append(changes)
        for (const [pageId, { last }] of ranges) heads.set(pageId, last)
        return ranges
      },
    },
  })
}
