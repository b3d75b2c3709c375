import type { DocumentSession } from './document-session.ts'

export interface LeftEditsDeps {
  /** Pages with edits that only this device holds. */
  listUnsaved: () => string[]
  openDocument: (pageId: string) => Promise<DocumentSession>
  isOpenElsewhere: (pageId: string) => boolean
}

/** How long one page may take before the next one has its turn; what is left is tried at the next return. */
const PATIENCE_MS = 15_000

/**
 * Sends what was written without a network on pages that are not open now: opens each for as long as it takes
 * to be saved, one after the other. What cannot be sent stays on this device and is shown when its page is
 * opened.
 */
export async function sendLeftEdits(deps: LeftEditsDeps, signal: AbortSignal): Promise<void> {
  for (const pageId of deps.listUnsaved()) {
    if (signal.aborted) return
    if (deps.isOpenElsewhere(pageId)) continue
    const session = await deps.openDocument(pageId).catch(() => null)
    if (session === null) return
    try {
      await waitUntilSettled(session, signal)
    } finally {
      session.close()
    }
  }
}

/** Resolves when everything is saved, or certainly will not be, or patience is over. */
function waitUntilSettled(session: DocumentSession, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer)
      stop()
      signal.removeEventListener('abort', finish)
      resolve()
    }
    const check = (): void => {
      const { kind } = session.getView().save
      if (kind === 'saved' || kind === 'refused' || kind === 'read-only') finish()
    }
    const timer = setTimeout(finish, PATIENCE_MS)
    const stop = session.subscribe(check)
    signal.addEventListener('abort', finish)
    check()
  })
}
