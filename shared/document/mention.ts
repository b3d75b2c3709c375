import { type Attributes, Node } from '@tiptap/core'
import { z } from 'zod'
import { describeMention, MENTION_NODE } from './describe-mention.ts'
import { readAttribute } from './read-attribute.ts'

/**
 * The attributes of a mention. `id` is the mention's own, made when it is inserted: whoever it names is told of
 * it once, also when it is copied along. `label` is what it says until the present name is known.
 */
export const mentionAttributesSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('person'), id: z.uuid(), personId: z.uuid(), label: z.string() }),
  z.object({ kind: z.literal('page'), id: z.uuid(), pageId: z.uuid(), label: z.string() }),
])
export type MentionAttributes = z.infer<typeof mentionAttributesSchema>

/** What can be mentioned. A link to a page of the workspace is a mention of it. */
export const MENTION_KINDS = ['person', 'page'] as const
export type MentionKind = (typeof MENTION_KINDS)[number]

/** Whether a value is a kind of mention. */
export function isMentionKind(value: unknown): value is MentionKind {
  return (MENTION_KINDS as readonly unknown[]).includes(value)
}

/** The node `mention` in the line: see `mentionAttributesSchema`. */
export const Mention = Node.create({
  name: MENTION_NODE,
  group: 'inline',
  inline: true,
  atom: true,
  selectable: false,
  addAttributes: (): Attributes => ({
    id: {
      default: '',
      parseHTML: (element) => readAttribute(element, 'data-id') ?? '',
      renderHTML: ({ id }) => ({ 'data-id': id }),
    },
    kind: {
      default: 'person',
      parseHTML: (element) => {
        const kind = readAttribute(element, 'data-kind')
        return isMentionKind(kind) ? kind : 'person'
      },
      renderHTML: ({ kind }) => ({ 'data-kind': kind }),
    },
    personId: {
      default: null,
      parseHTML: (element) => readAttribute(element, 'data-person-id'),
      renderHTML: ({ personId }) => ({ 'data-person-id': personId }),
    },
    pageId: {
      default: null,
      parseHTML: (element) => readAttribute(element, 'data-page-id'),
      renderHTML: ({ pageId }) => ({ 'data-page-id': pageId }),
    },
    label: {
      default: '',
      parseHTML: (element) => readAttribute(element, 'data-label') ?? '',
      renderHTML: ({ label }) => ({ 'data-label': label }),
    },
  }),
  parseHTML: () => [{ tag: 'span[data-type="mention"]' }],
  renderHTML: ({ node, HTMLAttributes }) => [
    'span',
    { 'data-type': 'mention', ...HTMLAttributes },
    describeMention(node.attrs),
  ],
  renderText: ({ node }) => describeMention(node.attrs),
})
