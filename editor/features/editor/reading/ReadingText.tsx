import { useLayoutEffect, useRef } from 'react'
import type { ImageFiles } from '../images/image-files.ts'
import { findPageTarget } from '../mentions/page-target.ts'
import type { OpenPage } from '../open-links.ts'
import { buildText } from './build-text.ts'
import '../prose.css'
import '../blocks.css'

/** A page's text to be read while the editor is on its way, where and as the editor will show it. */
export function ReadingText(props: {
  /** As the server has it. */
  html: string
  files: ImageFiles
  /** Goes to another page, which a mention or a link leads to. */
  openPage: OpenPage
}) {
  const { html, files, openPage } = props
  const place = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const { text, leave } = buildText(html, files.addresses)
    place.current?.replaceChildren(text)
    return leave
  }, [html, files])
  useLayoutEffect(() => {
    const element = place.current
    const onClick = (event: MouseEvent): void => {
      const target = event.ctrlKey || event.metaKey ? null : findPageTarget(event.target)
      if (target === null) return
      event.preventDefault()
      openPage(target.pageId, target.threadId)
    }
    element?.addEventListener('click', onClick)
    return () => element?.removeEventListener('click', onClick)
  }, [openPage])
  return (
    <div className="page-text">
      <div
        ref={place}
        className="prose"
        role="document"
        aria-label="Text of the page"
        aria-busy="true"
        data-testid="reading-text"
      />
    </div>
  )
}
