import { Extension } from '@tiptap/core'
import { Plugin } from '@tiptap/pm/state'
import { parseLinkAddress } from './link-address.ts'

/**
 * Ctrl+click or ⌘+click on a link opens it in a tab of its own; a plain click only sets the caret there. In a
 * page one may only read, links are the browser's own.
 */
export const OpenLinks = Extension.create({
  name: 'openLinks',
  addProseMirrorPlugins: () => [
    new Plugin({
      props: {
        handleDOMEvents: {
          click(view, event) {
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
  ],
})
