import { usePerson } from '../app/person.ts'
import { usePage } from '../app/queries.ts'
import { useDocumentSession, useDocumentView } from '../collaboration/use-document-session.ts'

/**
 * Opens a page for as long as the component is there: its document, what is known of its text (saved or not,
 * editable or not) and of the page itself. `key` opens it anew when it changes.
 */
export function useCollaborativePage(pageId: string, key = '') {
  const person = usePerson()
  const page = usePage(pageId)
  const session = useDocumentSession(() => person.openDocument(pageId), `${person.userId}:${pageId}:${key}`)
  const view = useDocumentView(session)
  return { session, view, page }
}
