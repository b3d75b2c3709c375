import { useEffect } from 'react'
import { usePerson } from '../../app/person.ts'
import { sendLeftEdits } from '../../collaboration/send-left-edits.ts'
import { useRealtime } from '../../realtime/realtime-context.ts'

const AGAIN_MS = 30_000

/** Whenever the server can be reached (again), edits that were left on other pages are sent. */
export function useLeftEdits(): void {
  const { offlineCopies, openDocument } = usePerson()
  const realtime = useRealtime()
  useEffect(() => {
    const abort = new AbortController()
    let isSending = false
    const send = (): void => {
      if (!realtime.isConnected() || isSending) return
      isSending = true
      void sendLeftEdits(
        {
          listUnsaved: offlineCopies.listUnsaved,
          openDocument,
          isOpenElsewhere: (pageId) => location.pathname.toLowerCase().endsWith(pageId),
        },
        abort.signal,
      ).finally(() => {
        isSending = false
      })
    }
    const stop = realtime.subscribe(send)
    // A short interruption may leave the realtime connection standing, so it alone does not tell.
    const timer = setInterval(send, AGAIN_MS)
    window.addEventListener('online', send)
    send()
    return () => {
      stop()
      clearInterval(timer)
      window.removeEventListener('online', send)
      abort.abort()
    }
  }, [realtime, offlineCopies, openDocument])
}
