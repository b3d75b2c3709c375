import * as Y from 'yjs'
import type { Logger } from '../operations/logger.ts'
import type { Metrics } from '../operations/metrics.ts'
import { computeShare, noteArrivals } from './arrival-rate.ts'
import type { Change, CommitLog, SeqRange } from './commit-log.ts'
import type { WritePermit } from './connection-context.ts'
import {
  type DocumentError,
  PageGoneError,
  PageTooLargeError,
  PermissionEndedError,
  StorageUnavailableError,
} from './errors.ts'
import { onlyDeletes, type PageSizes } from './page-sizes.ts'

// Group commit. While one commit is in flight, the changes that arrive gather; the next statement takes
// them all, so that load makes groups larger and not the queue longer. Whether a change is still allowed and
// fits into its page is asked when it is taken, not when it comes. What has to be prepared first takes a moment in
// which permission may end: then it is asked again.

/**
 * From the start of one commit to the start of the next, ms, at least, on a busy server: twice as many changes
 * share one, which halves what they cost here and in PostgreSQL. A calm server commits as soon as it can.
 */
export const BUSY_INTERVAL_MS = 8
/** Changes per second: up to the first number the server is calm; from there to the second the interval grows. */
const CALM_CHANGES_PER_SECOND = 250
const BUSY_CHANGES_PER_SECOND = 350
/** Changes of one commit, bytes: keeps a statement's memory and time bounded, whatever has gathered. */
export const MAX_GROUP_BYTES = 16 * 1024 * 1024
/** Changes of one commit: bounds the merging that happens before it. */
export const MAX_GROUP_CHANGES = 5_000
/** Everything that waits, bytes: past it new changes are refused, so that an outage cannot exhaust memory. */
export const MAX_WAITING_BYTES = 64 * 1024 * 1024
/** What a change that waits costs besides its bytes, so that very many very small ones are bounded too. */
export const WAITING_OVERHEAD_BYTES = 500
/** How long a change may wait for the database to come back, ms, before its sender is told. */
export const MAX_WAIT_MS = 15_000
/** The pause before a failed commit is tried again, ms: doubled each time between these two. */
const FIRST_RETRY_MS = 50
const LAST_RETRY_MS = 1_000

/** A change and who wants to know its fate: exactly one of the two is called, once. */
export interface CommitRequest extends Change {
  /** Looked at when the change is taken; absent where permission was decided for this one change. */
  readonly permit?: WritePermit | undefined
  /** Whether the change makes its page smaller: such a one is taken although the page is full. */
  readonly shrinks?: (() => boolean) | undefined
  /** It is on disk, and on its way to everybody who has the page open. */
  readonly committed: () => void
  readonly refused: (error: DocumentError) => void
}

export interface CommitQueue {
  /**
   * Takes a change. Those of one page are committed in the order of these calls. It is refused with
   * StorageUnavailableError when the database stays away too long or too much is waiting, with
   * PageGoneError when the page does not exist any more, with PageTooLargeError when it would grow past its
   * limit, and with PermissionEndedError when its permit has ended.
   */
  enqueue(request: CommitRequest): void
  /** The permits of all changes whose fate is open. */
  permits(): Set<WritePermit>
  /** Refuses new changes and resolves when everything that waits is committed or refused. */
  close(): Promise<void>
}

interface Waiting extends CommitRequest {
  readonly since: number
}

export interface CommitQueueDeps {
  readonly log: Pick<CommitLog, 'append'>
  /**
   * Runs before changes are committed, and once more with each attempt: what they name has to be there for everybody who is
   * shown them. It takes a moment at most, and does not reject.
   */
  readonly prepare: (changes: readonly CommitRequest[]) => Promise<void> | undefined
  /** Shows committed updates of one page, rows with these `seq`s by these people, to everybody who has it open. */
  readonly apply: (
    pageId: string,
    updates: readonly Uint8Array[],
    range: SeqRange,
    userIds: readonly string[],
  ) => void
  readonly sizes: Pick<PageSizes, 'hasRoom' | 'limitBytes'>
  /** Called when it is not known whether changes to a page were committed: what shows it must read the log. */
  readonly doubt: (pageId: string) => void
  readonly logger: Pick<Logger, 'warn' | 'error'>
  readonly metrics: Pick<Metrics, 'observeCommit' | 'observeFailedCommit'>
  /** Whether a failed commit may succeed if it is tried again later. */
  readonly isTransient: (error: unknown) => boolean
  /** Milliseconds, monotonic: were the clock set back, commits would wait until it is there again. */
  readonly now: () => number
  readonly delay: (ms: number) => Promise<void>
}

export function createCommitQueue(deps: CommitQueueDeps): CommitQueue {
  let waiting: Waiting[] = []
  /** What the commit under way took. */
  let taken: readonly Waiting[] = []
  let waitingBytes = 0
  let running: Promise<void> = Promise.resolve()
  let isRunning = false
  let closed = false
  let startedAt = Number.NEGATIVE_INFINITY
  /** Changes per ms, as of `countedAt`. */
  let rate = 0
  let countedAt = 0

  async function run(): Promise<void> {
    isRunning = true
    try {
      while (waiting.length > 0) {
        const earlyMs = startedAt + computeIntervalMs(rate * 1000) - deps.now()
        if (earlyMs > 0) await deps.delay(earlyMs)
        startedAt = deps.now()
        taken = takeGroup()
        if (taken.length > 0) await commitGroup(taken)
      }
    } finally {
      taken = []
      // In the same step as the look at `waiting`: a change that came in between would wait for ever.
      isRunning = false
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
    return keepFitting(keepAllowed(group))
  }

  /** Refuses what its sender may not write any more. */
  function keepAllowed(group: readonly Waiting[]): Waiting[] {
    return group.filter((change) => {
      const reason = change.permit?.endedWith ?? null
      if (reason !== null) settle(change, () => change.refused(new PermissionEndedError(reason)))
      return reason === null
    })
  }

  /** The same after a while in which some of it may have been committed by an attempt whose answer was lost. */
  function keepStillAllowed(group: readonly Waiting[]): readonly Waiting[] {
    const allowed = keepAllowed(group)
    if (allowed.length < group.length) doubt(group.filter((change) => !allowed.includes(change)))
    return allowed
  }

  /** Refuses what its page has no room for, and what the same connection wrote on top of that. */
  function keepFitting(group: readonly Waiting[]): Waiting[] {
    const added = new Map<string, number>()
    return group.filter((change) => {
      const { pageId, update, permit } = change
      const before = added.get(pageId) ?? 0
      const fits = permit?.isFull !== true && deps.sizes.hasRoom(pageId, update.byteLength, before)
      if (!fits && !onlyDeletes(update) && change.shrinks?.() !== true) {
        if (permit !== undefined) permit.isFull = true
        settle(change, () => change.refused(new PageTooLargeError(deps.sizes.limitBytes)))
        return false
      }
      added.set(pageId, before + update.byteLength)
      return true
    })
  }

  async function commitGroup(all: readonly Waiting[]): Promise<void> {
    let group = all
    const since = Math.min(...group.map((change) => change.since))
    for (let retryMs = FIRST_RETRY_MS; ; retryMs = Math.min(retryMs * 2, LAST_RETRY_MS)) {
      const isFirst = retryMs === FIRST_RETRY_MS
      const prepared = deps.prepare(group)
      if (prepared !== undefined) {
        await prepared
        group = isFirst ? keepAllowed(group) : keepStillAllowed(group)
        if (group.length === 0) return
      }
      const startedAt = deps.now()
      let rows: readonly Change[]
      let pages: ReadonlyMap<string, SeqRange>
      try {
        rows = mergeByAuthor(group)
        pages = await deps.log.append(rows)
      } catch (error) {
        deps.metrics.observeFailedCommit()
        if (!deps.isTransient(error)) return isolate(group, error)
        if (deps.now() - since + retryMs > MAX_WAIT_MS) {
          deps.logger.error(
            { err: error, changes: group.length },
            'cannot commit: the senders are told to keep their edits',
          )
          refuse(group, error)
          // An attempt whose answer was lost may have been committed all the same, or may still be.
          doubt(group)
          return
        }
        deps.logger.warn({ err: error, changes: group.length, retryMs }, 'commit failed, trying again')
        await deps.delay(retryMs)
        group = keepStillAllowed(group)
        if (group.length === 0) return
        continue
      }
      // Outside: what goes wrong from here on must not commit the same again.
      deps.metrics.observeCommit((deps.now() - startedAt) / 1000, group.length)
      finish(group, rows, pages)
      return
    }
  }

  /** It is on disk: it goes to everybody who has the page open, and its author hears that it is saved. */
  function finish(
    group: readonly Waiting[],
    rows: readonly Change[],
    pages: ReadonlyMap<string, SeqRange>,
  ): void {
    for (const [pageId, own] of groupBy(rows, (row) => row.pageId)) {
      const range = pages.get(pageId)
      if (range === undefined) continue
      const updates = own.map((row) => row.update)
      deps.apply(pageId, updates, range, [...new Set(own.map((row) => row.userId))])
    }
    for (const change of group) {
      if (pages.has(change.pageId)) settle(change, change.committed)
      else settle(change, () => change.refused(new PageGoneError(change.pageId)))
    }
  }

  function refuse(group: readonly Waiting[], cause: unknown): void {
    for (const change of group) settle(change, () => change.refused(new StorageUnavailableError({ cause })))
  }

  function doubt(group: readonly Waiting[]): void {
    for (const pageId of new Set(group.map((change) => change.pageId))) deps.doubt(pageId)
  }

  /** A change that has met its fate makes room before anybody hears of it. */
  function settle(change: Waiting, tell: () => void): void {
    waitingBytes -= weigh(change)
    tell()
  }

  /** A group was refused for what is in it: each page is tried alone, so that one cannot hold up the others. */
  async function isolate(group: readonly Waiting[], error: unknown): Promise<void> {
    const byPage = groupBy(group, (change) => change.pageId)
    if (byPage.size === 1) {
      deps.logger.error(
        { err: error, pageId: group[0]?.pageId, changes: group.length },
        'a change cannot be committed',
      )
      refuse(group, error)
      return
    }
    for (const changes of byPage.values()) await commitGroup(changes)
  }

  return {
    enqueue(request) {
      if (closed || waitingBytes + weigh(request) > MAX_WAITING_BYTES) {
        request.refused(new StorageUnavailableError())
        return
      }
      const since = deps.now()
      rate = noteArrivals(rate, since - countedAt, 1)
      countedAt = since
      waiting.push(toWaiting(request, since))
      waitingBytes += weigh(request)
      if (!isRunning) running = run()
    },

    permits() {
      const all = [...taken, ...waiting].map(({ permit }) => permit)
      return new Set(all.filter((permit) => permit !== undefined))
    },

    async close() {
      closed = true
      await running
    },
  }
}

/** Written out: an object that begins with a spread gets a hidden class of its own from V8, each of them. */
function toWaiting(request: CommitRequest, since: number): Waiting {
  return {
    pageId: request.pageId,
    userId: request.userId,
    connectionId: request.connectionId,
    update: request.update,
    permit: request.permit,
    shrinks: request.shrinks,
    committed: request.committed,
    refused: request.refused,
    since,
  }
}

function computeIntervalMs(changesPerSecond: number): number {
  return computeShare(changesPerSecond, CALM_CHANGES_PER_SECOND, BUSY_CHANGES_PER_SECOND) * BUSY_INTERVAL_MS
}

const weigh = ({ update }: Change) => update.byteLength + WAITING_OVERHEAD_BYTES

/** One row for each author (a connection, or a call) and page, in the order in which each first appears. */
export function mergeByAuthor(changes: readonly Change[]): Change[] {
  const byAuthor = groupBy(changes, (change) => `${change.pageId} ${change.userId} ${change.connectionId}`)
  return [...byAuthor.values()].map((own) => {
    const first = own[0] as Change
    if (own.length === 1) return first
    const { pageId, userId, connectionId } = first
    return { pageId, userId, connectionId, update: mergeMany(own.map((change) => change.update)) }
  })
}

/** Merging takes time by the square of how many there are: so few at a time, and then what came of that. */
const MERGED_AT_ONCE = 64

function mergeMany(updates: readonly Uint8Array[]): Uint8Array {
  let left = updates
  while (left.length > MERGED_AT_ONCE) {
    const merged: Uint8Array[] = []
    for (let start = 0; start < left.length; start += MERGED_AT_ONCE)
      merged.push(Y.mergeUpdates(left.slice(start, start + MERGED_AT_ONCE)))
    left = merged
  }
  return Y.mergeUpdates([...left])
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
