import { computeShare, noteArrivals } from './arrival-rate.ts'

// What is committed on a page is sent to everybody who has it open: each time costs as many writes as
// there are people. That is done at once for as long as it costs little. On a page where many people write
// much, what is committed within a window is shown together: nobody reads faster than that.

/** Up to this many people there is no window: two who write together see each other's letters at once. */
const NO_WINDOW_PEOPLE = 4
/**
 * Deliveries (updates × people) per second on one page. Up to the first number everything is shown at once,
 * which is about a third of a core; from there the window grows until, at the second, it is as long as it gets.
 */
const CALM_DELIVERIES_PER_SECOND = 30_000
const BUSY_DELIVERIES_PER_SECOND = 45_000
const MAX_WINDOW_MS = 20

/** Decides when committed updates are shown. */
export interface ShowPacing {
  /** Takes a page's committed updates; they are shown now or at the end of the window, in order. */
  add(pageId: string, updates: readonly Uint8Array[]): void
  /** Shows what waits on a page and forgets it: nobody has it open any more, or it is open anew. */
  forget(pageId: string): void
  /** Shows everything that waits. */
  close(): void
}

export interface ShowPacingDeps {
  readonly show: (pageId: string, updates: readonly Uint8Array[]) => void
  readonly countPeople: (pageId: string) => number
  /** Milliseconds, monotonic. */
  readonly now: () => number
}

interface Page {
  shownAt: number
  /** Updates per ms, as of `addedAt`: the older they are, the less they count. */
  rate: number
  addedAt: number
  /** What waits for the end of the window. */
  waiting: Uint8Array[]
  timer: NodeJS.Timeout | undefined
}

export function createShowPacing({ show, countPeople, now }: ShowPacingDeps): ShowPacing {
  const pages = new Map<string, Page>()

  function showAll(pageId: string, page: Page): void {
    page.timer = undefined
    page.shownAt = now()
    show(pageId, page.waiting.splice(0))
  }

  function forget(pageId: string): void {
    const page = pages.get(pageId)
    if (page === undefined) return
    clearTimeout(page.timer)
    pages.delete(pageId)
    if (page.waiting.length > 0) showAll(pageId, page)
  }

  return {
    add(pageId, updates) {
      const people = countPeople(pageId)
      let page = pages.get(pageId)
      // Nothing to remember for a page that few people, or nobody, have open.
      if (page === undefined && people <= NO_WINDOW_PEOPLE) {
        show(pageId, updates)
        return
      }
      const addedAt = now()
      if (page === undefined) {
        page = { shownAt: Number.NEGATIVE_INFINITY, rate: 0, addedAt, waiting: [], timer: undefined }
        pages.set(pageId, page)
      }
      page.rate = noteArrivals(page.rate, addedAt - page.addedAt, updates.length)
      page.addedAt = addedAt
      page.waiting.push(...updates)
      if (page.timer !== undefined) return
      const leftMs = page.shownAt + computeWindowMs(page.rate * 1000 * people) - addedAt
      if (leftMs <= 0) showAll(pageId, page)
      else page.timer = setTimeout(showAll, leftMs, pageId, page)
    },

    forget,

    close() {
      for (const pageId of [...pages.keys()]) forget(pageId)
    },
  }
}

function computeWindowMs(deliveriesPerSecond: number): number {
  return (
    computeShare(deliveriesPerSecond, CALM_DELIVERIES_PER_SECOND, BUSY_DELIVERIES_PER_SECOND) * MAX_WINDOW_MS
  )
}
