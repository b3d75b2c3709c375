import { Button } from '@mantine/core'
import type { Editor } from '@tiptap/react'
import { useEffect, useMemo, useState } from 'react'
import type { PageWithRole } from '../../../shared/api/pages.ts'
import { isAtLeast } from '../../../shared/roles.ts'
import { usePerson } from '../../app/person.ts'
import { useListedTitle } from '../../app/queries.ts'
import type { DocumentSession, DocumentView } from '../../collaboration/document-session.ts'
import { useLeaveQuestion } from '../../collaboration/use-document-session.ts'
import { HistoryMenu } from '../history/HistoryMenu.tsx'
import { FollowNotice } from '../presence/FollowNotice.tsx'
import { PresenceAvatars } from '../presence/PresenceAvatars.tsx'
import { useFollow } from '../presence/use-follow.ts'
import { ShareButton } from '../sharing/ShareButton.tsx'
import { TopBar } from '../shell/TopBar.tsx'
import type { ImageFiles } from './images/image-files.ts'
import { PageTitle } from './PageTitle.tsx'
import classes from './PageView.module.css'
import { SaveStateLine } from './SaveStateLine.tsx'
import { TextEditor } from './TextEditor.tsx'
import { TextPlaceholder } from './TextPlaceholder.tsx'
import { Toolbar } from './Toolbar.tsx'
import { UnsavedNotice } from './UnsavedNotice.tsx'
import { usePageTitle } from './use-page-title.ts'

/** A page on the desk: the bar, the tools, the title and the text. */
export function PageView(props: {
  pageId: string
  page: PageWithRole | null
  session: DocumentSession | null
  view: DocumentView
  onDiscarded: () => void
}) {
  const { pageId, page, session, view, onDiscarded } = props
  const { user, isGuest, api } = usePerson()
  const files = useMemo<ImageFiles>(
    () => ({ read: api.readFile, upload: (file, options) => api.uploadFile(pageId, file, options) }),
    [api, pageId],
  )
  const [editor, setEditor] = useState<Editor | null>(null)
  const follow = useFollow(editor)
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
    <>
      <TopBar start={<SaveStateLine state={view.save} hasText={view.isReady} />}>
        <PresenceAvatars pageId={pageId} follow={follow} />
        <HistoryMenu pageId={pageId} editor={editor} files={files} canWrite={view.isEditable} />
        {page && !isGuest && isAtLeast(page.role, 'admin') && <ShareButton page={page} />}
      </TopBar>
      {editor && view.save.kind !== 'read-only' && <Toolbar editor={editor} isEditable={view.isEditable} />}
      <article className={classes.column}>
        <PageTitle
          title={title}
          isEditable={canRename}
          isFocusedAtFirst={canRename && isNew(page)}
          onEnter={() => setAwaited(true)}
        />
        {view.save.kind === 'read-only' && view.save.isOutdated && (
          <div className={classes.hint} role="alert" data-testid="editor-outdated">
            A newer version of the editor is needed to write here.
            {view.hasUnsaved && ' What you wrote before is kept on this device.'}{' '}
            <Button size="compact-sm" variant="default" onClick={() => location.reload()}>
              Reload
            </Button>
          </div>
        )}
        {session && view.save.kind === 'read-only' && !view.save.isOutdated && view.hasUnsaved && (
          <UnsavedNotice
            text="You may only read this page now. Edits that you made before were not saved and are kept on this device."
            readText={session.readText}
            onDiscard={() => void session.discard().then(onDiscarded)}
          />
        )}
        {view.isNearlyFull && view.save.kind !== 'page-full' && (
          <p className={classes.hint} role="status" data-testid="nearly-full">
            This page is almost as large as a page may be. Go on in a new page, or take something out of it.
          </p>
        )}
        {session && view.save.kind === 'page-full' && (
          <UnsavedNotice
            text="This page is as large as a page may be, so what you wrote last is not saved. Take something out of it and try again, or copy the text and go on in a new page."
            readText={session.readText}
            onRetry={session.retry}
            onDiscard={() => void session.discard().then(onDiscarded)}
          />
        )}
        {session && view.isReady ? (
          <TextEditor
            session={session}
            user={user}
            files={files}
            isEditable={view.isEditable}
            onEditor={setEditor}
          />
        ) : (
          <TextPlaceholder isOffline={view.save.kind === 'offline'} />
        )}
      </article>
      <FollowNotice pageId={pageId} follow={follow} />
    </>
  )
}

const NEW_MS = 20_000

/** A page is new while nobody has named it and it was made moments ago. */
function isNew(page: PageWithRole): boolean {
  return page.title === '' && Date.now() - Date.parse(page.createdAt) < NEW_MS
}
