import { useEffect, useState } from 'react'
import { areLivePartsHere } from '../../../app/live-parts.ts'
import { usePerson } from '../../../app/person.ts'

/**
 * A page's text as HTML, to be read until the editor is there. Null while there is none, and where there is no
 * need of it: the editor's code has arrived already, or this device holds edits that the server has not got.
 */
export function usePageHtml(pageId: string): string | null {
  const { api, offlineCopies } = usePerson()
  const [html, setHtml] = useState<string | null>(null)
  useEffect(() => {
    if (areLivePartsHere() || offlineCopies.listUnsaved().includes(pageId)) return
    let isOver = false
    api.readContent(pageId, 'html').then(
      (text) => {
        if (!isOver) setHtml(text)
      },
      // Why a page cannot be shown, others find out as well; what HTML cannot say, only the editor shows.
      () => undefined,
    )
    return () => {
      isOver = true
    }
  }, [api, offlineCopies, pageId])
  return html
}
