import type { Extensions } from '@tiptap/core'
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
    ...createDocumentExtensions(),
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
