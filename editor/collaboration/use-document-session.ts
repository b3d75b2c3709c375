import { startTransition, useEffect, useLayoutEffect, useState } from 'react'
import { afterPaint } from '../app/after-paint.ts'
import type { DocumentSession, DocumentView } from './document-session.ts'

const NOTHING_YET: DocumentView = {
  save: { kind: 'loading' },
  isReady: false,
  isEditable: false,
  hasUnsaved: false,
  isKept: false,
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
  // Before what was drawn is painted: the text is on its way meanwhile.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` says everything that `open` depends on
  useLayoutEffect(() => {
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

/** What the session says at present; that a letter is being saved, and was, behind the frame that shows the letter. */
export function useDocumentView(session: DocumentSession | null): DocumentView {
  const [said, setSaid] = useState({ session, view: session?.getView() ?? NOTHING_YET })
  useLayoutEffect(() => {
    let heard = session?.getView() ?? NOTHING_YET
    let isWaiting = false
    let isOver = false
    const hear = (): void => {
      if (!isOver) setSaid({ session, view: heard })
    }
    const hearLate = (): void => {
      isWaiting = false
      startTransition(hear)
    }
    hear()
    const unsubscribe = session?.subscribe(() => {
      const before = heard
      heard = session.getView()
      if (!isRoutine(before) || !isRoutine(heard)) {
        hear()
      } else if (!isWaiting) {
        isWaiting = true
        afterPaint(hearLate, FRAME_MS)
      }
    })
    return () => {
      isOver = true
      unsubscribe?.()
    }
  }, [session])
  return said.session === session ? said.view : (session?.getView() ?? NOTHING_YET)
}

/** How long the next frame is waited for, ms. */
const FRAME_MS = 100

const isRoutine = ({ save }: DocumentView): boolean => save.kind === 'saving' || save.kind === 'saved'

/** Asks before the tab is closed or reloaded while there are edits that the server has not acknowledged. */
export function useLeaveQuestion(hasUnsaved: boolean): void {
  useEffect(() => {
    if (!hasUnsaved) return
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault()
    window.addEventListener('beforeunload', ask)
    return () => window.removeEventListener('beforeunload', ask)
  }, [hasUnsaved])
}
