import type { Editor } from '@tiptap/react'
import { lazy, Suspense, useCallback, useEffect, useState } from 'react'
import { useLocation } from 'wouter'
import type { PageWithRole } from '../../../shared/api/pages.ts'
import { isAtLeast } from '../../../shared/roles.ts'
import { usePerson } from '../../app/person.ts'
import { useListedTitle } from '../../app/queries.ts'
import type { DocumentSession, DocumentView } from '../../collaboration/document-session.ts'
import { useLeaveQuestion } from '../../collaboration/use-document-session.ts'
import { PageText } from '../../component/PageText.tsx'
import { usePageFiles } from '../../component/use-page-files.ts'
import { CommentButton } from '../comments/CommentButton.tsx'
import { CommentedText } from '../comments/CommentedText.tsx'
import { CommentsProvider } from '../comments/CommentsProvider.tsx'
import { CommentsToggle } from '../comments/CommentsToggle.tsx'
import { toPagePath, useThreadAddress } from '../comments/thread-address.ts'
import { HistoryMenu } from '../history/HistoryMenu.tsx'
import { FollowNotice } from '../presence/FollowNotice.tsx'
import { PresenceAvatars } from '../presence/PresenceAvatars.tsx'
import { useFollow } from '../presence/use-follow.ts'
import { ShareButton } from '../sharing/ShareButton.tsx'
import { TopBar } from '../shell/TopBar.tsx'
import type { OpenPage } from './open-links.ts'
import { PageTitle } from './PageTitle.tsx'
import classes from './PageView.module.css'
import { SaveStateLine } from './SaveStateLine.tsx'
import { usePageShortcuts } from './use-page-shortcuts.ts'
import { usePageTitle } from './use-page-title.ts'
import type { WritingPanel } from './WritingTools.tsx'

const Toolbar = lazy(async () => ({ default: (await import('./Toolbar.tsx')).Toolbar }))
const WritingTools = lazy(async () => ({ default: (await import('./WritingTools.tsx')).WritingTools }))

/** A page on the desk: the bar, the tools, the title and the text. */
export function PageView(props: {
  pageId: string
  page: PageWithRole | null
  session: DocumentSession | null
  view: DocumentView
  onDiscarded: () => void
}) {
  const { pageId, page, session, view, onDiscarded } = props
  const { isGuest } = usePerson()
  const files = usePageFiles(pageId)
  const [editor, setEditor] = useState<Editor | null>(null)
  const follow = useFollow(editor)
  const [, navigate] = useLocation()
  const openPage: OpenPage = useCallback((...target) => navigate(toPagePath(...target)), [navigate])
  const threadAddress = useThreadAddress(pageId)
  const [panel, setPanel] = useState<WritingPanel>(null)
  usePageShortcuts(editor, setPanel)
  const [isAwaited, setAwaited] = useState(false)
  const listedTitle = useListedTitle(pageId)
  const title = usePageTitle(pageId, page?.title ?? listedTitle ?? '', page)
  const canRename = page !== null && isAtLeast(page.role, 'editor')
  useLeaveQuestion(view.hasUnsaved || title.isUnsaved)
  // Enter in the title goes on in the text, also when the text is not there yet.
  useEffect(() => {
    if (!isAwaited || !editor) return
    editor.commands.focus('start')
    setAwaited(false)
  }, [isAwaited, editor])
  useEffect(() => {
    document.title = `${title.value || 'Untitled'} · Copydesk`
  }, [title.value])

  return (
    <CommentsProvider pageId={pageId} page={page} editor={editor} address={threadAddress}>
      <TopBar start={<SaveStateLine state={view.save} hasText={view.isReady} role={page?.role ?? null} />}>
        <PresenceAvatars pageId={pageId} follow={follow} />
        <CommentsToggle />
        <HistoryMenu pageId={pageId} editor={editor} files={files} canWrite={view.isEditable} />
        {page && !isGuest && isAtLeast(page.role, 'admin') && <ShareButton page={page} />}
      </TopBar>
      {editor && view.save.kind !== 'read-only' && (
        <Suspense fallback={null}>
          <Toolbar editor={editor} isEditable={view.isEditable} onPanel={setPanel} />
        </Suspense>
      )}
      <CommentedText editor={editor}>
        <article className={classes.column}>
          <PageTitle
            title={title}
            isEditable={canRename}
            isFocusedAtFirst={canRename && isNew(page)}
            onEnter={() => setAwaited(true)}
          />
          <PageText
            session={session}
            view={view}
            files={files}
            openPage={openPage}
            onEditor={setEditor}
            onDiscarded={onDiscarded}
          />
        </article>
      </CommentedText>
      <FollowNotice pageId={pageId} follow={follow} />
      {editor && (
        <Suspense fallback={null}>
          <WritingTools
            editor={editor}
            isEditable={view.isEditable}
            driveId={page?.driveId ?? null}
            panel={panel}
            onPanel={setPanel}
            selectionExtra={<CommentButton editor={editor} />}
          />
        </Suspense>
      )}
    </CommentsProvider>
  )
}

const NEW_MS = 20_000

/** A page is new while nobody has named it and it was made moments ago. */
function isNew(page: PageWithRole): boolean {
  return page.title === '' && Date.now() - Date.parse(page.createdAt) < NEW_MS
}
