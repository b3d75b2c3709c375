import { useEffect, useState, useSyncExternalStore } from 'react'
import type { DocumentSession, DocumentView } from './document-session.ts'

const NOTHING_YET: DocumentView = {
  save: { kind: 'loading' },
  isReady: false,
  isEditable: false,
  hasUnsaved: false,
  isNearlyFull: false,
}

/** How long to wait until what opens a page is asked for again, ms. */
const RETRY_MS = 3_000

/** Opens a document session for as long as the component shows the same page. */
export function useDocumentSession(
  open: () => Promise<DocumentSession>,
  key: string,
): DocumentSession | null {
  const [session, setSession] = useState<DocumentSession | null>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` says everything that `open` depends on
  useEffect(() => {
    let isOver = false
    let opened: DocumentSession | null = null
    let timer: ReturnType<typeof setTimeout> | undefined
    const begin = (): void => {
      open().then(
        (next) => {
          if (isOver) return next.close()
          opened = next
          setSession(next)
        },
        () => {
          if (!isOver) timer = setTimeout(begin, RETRY_MS)
        },
      )
    }
    begin()
    return () => {
      isOver = true
      clearTimeout(timer)
      opened?.close()
      setSession(null)
    }
  }, [key])
  return session
}

/** What the session says at present. */
export function useDocumentView(session: DocumentSession | null): DocumentView {
  return useSyncExternalStore(
    session?.subscribe ?? subscribeToNothing,
    session?.getView ?? (() => NOTHING_YET),
  )
}

/** Asks before the tab is closed or reloaded while there are edits that the server has not acknowledged. */
export function useLeaveQuestion(hasUnsaved: boolean): void {
  useEffect(() => {
    if (!hasUnsaved) return
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault()
    window.addEventListener('beforeunload', ask)
    return () => window.removeEventListener('beforeunload', ask)
  }, [hasUnsaved])
}

function subscribeToNothing(): () => void {
  return () => undefined
}
