import type { Logger } from '../operations/logger.ts'
import type { Folder } from './fold.ts'
import type { FoldingWorker } from './folding-worker.ts'
import { createPageGrowth, GROWTH_LIMITS, type GrowthLimits } from './page-growth.ts'
import { MAX_TRIM_ROWS, type SnapshotStore } from './snapshot-store.ts'
import { MAX_THINNED_VERSIONS, type ThinVersions } from './version-retention.ts'
import { writeSnapshot } from './write-snapshot.ts'

// One page at a time:
//
//   grew enough ─┐
//   went idle   ─┼─▶ queue ─▶ what does its log say? ─▶ snapshot ─▶ verified ─▶ trim what is old and covered
//   was closed  ─┤
//   is full     ─┤
//   swept       ─┘
//
// A sweep also thins the versions that were kept automatically.
// Nothing here is needed for anything to be right: without a snapshot a page only opens slower.

/** A page that goes idle with at least this many rows behind its snapshot gets a new one. */
export const SNAPSHOT_TAIL_LENGTH = GROWTH_LIMITS.idleTailRows
/** Pages that wait for their turn; one more is left to the next sweep. */
export const MAX_QUEUED_PAGES = 10_000
/** Statements that trim one page in a row before the next page has its turn; the same for thinning versions. */
const MAX_TRIMS = 100
/** How often pages are looked for that have gone idle, ms. */
const IDLE_CHECK_MS = 10_000
/** How long after the start all pages are first looked through, ms, and how often from then on. */
const FIRST_SWEEP_MS = 60_000
const SWEEP_MS = 3_600_000
/** Before every page id. */
const FIRST_PAGE_ID = '00000000-0000-0000-0000-000000000000'
/** Behind every page id. */
const LAST_PAGE_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/** Keeps pages quick to open, and their logs and versions within the retention, in the background. */
export interface Snapshots {
  /** Notes that updates were committed; costs next to nothing. */
  pageGrew(pageId: string, updates: readonly Uint8Array[]): void
  /** Says that a page has reached its size limit: a snapshot soon tells how large it really is. */
  pageFull(pageId: string): void
  /** Says that nobody has the page open any more. */
  pageIdle(pageId: string): void
  /** Looks through all pages for work that nobody has noted: rows that have grown old, tails from before a restart. */
  sweep(): void
  /** Resolves when there is nothing to do for now. */
  settled(): Promise<void>
  /** Stops at once, wherever it is; what is left undone is found the next time. */
  close(): Promise<void>
}

export interface SnapshotsDeps {
  readonly store: SnapshotStore
  readonly folder: Folder & Pick<FoldingWorker, 'close'>
  /** Removes the versions of some pages that need not be kept any more. */
  readonly thinVersions: ThinVersions
  /** How long rows are kept although a snapshot covers them, days. */
  readonly retentionDays: number
  readonly logger: Pick<Logger, 'warn' | 'debug'>
  /** Told of every page that is made into a snapshot, and then how many bytes it has. */
  readonly measuring?: (pageId: string) => (bytes: number) => void
  readonly limits?: GrowthLimits
  /** Milliseconds, monotonic; the default is. */
  readonly now?: () => number
}

export function createSnapshots(deps: SnapshotsDeps): Snapshots {
  const { store, folder, thinVersions, retentionDays, logger, measuring } = deps
  const { limits = GROWTH_LIMITS, now = () => performance.now() } = deps
  const growth = createPageGrowth(limits, now)
  const queue = new Set<string>()
  const full = new Set<string>()
  const stopping = new AbortController()
  const { signal } = stopping
  /** How far the sweep has come; null when none is under way. */
  let sweptTo: string | null = null
  let sweptPageIds: string[] = []
  let running: Promise<void> | undefined
  let idleTimer: NodeJS.Timeout | undefined
  let fullTimer: NodeJS.Timeout | undefined
  let sweepTimer = startSweepIn(FIRST_SWEEP_MS)

  async function run(): Promise<void> {
    try {
      while (!signal.aborted) {
        const [grown] = queue
        const swept = grown === undefined ? sweptPageIds.pop() : undefined
        if (grown !== undefined) {
          queue.delete(grown)
          await attempt(grown, () => tend(grown, false))
        } else if (swept !== undefined) {
          await attempt(swept, () => tend(swept, true))
        } else if (sweptTo !== null) {
          await attempt(null, sweepOn)
        } else {
          return
        }
      }
    } finally {
      // In the same step as the look at the queue: a page that came in between would wait for the next one.
      running = undefined
    }
  }

  /** What fails for one page is tried again when it next grows, goes idle or is swept. */
  async function attempt(pageId: string | null, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (signal.aborted) return
      logger.warn({ err: error, pageId }, 'a page was not tidied up; its log has everything')
    }
  }

  async function tend(pageId: string, swept: boolean): Promise<void> {
    growth.take(pageId)
    const isFull = full.delete(pageId)
    const page = await store.standing(pageId, retentionDays, limits.idleTailRows)
    if (page === null || signal.aborted) return
    const tailRows = page.head - page.covered
    const isLong =
      (isFull && tailRows > 0) ||
      tailRows >= limits.idleTailRows ||
      (page.tailBytes ?? 0) >= limits.idleTailBytes
    // Rows that are past the retention have to be covered before they can go.
    if (isLong || (swept && page.tailExpired)) {
      const startedAt = now()
      try {
        const measured = measuring?.(pageId)
        const outcome = await writeSnapshot({ store, folder, signal }, pageId)
        if (outcome.kind === 'written') measured?.(outcome.bytes)
        logger.debug({ pageId, ...outcome }, 'looked at a page for a snapshot')
      } finally {
        growth.rest(pageId, now() - startedAt)
      }
    }
    if (page.oldestExpired) await trim(pageId)
  }

  async function trim(pageId: string): Promise<void> {
    for (let trims = 0; trims < MAX_TRIMS && !signal.aborted; trims++) {
      if ((await store.trim(pageId, retentionDays)) < MAX_TRIM_ROWS) return
    }
  }

  /** Looks at the next pages; what has work among them is done before the next look, after what is queued. */
  async function sweepOn(): Promise<void> {
    const after = sweptTo ?? FIRST_PAGE_ID
    // Should this fail, the sweep is over and the next one begins anew.
    sweptTo = null
    const found = await store.findWork(after, retentionDays, limits.idleTailRows)
    sweptPageIds = [...found.pageIds]
    sweptTo = found.next
    for (let thins = 0; thins < MAX_TRIMS && !signal.aborted; thins++) {
      if ((await thinVersions(after, found.next ?? LAST_PAGE_ID)) < MAX_THINNED_VERSIONS) return
    }
  }

  function wake(): void {
    if (!signal.aborted) running ??= run()
  }

  function enqueue(pageId: string): void {
    if (queue.size < MAX_QUEUED_PAGES) queue.add(pageId)
    wake()
  }

  function watchForIdlePages(): void {
    idleTimer ??= setTimeout(
      () => {
        idleTimer = undefined
        for (const pageId of growth.takeIdle()) enqueue(pageId)
        if (growth.hasPages()) watchForIdlePages()
      },
      Math.min(IDLE_CHECK_MS, limits.idleMs),
    ).unref()
  }

  function lookAtFullPages(): void {
    fullTimer ??= setTimeout(() => {
      fullTimer = undefined
      for (const pageId of full) if (!growth.isResting(pageId)) enqueue(pageId)
      if (full.size > 0) lookAtFullPages()
    }, limits.fullMs).unref()
  }

  function startSweepIn(ms: number): NodeJS.Timeout {
    return setTimeout(() => {
      sweep()
      sweepTimer = startSweepIn(SWEEP_MS)
    }, ms).unref()
  }

  function sweep(): void {
    sweptTo ??= FIRST_PAGE_ID
    wake()
  }

  return {
    pageGrew(pageId, updates) {
      if (signal.aborted) return
      let bytes = 0
      for (const update of updates) bytes += update.byteLength
      if (growth.note(pageId, updates.length, bytes)) enqueue(pageId)
      watchForIdlePages()
    },
    pageFull(pageId) {
      if (signal.aborted || full.size >= MAX_QUEUED_PAGES) return
      full.add(pageId)
      lookAtFullPages()
    },
    pageIdle: enqueue,
    sweep,
    async settled() {
      while (running !== undefined) await running
    },
    async close() {
      stopping.abort()
      clearTimeout(idleTimer)
      clearTimeout(fullTimer)
      clearTimeout(sweepTimer)
      queue.clear()
      await folder.close()
      await running
    },
  }
}
