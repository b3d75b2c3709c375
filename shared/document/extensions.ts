import type { AnyExtension, Extensions, Mark } from '@tiptap/core'
import { Details, DetailsContent, DetailsSummary } from '@tiptap/extension-details'
import { TaskItem, TaskList } from '@tiptap/extension-list'
import { StarterKit } from '@tiptap/starter-kit'
import { Callout } from './callout.ts'
import { Comment, withRoomForComments } from './comment.ts'
import { Highlight } from './highlight.ts'
import { Image } from './image.ts'
import { Mention } from './mention.ts'
import { TABLE_EXTENSIONS } from './table.ts'
import { TextAlign } from './text-align.ts'
import { TextColor } from './text-color.ts'

/** The starter kit with links that end where they end: what is typed behind one is no part of it. */
const Basics = StarterKit.extend({
  addExtensions() {
    return ((this.parent?.() ?? []) as AnyExtension[]).map((extension) =>
      extension.name === 'link' ? (extension as Mark).extend({ inclusive: false }) : extension,
    )
  },
})

/**
 * The document schema: which nodes and marks a page can hold. The editor adds behaviour on top
 * (collaboration, carets, placeholder); the server converts with exactly this list.
 */
export function createDocumentExtensions(): Extensions {
  return [
    Basics.configure({
      // Undo belongs to Yjs: each author takes back only their own edits.
      undoRedo: false,
      // It would append a paragraph to every page that ends in something else, on merely opening it, in every
      // reader's editor at once. In the editor a click below the text does it, for whom it is meant.
      trailingNode: false,
      link: {
        openOnClick: false,
        autolink: true,
        markdownLinks: true,
        defaultProtocol: 'https',
        HTMLAttributes: { rel: 'noopener noreferrer nofollow', target: '_blank' },
      },
    }),
    TaskList,
    TaskItem.configure({ nested: true }),
    ...TABLE_EXTENSIONS,
    Callout,
    Details,
    DetailsSummary,
    DetailsContent,
    Image,
    Mention,
    Highlight,
    TextColor,
    TextAlign,
    Comment,
  ].map(withRoomForComments)
}
