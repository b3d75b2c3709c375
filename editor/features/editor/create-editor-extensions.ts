import type { Extensions } from '@tiptap/core'
import { Collaboration } from '@tiptap/extension-collaboration'
import { Details } from '@tiptap/extension-details'
import { Placeholder } from '@tiptap/extensions'
import type { User } from '../../../shared/api/auth.ts'
import { createDocumentExtensions } from '../../../shared/document/extensions.ts'
import { DOCUMENT_FRAGMENT } from '../../../shared/document/fragment.ts'
import type { DocumentSession } from '../../collaboration/document-session.ts'
import { CommentHighlights, withCutComments } from '../comments/comment-highlights.ts'
import { RemoteCarets } from '../presence/remote-carets.ts'
import { BlockDirection } from './block-direction.ts'
import { MoveBlocks } from './blocks/move-blocks.ts'
import { Paste } from './clipboard/paste.ts'
import { HighlightCode } from './code/highlight-code.ts'
import { DocumentGuard } from './document-guard.ts'
import { FindInPage } from './find/find-in-page.ts'
import type { ImageFiles } from './images/image-files.ts'
import { createImageExtension } from './images/image-view.ts'
import { KeepSelection } from './keep-selection.ts'
import { OpenLinks, type OpenPage } from './open-links.ts'
import { withReadOnlyTasks } from './read-only-tasks.ts'
import { TabKey } from './tab-key.ts'
import { TriggerMenus } from './triggers/trigger-menu.ts'

const PLACEHOLDERS: Record<string, string> = {
  heading: 'Heading',
  detailsSummary: 'Summary',
  codeBlock: 'Code',
}

/** Details whose button says what it does. Whether they are open is each reader's own. */
const NamedDetails = Details.configure({
  renderToggleButton: ({ element, isOpen }) => {
    element.setAttribute('aria-label', isOpen ? 'Hide the details' : 'Show the details')
    element.setAttribute('aria-expanded', String(isOpen))
  },
})

/**
 * The document's schema, with what it has learnt for this page, bound to a session, with the behaviour that
 * only the editor needs.
 */
export function createEditorExtensions(
  session: DocumentSession,
  user: User,
  files: ImageFiles,
  openPage: OpenPage,
  learnt: Extensions = [],
): Extensions {
  return [
    ...createDocumentExtensions().map((extension) =>
      extension.name === 'image'
        ? createImageExtension(files)
        : extension.name === Details.name
          ? NamedDetails
          : withCutComments(withReadOnlyTasks(extension)),
    ),
    ...learnt,
    CommentHighlights,
    DocumentGuard,
    OpenLinks.configure({ openPage }),
    TabKey,
    BlockDirection,
    TriggerMenus,
    MoveBlocks,
    Paste,
    HighlightCode,
    FindInPage,
    KeepSelection.configure({ doc: session.doc }),
    Collaboration.configure({ document: session.doc, field: DOCUMENT_FRAGMENT }),
    RemoteCarets.configure({
      awareness: session.awareness,
      user: { name: user.name, color: user.color },
    }),
    Placeholder.configure({
      placeholder: ({ node }) => PLACEHOLDERS[node.type.name] ?? 'Write something, or / for more',
      showOnlyWhenEditable: true,
    }),
  ]
}
