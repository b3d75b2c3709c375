/** How long drawing waits until the first page has been asked for, ms. */
const ASK_FIRST_MS = 50
/** How long all else waits for its text, ms. */
export const TEXT_FIRST_MS = 400

/** What is known here of an open page. */
export interface OpenedPage {
  /** Resolves when the server has been asked for it; perhaps never. */
  readonly isAsked: Promise<void>
  getView(): { readonly isReady: boolean }
  subscribe(listener: () => void): () => void
  close(): void
}

/** A page that is opened before anything is drawn, and before anything else is asked for. */
export interface FirstPage<Page extends OpenedPage> {
  /**
   * Resolves when it has been asked for, cannot be at once, or need not be since this device has its text. A browser that
   * draws meanwhile asks when it is done with that. Never rejects.
   */
  readonly isAsked: Promise<void>
  /** Resolves when its text has come and could be painted, or is too long on its way. Never rejects. */
  readonly isPainted: Promise<void>
  /** The page, once, for whoever opens it; null if it was taken. Whoever opens another has no use for it: it is closed. */
  take(pageId: string): Promise<Page> | null
  /** Closes it if nobody took it. */
  leave(): void
}

/** Opens the page. `afterDrawing` calls when a text that is there to be drawn now has been painted. */
export function openFirstPage<Page extends OpenedPage>(
  pageId: string,
  open: (pageId: string) => Promise<Page>,
  afterDrawing: (call: () => void) => void,
): FirstPage<Page> {
  let opened: Promise<Page> | null = open(pageId)
  // Where it cannot be opened, all else goes on at once.
  const isAsked = Promise.race([
    opened.then((page) => Promise.race([page.isAsked, untilReady(page)])),
    sleep(ASK_FIRST_MS),
  ]).catch(ignore)
  const isPainted = Promise.race([
    opened.then(untilReady).then(() => new Promise<void>(afterDrawing)),
    sleep(TEXT_FIRST_MS),
  ]).catch(ignore)

  function leave(): void {
    opened?.then((page) => page.close()).catch(ignore)
    opened = null
  }
  return {
    isAsked,
    isPainted,
    take(wanted) {
      if (wanted !== pageId) leave()
      const taken = opened
      opened = null
      return taken
    },
    leave,
  }
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
const ignore = (): void => undefined

function untilReady(page: OpenedPage): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!page.getView().isReady) return
      stop()
      resolve()
    }
    const stop = page.subscribe(look)
    look()
  })
}
