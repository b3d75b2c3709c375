import type { AnyExtension, Extensions } from '@tiptap/core'
import { Collaboration } from '@tiptap/extension-collaboration'
import { CollaborationCaret } from '@tiptap/extension-collaboration-caret'
import { Placeholder } from '@tiptap/extensions'
import type { User } from '../../../shared/api/auth.ts'
import { createDocumentExtensions, DOCUMENT_FRAGMENT } from '../../../shared/document/extensions.ts'
import type { DocumentSession } from '../../collaboration/document-session.ts'
import { DocumentGuard } from './document-guard.ts'
import { renderCaret, renderSelection } from './render-caret.ts'

/** The document's schema, bound to a session, with the behaviour that only the editor needs. */
export function createEditorExtensions(session: DocumentSession, user: User): Extensions {
  return [
    ...createDocumentExtensions().map(withoutTrailingNode),
    DocumentGuard,
    Collaboration.configure({ document: session.doc, field: DOCUMENT_FRAGMENT }),
    CollaborationCaret.configure({
      provider: { awareness: session.awareness },
      user: { name: user.name, color: user.color },
      render: renderCaret,
      selectionRender: renderSelection,
    }),
    Placeholder.configure({
      placeholder: ({ node }) => (node.type.name === 'heading' ? 'Heading' : 'Write something'),
      showOnlyWhenEditable: true,
    }),
  ]
}

/**
 * StarterKit appends an empty paragraph when the text ends in anything else, on merely opening the page, in
 * every reader's editor at once. Here a click below the text does it, for whom it is meant.
 */
function withoutTrailingNode(extension: AnyExtension): AnyExtension {
  return extension.name === 'starterKit' ? extension.configure({ trailingNode: false }) : extension
}
