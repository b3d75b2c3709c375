import { TextAlign as TiptapTextAlign } from '@tiptap/extension-text-align'
import { readAttribute, readTextAlign } from './read-attribute.ts'

/** How a paragraph or a heading can be aligned; null is as its script is read. */
export const ALIGNMENTS = ['left', 'center', 'right', 'justify'] as const
export type Alignment = (typeof ALIGNMENTS)[number]

/** Whether a value is one of the alignments. */
export function isAlignment(value: unknown): value is Alignment {
  return (ALIGNMENTS as readonly unknown[]).includes(value)
}

/** The attribute `textAlign` of paragraphs and headings, as `data-text-align` in HTML. */
export const TextAlign = TiptapTextAlign.extend({
  addGlobalAttributes() {
    return [
      {
        types: this.options.types,
        attributes: {
          textAlign: {
            default: null,
            parseHTML: (element) => {
              const align = readAttribute(element, 'data-text-align') ?? readTextAlign(element)
              return isAlignment(align) ? align : null
            },
            renderHTML: ({ textAlign }) => (isAlignment(textAlign) ? { 'data-text-align': textAlign } : {}),
          },
        },
      },
    ]
  },
}).configure({ types: ['heading', 'paragraph'], alignments: [...ALIGNMENTS] })
