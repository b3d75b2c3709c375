import {
  type CommitQueue,
  type CommitQueueDeps,
  createCommitQueue as createRealQueue,
} from '../../../server/documents/commit-queue.ts'

export * from '../../../server/documents/commit-queue.ts'

/** Says that a change is stored as soon as it has come. */
export function createCommitQueue(deps: CommitQueueDeps): CommitQueue {
  const queue = createRealQueue(deps)
  return {
    ...queue,
    enqueue(request) {
      request.committed()
      queue.enqueue({ ...request, committed: () => undefined, refused: () => undefined })
    },
  }
}
