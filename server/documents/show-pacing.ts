// What is committed on a page is sent to everybody who has it open: each time costs as many writes as
// there are people. A page with few people, or a quiet one, is shown every commit at once. On a busy page
// with many people what is committed within a window is shown together: nobody reads faster than that.

/** How much longer the window is for each person, ms, and how long it is at most. */
const WINDOW_MS_PER_PERSON = 0.2
const MAX_WINDOW_MS = 20
/** Up to this many people there is no window: two who write together see each other's letters at once. */
const NO_WINDOW_PEOPLE = 4

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
      const windowMs = people <= NO_WINDOW_PEOPLE ? 0 : Math.min(people * WINDOW_MS_PER_PERSON, MAX_WINDOW_MS)
      let page = pages.get(pageId)
      // Nothing to remember for a page that few people, or nobody, have open.
      if (page === undefined && windowMs === 0) {
        show(pageId, updates)
        return
      }
      if (page === undefined) {
        page = { shownAt: Number.NEGATIVE_INFINITY, waiting: [], timer: undefined }
        pages.set(pageId, page)
      }
      page.waiting.push(...updates)
      const leftMs = page.shownAt + windowMs - now()
      if (page.timer !== undefined) return
      if (leftMs <= 0) showAll(pageId, page)
      else page.timer = setTimeout(showAll, leftMs, pageId, page)
    },

    forget,

    close() {
      for (const pageId of [...pages.keys()]) forget(pageId)
    },
  }
}
