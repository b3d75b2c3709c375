import { type AnyExtension, type Attributes, Mark } from '@tiptap/core'

/** The name of the mark, for those who read pages without the schema. */
export const COMMENT_MARK = 'comment'

/**
 * The mark `comment`, `{ threadId }`: the text that a thread of comments is about. Several threads may be about
 * the same text. The server writes it, and it is taken from no HTML: what is copied is not commented on.
 */
export const Comment = Mark.create({
  name: COMMENT_MARK,
  // Around all others, so that a thread's text is in one piece.
  priority: 1100,
  excludes: '',
  inclusive: false,
  addAttributes: (): Attributes => ({
    threadId: { default: null, renderHTML: ({ threadId }) => ({ 'data-thread-id': threadId }) },
  }),
  renderHTML: ({ HTMLAttributes }) => ['span', HTMLAttributes, 0],
})

/** What the marks that change how text looks have in common. */
const FORMATTING = 'formatting'

/** Has an extension of the schema leave room for comments: code takes no other mark, and would drop them. */
export function withRoomForComments(extension: AnyExtension): AnyExtension {
  const { name, type } = extension
  if (name === COMMENT_MARK) return extension
  if (name === 'starterKit')
    return extension.extend({
      addExtensions() {
        return ((this.parent?.() ?? []) as AnyExtension[]).map(withRoomForComments)
      },
    })
  if (name === 'codeBlock') return extension.extend({ marks: COMMENT_MARK })
  if (type !== 'mark') return extension
  return (extension as Mark).extend({ group: FORMATTING, ...(name === 'code' && { excludes: FORMATTING }) })
}
