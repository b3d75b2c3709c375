import type { CommitLog } from './commit-log.ts'

// How large each page is, without looking at it all the time: its size was measured when it was last read
// from the log (snapshot and the rows behind it) or when a snapshot was made, and grows by every commit since.
// What was deleted meanwhile is still in that figure: it is an upper estimate, and the next snapshot puts it
// right. Before anybody is warned or refused because of it, an open page is measured in memory.

/** The largest page, bytes of the encoded document. Everybody who opens the page loads all of it. */
export const MAX_PAGE_BYTES = 50 * 1024 * 1024
/** People are warned once a page has come to this part of the limit… */
const WARN_AT = 0.8
/** …and again after it was below this part: an estimate goes up and down. */
const WARN_AGAIN_BELOW = 0.75
/** An estimate that may be wrong by less than this part of the limit is good enough: measuring takes time. */
const GOOD_ENOUGH = 0.01
/** Pages whose size is remembered; one that was forgotten is measured when it is read again. */
const MAX_REMEMBERED_PAGES = 50_000

/** Where pages stand with their size limit. */
export interface PageSizes {
  readonly limitBytes: number
  /**
   * Says that a page is being measured from now on; call the answer with the bytes that came out, and how many
   * of them are changes that may have been undone since.
   */
  measuring(pageId: string): (bytes: number, uncertainBytes?: number) => void
  /** Notes a commit. Costs next to nothing. */
  grew(pageId: string, bytes: number): void
  /** Whether a page may grow by so much on top of `taken` bytes. If not, `foundRoom` is called once it may. */
  hasRoom(pageId: string, bytes: number, taken: number): boolean
  /** Whether something was refused that would fit if the page were smaller. */
  isFull(pageId: string): boolean
  /** The size of a page that is worth a warning; null otherwise. */
  worrying(pageId: string): number | null
}

export interface PageSizesDeps {
  readonly limitBytes: number
  /** The exact size of a page that somebody has open, null for another. Takes time. */
  readonly measureNow: (pageId: string) => number | null
  /** Called when a page comes near the limit. */
  readonly warn: (pageId: string, bytes: number) => void
  /** Called when a page that refused something would take it now. */
  readonly foundRoom: (pageId: string) => void
}

interface PageSize {
  bytes: number
  /** Bytes of all commits since the page is remembered: what came while it was measured is added to the result. */
  grown: number
  /** How much of `bytes` may not be there any more. */
  uncertain: number
  hasWarned: boolean
  /** The least that was refused. */
  refusedBytes: number
}

export function createPageSizes({ limitBytes, measureNow, warn, foundRoom }: PageSizesDeps): PageSizes {
  const pages = new Map<string, PageSize>()

  function remember(pageId: string): PageSize {
    const page = pages.get(pageId) ?? {
      ...{ bytes: 0, grown: 0, uncertain: 0, hasWarned: false, refusedBytes: Number.POSITIVE_INFINITY },
    }
    // To the end of the map: the one that was not read for longest is the first to be forgotten.
    pages.delete(pageId)
    pages.set(pageId, page)
    const [oldest] = pages.keys()
    if (pages.size > MAX_REMEMBERED_PAGES && oldest !== undefined) pages.delete(oldest)
    return page
  }

  function look(pageId: string, page: PageSize): void {
    if (page.bytes < limitBytes * WARN_AGAIN_BELOW) page.hasWarned = false
    if (page.bytes < limitBytes * WARN_AT || page.hasWarned) return
    makeSure(pageId, page)
    if (page.bytes < limitBytes * WARN_AT) return
    page.hasWarned = true
    warn(pageId, page.bytes)
  }

  /** Measures the page in memory, if that could make a difference. */
  function makeSure(pageId: string, page: PageSize): void {
    if (page.uncertain < limitBytes * GOOD_ENOUGH) return
    const bytes = measureNow(pageId)
    if (bytes !== null) settle(pageId, page, bytes, 0)
  }

  function settle(pageId: string, page: PageSize, bytes: number, uncertain: number): void {
    Object.assign(page, { bytes, uncertain })
    if (page.bytes + page.refusedBytes > limitBytes) return
    page.refusedBytes = Number.POSITIVE_INFINITY
    foundRoom(pageId)
  }

  return {
    limitBytes,

    measuring(pageId) {
      const page = remember(pageId)
      const grownBefore = page.grown
      return (bytes, uncertainBytes = 0) => {
        const grown = page.grown - grownBefore
        settle(pageId, page, bytes + grown, uncertainBytes + grown)
        look(pageId, page)
      }
    },

    grew(pageId, bytes) {
      const page = pages.get(pageId)
      if (page === undefined) return
      page.bytes += bytes
      page.grown += bytes
      page.uncertain += bytes
      look(pageId, page)
    },

    hasRoom(pageId, bytes, taken) {
      const page = pages.get(pageId)
      if (page === undefined || page.bytes + taken + bytes <= limitBytes) return true
      makeSure(pageId, page)
      if (page.bytes + taken + bytes <= limitBytes) return true
      page.refusedBytes = Math.min(page.refusedBytes, bytes)
      return false
    },

    isFull: (pageId) => (pages.get(pageId)?.refusedBytes ?? Number.POSITIVE_INFINITY) <= limitBytes,

    worrying(pageId) {
      const bytes = pages.get(pageId)?.bytes ?? 0
      return bytes >= limitBytes * WARN_AT ? bytes : null
    },
  }
}

/** The log, which measures every page that is read from it. */
export function weighReads(log: CommitLog, sizes: Pick<PageSizes, 'measuring'>): CommitLog {
  return {
    ...log,
    async read(pageId, below) {
      const measured = sizes.measuring(pageId)
      const page = await log.read(pageId, below)
      if (page === null || below !== undefined) return page
      const tailBytes = page.updates.reduce((sum, { update }) => sum + update.byteLength, 0)
      measured((page.snapshot?.state.byteLength ?? 0) + tailBytes, tailBytes)
      return page
    },
  }
}

/** Whether a well-formed update (format v1) adds nothing: its first number is how many clients it has news of. */
export function onlyDeletes(update: Uint8Array): boolean {
  return update[0] === 0
}
