import type { Extensions } from '@tiptap/core'
import { Collaboration } from '@tiptap/extension-collaboration'
import { Placeholder } from '@tiptap/extensions'
import type { User } from '../../../shared/api/auth.ts'
import { createDocumentExtensions, DOCUMENT_FRAGMENT } from '../../../shared/document/extensions.ts'
import type { DocumentSession } from '../../collaboration/document-session.ts'
import { CommentHighlights, withCutComments } from '../comments/comment-highlights.ts'
import { RemoteCarets } from '../presence/remote-carets.ts'
import { BlockDirection } from './block-direction.ts'
import { DocumentGuard } from './document-guard.ts'
import type { ImageFiles } from './images/image-files.ts'
import { createImageExtension } from './images/image-view.ts'
import { KeepSelection } from './keep-selection.ts'
import { OpenLinks } from './open-links.ts'
import { withReadOnlyTasks } from './read-only-tasks.ts'
import { TabKey } from './tab-key.ts'

/**
 * The document's schema, with what it has learnt for this page, bound to a session, with the behaviour that
 * only the editor needs.
 */
export function createEditorExtensions(
  session: DocumentSession,
  user: User,
  files: ImageFiles,
  learnt: Extensions = [],
): Extensions {
  return [
    ...createDocumentExtensions().map((extension) =>
      extension.name === 'image'
        ? createImageExtension(files)
        : withCutComments(withReadOnlyTasks(extension)),
    ),
    ...learnt,
    CommentHighlights,
    DocumentGuard,
    OpenLinks,
    TabKey,
    BlockDirection,
    KeepSelection.configure({ doc: session.doc }),
    Collaboration.configure({ document: session.doc, field: DOCUMENT_FRAGMENT }),
    RemoteCarets.configure({
      awareness: session.awareness,
      user: { name: user.name, color: user.color },
    }),
    Placeholder.configure({
      placeholder: ({ node }) => (node.type.name === 'heading' ? 'Heading' : 'Write something'),
      showOnlyWhenEditable: true,
    }),
  ]
}
