import { type Attributes, Mark } from '@tiptap/core'
import { type DocumentColor, isDocumentColor } from './colors.ts'
import { readAttribute } from './read-attribute.ts'

declare module '@tiptap/core' {
  interface Commands<ReturnType> {
    textColor: {
      /** Gives the selected text a colour. */
      setTextColor: (color: DocumentColor) => ReturnType
      /** Gives the selected text the colour of the page again. */
      unsetTextColor: () => ReturnType
    }
  }
}

/** The mark `textColor`, `{ color }`: a colour by name, never by CSS. */
export const TextColor = Mark.create({
  name: 'textColor',
  addAttributes: (): Attributes => ({
    color: {
      default: 'gray',
      parseHTML: (element) => readAttribute(element, 'data-text-color'),
      renderHTML: ({ color }) => (isDocumentColor(color) ? { 'data-text-color': color } : {}),
    },
  }),
  parseHTML: () => [
    {
      tag: 'span[data-text-color]',
      getAttrs: (element) => isDocumentColor(readAttribute(element, 'data-text-color')) && null,
    },
  ],
  renderHTML: ({ HTMLAttributes }) => ['span', HTMLAttributes, 0],
  addCommands() {
    return {
      setTextColor:
        (color) =>
        ({ commands }) =>
          isDocumentColor(color) && commands.setMark(this.name, { color }),
      unsetTextColor:
        () =>
        ({ commands }) =>
          commands.unsetMark(this.name),
    }
  },
})
