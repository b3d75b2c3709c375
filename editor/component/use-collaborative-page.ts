import { useEffect, useEffectEvent } from 'react'
import { usePerson } from '../app/person.ts'
import { usePage } from '../app/queries.ts'
import { isGone } from '../collaboration/save-state.ts'
import { useDocumentSession, useDocumentView } from '../collaboration/use-document-session.ts'

/**
 * Opens a page for as long as the component is there: its document, what is known of its text (saved or not,
 * editable or not) and of the page itself. `key` opens it anew when it changes.
 */
export function useCollaborativePage(pageId: string, key = '') {
  const person = usePerson()
  const session = useDocumentSession(() => person.openDocument(pageId), `${person.userId}:${pageId}:${key}`)
  const view = useDocumentView(session)
  // Not everybody hears that they may come back: guests follow no drive, and who was offline was not told. What the API
  // answers says it as well.
  const isAwaited = view.save.kind === 'refused' && isGone(view.save.reason)
  const page = usePage(pageId, { isAwaited })
  const comeBack = useEffectEvent(() => {
    if (page.isSuccess && isAwaited) session?.retry()
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: each answer is one reason to try
  useEffect(comeBack, [page.dataUpdatedAt])
  return { session, view, page }
}
