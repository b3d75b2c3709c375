import type { Extensions } from '@tiptap/core'
import { TaskItem, TaskList } from '@tiptap/extension-list'
import { StarterKit } from '@tiptap/starter-kit'

/** Raised whenever a change to the list below could make an older client drop what it does not know. */
export const DOCUMENT_SCHEMA_VERSION = 1

/** The name of the XML fragment that holds a page's text, as TipTap's Collaboration extension has it. */
export const DOCUMENT_FRAGMENT = 'default'

/**
 * The document schema: which nodes and marks a page can hold. The editor adds behaviour on top
 * (collaboration, carets, placeholder); the server converts with exactly this list.
 */
export function createDocumentExtensions(): Extensions {
  return [
    StarterKit.configure({
      // Undo belongs to Yjs: each author takes back only their own edits.
      undoRedo: false,
      // It would append a paragraph to every page that ends in something else, on merely opening it, in every
      // reader's editor at once. In the editor a click below the text does it, for whom it is meant.
      trailingNode: false,
      link: {
        openOnClick: false,
        autolink: true,
        defaultProtocol: 'https',
        protocols: ['http', 'https', 'mailto'],
        HTMLAttributes: { rel: 'noopener noreferrer nofollow', target: '_blank' },
      },
    }),
    TaskList,
    TaskItem.configure({ nested: true }),
  ]
}
