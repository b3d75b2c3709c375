import { type Attributes, Node } from '@tiptap/core'
import { readAttribute } from './read-attribute.ts'

/** What a callout is for. */
export const CALLOUT_KINDS = ['note', 'info', 'success', 'warning', 'danger'] as const
export type CalloutKind = (typeof CALLOUT_KINDS)[number]

/** Whether a value is a kind of callout. */
export function isCalloutKind(value: unknown): value is CalloutKind {
  return (CALLOUT_KINDS as readonly unknown[]).includes(value)
}

/** The node `callout`, `{ kind }`: blocks that stand out. */
export const Callout = Node.create({
  name: 'callout',
  group: 'block',
  content: 'block+',
  defining: true,
  addAttributes: (): Attributes => ({
    kind: {
      default: 'note',
      parseHTML: (element) => {
        const kind = readAttribute(element, 'data-kind')
        return isCalloutKind(kind) ? kind : 'note'
      },
      renderHTML: ({ kind }) => ({ 'data-kind': isCalloutKind(kind) ? kind : 'note' }),
    },
  }),
  parseHTML: () => [{ tag: 'div[data-type="callout"]' }],
  renderHTML: ({ HTMLAttributes }) => ['div', { 'data-type': 'callout', ...HTMLAttributes }, 0],
})
