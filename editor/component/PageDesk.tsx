import type { Editor } from '@tiptap/react'
import { type ReactNode, type RefObject, startTransition, useCallback, useMemo, useState } from 'react'
import type { PageWithRole } from '../../shared/api/pages.ts'
import { isAtLeast } from '../../shared/roles.ts'
import { latePart } from '../app/late-part.tsx'
import { useBehindText } from '../app/person.ts'
import type { DocumentSession, DocumentView } from '../collaboration/document-session.ts'
import { CommentedText } from '../features/comments/CommentedText.tsx'
import { CommentsProvider } from '../features/comments/CommentsProvider.tsx'
import { CommentsToggle } from '../features/comments/CommentsToggle.tsx'
import type { ThreadAddress } from '../features/comments/thread-address.ts'
import type { ImageFiles } from '../features/editor/images/image-files.ts'
import type { OpenPage } from '../features/editor/open-links.ts'
import { SaveStateLine } from '../features/editor/SaveStateLine.tsx'
import { usePageShortcuts } from '../features/editor/use-page-shortcuts.ts'
import type { WritingPanel } from '../features/editor/WritingTools.tsx'
import { HistoryMenu } from '../features/history/HistoryMenu.tsx'
import { FollowNotice } from '../features/presence/FollowNotice.tsx'
import { PresenceAvatars } from '../features/presence/PresenceAvatars.tsx'
import { useFollow } from '../features/presence/use-follow.ts'
import classes from './PageDesk.module.css'
import { PageText } from './PageText.tsx'
import { usePageFiles } from './use-page-files.ts'

const CommentButton = latePart(
  async () => ({ default: (await import('../features/comments/CommentButton.tsx')).CommentButton }),
  { missing: 'aside' },
)
const MentionNames = latePart(
  async () => ({ default: (await import('../features/editor/mentions/MentionNames.tsx')).MentionNames }),
  { missing: 'aside' },
)
const Toolbar = latePart(
  async () => ({ default: (await import('../features/editor/Toolbar.tsx')).Toolbar }),
  { waiting: <div className={classes.toolbarPlace} />, missing: 'aside' },
)
const WritingTools = latePart(
  async () => ({ default: (await import('../features/editor/WritingTools.tsx')).WritingTools }),
  { missing: 'aside' },
)

/** What can be left out or put elsewhere around a text. */
export interface DeskChoices {
  /** Comments beside the text where the screen has room, or always over it; `none` leaves them out. */
  comments?: 'beside' | 'over' | 'none'
  /** Whether there are the menus on selected text and after a slash, the handle, finding, contents and help. */
  tools?: boolean
}

/** An open page with everything around its text: the app's and the component's, which lay it out. */
export function PageDesk(
  props: DeskChoices & {
    pageId: string
    page: PageWithRole | null
    session: DocumentSession | null
    view: DocumentView
    /** The bar above: the line that says where the text is, and what stands at its other end. */
    renderBar: (state: ReactNode, people: ReactNode) => ReactNode
    renderText: (text: ReactNode) => ReactNode
    /** What stands in the text's place until it is there; without it, that it is being loaded. */
    renderWaiting?: (files: ImageFiles) => ReactNode
    /** Goes to another page, which a mention or a link leads to. */
    openPage?: OpenPage
    threadAddress?: ThreadAddress
    /** The page's keys hold inside this; without it on the whole page. */
    keysWithin?: RefObject<HTMLElement | null>
    onEditor?: (editor: Editor | null) => void
    /** The person gave their unsaved edits up: the page has to be opened anew. */
    onDiscarded: () => void
  },
) {
  const { pageId, page, session, view, comments = 'beside', tools = true, keysWithin, onEditor } = props
  const files = usePageFiles(pageId)
  const [editor, setEditor] = useState<Editor | null>(null)
  const follow = useFollow(editor)
  const [panel, setPanel] = useState<WritingPanel>(null)
  usePageShortcuts(tools ? editor : null, setPanel, keysWithin)
  const take = useCallback(
    (next: Editor | null) => {
      // What stands around the text is made in pieces behind it: the text is painted first.
      if (next) startTransition(() => setEditor(next))
      else setEditor(null)
      onEditor?.(next)
    },
    [onEditor],
  )
  const hasComments = comments !== 'none'
  const isBehindText = useBehindText()
  // Kept, as what is drawn again only when it changes: a key changes whether everything is saved, and nothing else here.
  const selectionExtra = useMemo(
    () => editor && hasComments && <CommentButton editor={editor} />,
    [editor, hasComments],
  )
  const text = props.renderText(
    <PageText
      session={session}
      view={view}
      files={files}
      {...(props.openPage && { openPage: props.openPage })}
      waiting={props.renderWaiting?.(files)}
      onEditor={take}
      onDiscarded={props.onDiscarded}
    />,
  )
  const desk = (
    <>
      {props.renderBar(
        <SaveStateLine state={view.save} hasText={view.isReady} role={page?.role ?? null} />,
        isBehindText && (
          <>
            <PresenceAvatars pageId={pageId} follow={follow} />
            {hasComments && <CommentsToggle />}
            <HistoryMenu pageId={pageId} editor={editor} files={files} canWrite={view.isEditable} />
          </>
        ),
      )}
      {view.save.kind !== 'read-only' &&
        (editor ? (
          <Toolbar editor={editor} isEditable={view.isEditable} {...(tools && { onPanel: setPanel })} />
        ) : (
          page && isAtLeast(page.role, 'editor') && <div className={classes.toolbarPlace} />
        ))}
      {hasComments ? <CommentedText editor={editor}>{text}</CommentedText> : text}
      <FollowNotice pageId={pageId} follow={follow} />
      {editor && isBehindText && (
        <MentionNames editor={editor} pageId={pageId} driveId={page?.driveId ?? null} />
      )}
      {editor && tools && (
        <WritingTools
          editor={editor}
          isEditable={view.isEditable}
          driveId={page?.driveId ?? null}
          panel={panel}
          onPanel={setPanel}
          selectionExtra={selectionExtra}
        />
      )}
    </>
  )
  if (!hasComments) return desk
  return (
    <CommentsProvider
      pageId={pageId}
      page={page}
      editor={editor}
      isOver={comments === 'over'}
      {...(props.threadAddress && { address: props.threadAddress })}
    >
      {desk}
    </CommentsProvider>
  )
}
