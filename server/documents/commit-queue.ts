import * as Y from 'yjs'
import type { Logger } from '../operations/logger.ts'
import type { Metrics } from '../operations/metrics.ts'
import type { Change, CommitLog } from './commit-log.ts'
import { PageGoneError, StorageUnavailableError } from './errors.ts'

// Group commit. While one commit is in flight, the changes that arrive gather; the next statement takes
// them all, so that load makes groups larger and not the queue longer.

/** Changes of one commit, bytes: keeps a statement's memory and time bounded, whatever has gathered. */
export const MAX_GROUP_BYTES = 16 * 1024 * 1024
/** Changes of one commit: bounds the merging that happens before it. */
export const MAX_GROUP_CHANGES = 10_000
/** Everything that waits, bytes: past it new changes are refused, so that an outage cannot exhaust memory. */
export const MAX_WAITING_BYTES = 64 * 1024 * 1024
/** How long a change may wait for the database to come back, ms, before its sender is told. */
export const MAX_WAIT_MS = 15_000
/** The pause before a failed commit is tried again, ms: doubled each time between these two. */
const FIRST_RETRY_MS = 50
const LAST_RETRY_MS = 1_000

export interface CommitQueue {
  /**
   * Resolves when the change is on disk. Changes of one page are committed in the order of these calls.
   * @throws StorageUnavailableError when the database stays away too long or too much is waiting
   * @throws PageGoneError when the page does not exist any more
   */
  commit(change: Change): Promise<void>
  /** Refuses new changes and resolves when everything that waits is committed or refused. */
  close(): Promise<void>
}

interface Waiting extends Change {
  readonly since: number
  readonly resolve: () => void
  readonly reject: (reason: Error) => void
}

export interface CommitQueueDeps {
  readonly log: Pick<CommitLog, 'append'>
  readonly logger: Pick<Logger, 'warn' | 'error'>
  readonly metrics: Pick<Metrics, 'observeCommit' | 'observeFailedCommit'>
  /** Whether a failed commit may succeed if it is tried again later. */
  readonly isTransient: (error: unknown) => boolean
  readonly now: () => number
  readonly delay: (ms: number) => Promise<void>
}

export function createCommitQueue(deps: CommitQueueDeps): CommitQueue {
  let waiting: Waiting[] = []
  let waitingBytes = 0
  let running: Promise<void> | undefined
  let closed = false

  async function run(): Promise<void> {
    try {
      while (waiting.length > 0) {
        const group = takeGroup()
        await commitGroup(group)
        for (const change of group) waitingBytes -= change.update.byteLength
      }
    } finally {
      // In the same step as the look at `waiting`: a change that came in between would wait for ever.
      running = undefined
    }
  }

  function takeGroup(): Waiting[] {
    let bytes = 0
    let count = 0
    for (const change of waiting) {
      bytes += change.update.byteLength
      if (count > 0 && (bytes > MAX_GROUP_BYTES || count >= MAX_GROUP_CHANGES)) break
      count++
    }
    const group = waiting.slice(0, count)
    waiting = waiting.slice(count)
    return group
  }

  async function commitGroup(group: readonly Waiting[]): Promise<void> {
    const rows = mergeByAuthor(group)
    const since = Math.min(...group.map((change) => change.since))
    for (let retryMs = FIRST_RETRY_MS; ; retryMs = Math.min(retryMs * 2, LAST_RETRY_MS)) {
      const startedAt = deps.now()
      try {
        const pages = await deps.log.append(rows)
        deps.metrics.observeCommit((deps.now() - startedAt) / 1000, group.length)
        for (const change of group) {
          if (pages.has(change.pageId)) change.resolve()
          else change.reject(new PageGoneError(change.pageId))
        }
        return
      } catch (error) {
        deps.metrics.observeFailedCommit()
        if (!deps.isTransient(error)) return isolate(group, error)
        if (deps.now() - since + retryMs > MAX_WAIT_MS) {
          deps.logger.error(
            { err: error, changes: group.length },
            'cannot commit: the senders are told to keep their edits',
          )
          for (const change of group) change.reject(new StorageUnavailableError({ cause: error }))
          return
        }
        deps.logger.warn({ err: error, changes: group.length, retryMs }, 'commit failed, trying again')
        await deps.delay(retryMs)
      }
    }
  }

  /** A group was refused for what is in it: each page is tried alone, so that one cannot hold up the others. */
  async function isolate(group: readonly Waiting[], error: unknown): Promise<void> {
    const byPage = groupBy(group, (change) => change.pageId)
    if (byPage.size === 1) {
      deps.logger.error(
        { err: error, pageId: group[0]?.pageId, changes: group.length },
        'a change cannot be committed',
      )
      for (const change of group) change.reject(new StorageUnavailableError({ cause: error }))
      return
    }
    for (const changes of byPage.values()) await commitGroup(changes)
  }

  return {
    commit(change) {
      if (closed || waitingBytes + change.update.byteLength > MAX_WAITING_BYTES) {
        return Promise.reject(new StorageUnavailableError())
      }
      return new Promise((resolve, reject) => {
        waiting.push({ ...change, since: deps.now(), resolve, reject })
        waitingBytes += change.update.byteLength
        running ??= run()
      })
    },

    async close() {
      closed = true
      await running
    },
  }
}

/** One row per author and page, in the order in which each first appears. */
export function mergeByAuthor(changes: readonly Change[]): Change[] {
  const byAuthor = groupBy(changes, (change) => `${change.pageId} ${change.userId}`)
  return [...byAuthor.values()].map((own) => {
    const first = own[0] as Change
    if (own.length === 1) return first
    return { ...first, update: Y.mergeUpdates(own.map((change) => change.update)) }
  })
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}
