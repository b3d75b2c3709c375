import type { Attributes } from '@tiptap/core'
import { Highlight as TiptapHighlight } from '@tiptap/extension-highlight'
import { type DocumentColor, isDocumentColor } from './colors.ts'
import { readAttribute } from './read-attribute.ts'

/** What a highlight without a colour is. */
export const DEFAULT_HIGHLIGHT: DocumentColor = 'yellow'

/** The mark `highlight`, `{ color }`: a background by name, never by CSS. */
export const Highlight = TiptapHighlight.extend({
  addAttributes: (): Attributes => ({
    color: {
      default: DEFAULT_HIGHLIGHT,
      parseHTML: (element) => {
        const color = readAttribute(element, 'data-color')
        return isDocumentColor(color) ? color : DEFAULT_HIGHLIGHT
      },
      renderHTML: ({ color }) => ({ 'data-color': isDocumentColor(color) ? color : DEFAULT_HIGHLIGHT }),
    },
  }),
})
