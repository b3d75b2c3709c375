import { Extension } from '@tiptap/core'
import { Plugin } from '@tiptap/pm/state'
import { parseLinkAddress } from './link-address.ts'
import { isGoneMention } from './mentions/mention-view.ts'
import { findPageTarget } from './mentions/page-target.ts'

/** Goes to a page of this server, and there to a thread if one is named. */
export type OpenPage = (pageId: string, threadId: string | null) => void

interface OpenLinksOptions {
  openPage: OpenPage
}

/**
 * Ctrl+click or ⌘+click on a link opens it in a tab of its own; a plain click only sets the caret there. In a
 * page one may only read, links are the browser's own. A mention of a page leads there with a plain click,
 * unless the page is not there for the reader.
 */
export const OpenLinks = Extension.create<OpenLinksOptions>({
  name: 'openLinks',
  addOptions: () => ({ openPage: () => undefined }),
  addProseMirrorPlugins() {
    const { openPage } = this.options
    return [
      new Plugin({
        props: {
          handleDOMEvents: {
            click(view, event) {
              const page = findPageTarget(event.target)
              if (page !== null && isGoneMention(page.element)) return false
              const isMention = page !== null && page.element.localName !== 'a'
              if (page !== null && (isMention || !view.editable || event.ctrlKey || event.metaKey)) {
                event.preventDefault()
                openPage(page.pageId, page.threadId)
                return true
              }
              if (!view.editable || !(event.ctrlKey || event.metaKey)) return false
              const link = event.target instanceof Element ? event.target.closest('a') : null
              const address = link && parseLinkAddress(link.getAttribute('href') ?? '')
              if (address === null) return false
              event.preventDefault()
              window.open(address, '_blank', 'noopener,noreferrer')
              return true
            },
          },
        },
      }),
    ]
  },
})
