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
import { BlockCommands } from './blocks/block-commands.ts'
import { nameDetailsButton } from './blocks/details-button.ts'
import { MoveBlocks } from './blocks/move-blocks.ts'
import { CutCells } from './clipboard/cut-cells.ts'
import { Paste } from './clipboard/paste.ts'
import { HighlightCode } from './code/highlight-code.ts'
import { DocumentGuard } from './document-guard.ts'
import { FindInPage } from './find/find-in-page.ts'
import type { ImageFiles } from './images/image-files.ts'
import { createImageExtension } from './images/image-view.ts'
import { JoinLists } from './join-lists.ts'
import { KeepSelection } from './keep-selection.ts'
import { KeepWords } from './keep-words.ts'
import { LongText, type LongTextOptions } from './long-text.ts'
import { withPresentNames } from './mentions/mention-view.ts'
import { NarrowMapping } from './narrow-mapping.ts'
import { OpenLinks, type OpenPage } from './open-links.ts'
import { withPageTables } from './page-tables.ts'
import { withPageTasks } from './page-tasks.ts'
import { TabKey } from './tab-key.ts'
import { TriggerMenus } from './triggers/trigger-menu.ts'
import { UNDO_OPTIONS } from './undo-history.ts'

const PLACEHOLDERS: Record<string, string> = {
  heading: 'Heading',
  detailsSummary: 'Summary',
  codeBlock: 'Code',
}

/** Details whose button says what it does. Whether they are open is each reader's own. */
const NamedDetails = Details.extend({
  addCommands() {
    const { setDetails, ...others } = this.parent?.() ?? {}
    return {
      ...others,
      setDetails:
        () =>
        ({ chain }) =>
          chain()
            .leaveLists()
            .command((props) => setDetails?.()(props) ?? false)
            .run(),
    }
  },
}).configure({
  renderToggleButton: ({ element, isOpen }) => {
    nameDetailsButton(element, isOpen)
  },
})

/** What an editor is made of besides the schema. */
export interface EditorParts {
  readonly session: DocumentSession
  readonly user: User
  readonly files: ImageFiles
  /** Goes to another page, which a mention leads to. */
  readonly openPage: OpenPage
  /** What the schema has learnt for this page. */
  readonly learnt: Extensions
  readonly isRead: LongTextOptions['isRead']
}

/** The document's schema, bound to a session, with the behaviour that only the editor needs. */
export function createEditorExtensions(parts: EditorParts): Extensions {
  const { session, user, files, openPage, learnt, isRead } = parts
  return [
    ...createDocumentExtensions().map((extension) =>
      extension.name === 'image'
        ? createImageExtension(files)
        : extension.name === Details.name
          ? NamedDetails
          : withCutComments(withPresentNames(withPageTables(withPageTasks(extension)))),
    ),
    ...learnt,
    CommentHighlights,
    DocumentGuard,
    OpenLinks.configure({ openPage }),
    TabKey,
    JoinLists,
    BlockDirection,
    TriggerMenus,
    MoveBlocks,
    BlockCommands,
    Paste,
    CutCells,
    HighlightCode,
    FindInPage,
    LongText.configure({ isRead }),
    NarrowMapping.configure({ doc: session.doc }),
    KeepSelection.configure({ doc: session.doc }),
    KeepWords.configure({ doc: session.doc, hasUnsaved: () => session.getView().hasUnsaved }),
    Collaboration.configure({
      ...{ document: session.doc, field: DOCUMENT_FRAGMENT },
      yUndoOptions: UNDO_OPTIONS,
    }),
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
