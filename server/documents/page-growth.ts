/** When a page's tail has become long enough for a snapshot. */
export interface GrowthLimits {
  /** A page that is being written gets a snapshot after this many rows: it opens in tens of milliseconds. */
  readonly tailRows: number
  /** Or after this many bytes, which also have to be read and decoded. */
  readonly tailBytes: number
  /** A page that nobody writes to any more gets one for less, since it costs nobody anything then. */
  readonly idleTailRows: number
  readonly idleTailBytes: number
  /** How long nobody has written when a page counts as idle, ms, even if it stays open for days. */
  readonly idleMs: number
  /** How long a page that has reached its size limit waits until it is measured again, ms. */
  readonly fullMs: number
  /** After a snapshot a page rests this many times as long as that took: at most a twentieth of a core each. */
  readonly restFactor: number
}

export const GROWTH_LIMITS: GrowthLimits = {
  tailRows: 5_000,
  tailBytes: 4 * 1024 * 1024,
  idleTailRows: 200,
  idleTailBytes: 256 * 1024,
  idleMs: 60_000,
  fullMs: 5_000,
  restFactor: 20,
}

/** Pages whose growth is remembered; one that does not fit in is found when it is closed or by the next sweep. */
export const MAX_REMEMBERED_PAGES = 50_000

/** Remembers how far pages have grown since somebody last looked. A note costs a map entry and no more. */
export interface PageGrowth {
  /** Notes a commit; true if the page is due for a snapshot now. */
  note(pageId: string, rows: number, bytes: number): boolean
  /** The pages that have gone idle; they are forgotten. */
  takeIdle(): string[]
  /** Forgets how far a page has grown: it is being looked at. */
  take(pageId: string): void
  /** Lets a page that took `tookMs` rest. */
  rest(pageId: string, tookMs: number): void
  isResting(pageId: string): boolean
  hasPages(): boolean
}

interface Growth {
  rows: number
  bytes: number
  lastAt: number
  restUntil: number
}

export function createPageGrowth(limits: GrowthLimits, now: () => number): PageGrowth {
  const pages = new Map<string, Growth>()

  return {
    note(pageId, rows, bytes) {
      let growth = pages.get(pageId)
      if (growth === undefined) {
        if (pages.size >= MAX_REMEMBERED_PAGES) return false
        growth = { rows: 0, bytes: 0, lastAt: 0, restUntil: 0 }
        pages.set(pageId, growth)
      }
      growth.rows += rows
      growth.bytes += bytes
      growth.lastAt = now()
      const isLong = growth.rows >= limits.tailRows || growth.bytes >= limits.tailBytes
      return isLong && growth.lastAt >= growth.restUntil
    },

    takeIdle() {
      const before = now() - limits.idleMs
      const idle: string[] = []
      for (const [pageId, growth] of pages) {
        if (growth.lastAt > before) continue
        pages.delete(pageId)
        if (growth.rows > 0) idle.push(pageId)
      }
      return idle
    },

    take(pageId) {
      const growth = pages.get(pageId)
      if (growth !== undefined) Object.assign(growth, { rows: 0, bytes: 0 })
    },

    rest(pageId, tookMs) {
      const growth = pages.get(pageId)
      if (growth !== undefined) growth.restUntil = now() + tookMs * limits.restFactor
    },

    isResting: (pageId) => now() < (pages.get(pageId)?.restUntil ?? 0),

    hasPages: () => pages.size > 0,
  }
}
