import type { Editor } from '@tiptap/react'
import { useCallback, useEffect, useState } from 'react'
import { useLocation } from 'wouter'
import type { PageWithRole } from '../../../shared/api/pages.ts'
import { isAtLeast } from '../../../shared/roles.ts'
import { usePerson } from '../../app/person.ts'
import { useListedTitle } from '../../app/queries.ts'
import type { DocumentSession, DocumentView } from '../../collaboration/document-session.ts'
import { useLeaveQuestion } from '../../collaboration/use-document-session.ts'
import { PageDesk } from '../../component/PageDesk.tsx'
import { toPagePath, useThreadAddress } from '../comments/thread-address.ts'
import { ShareButton } from '../sharing/ShareButton.tsx'
import { TopBar } from '../shell/TopBar.tsx'
import type { OpenPage } from './open-links.ts'
import { PageTitle } from './PageTitle.tsx'
import classes from './PageView.module.css'
import { ReadingText } from './reading/ReadingText.tsx'
import { usePageHtml } from './reading/use-page-html.ts'
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
  const { isGuest } = usePerson()
  const html = usePageHtml(pageId)
  const [editor, setEditor] = useState<Editor | null>(null)
  const [, navigate] = useLocation()
  const openPage: OpenPage = useCallback((...target) => navigate(toPagePath(...target)), [navigate])
  const threadAddress = useThreadAddress(pageId)
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
    <PageDesk
      pageId={pageId}
      page={page}
      session={session}
      view={view}
      openPage={openPage}
      threadAddress={threadAddress}
      onEditor={setEditor}
      onDiscarded={onDiscarded}
      renderBar={(state, people) => (
        <TopBar start={state}>
          {people}
          {page && !isGuest && isAtLeast(page.role, 'admin') && <ShareButton page={page} />}
        </TopBar>
      )}
      {...(page &&
        html !== null && {
          renderWaiting: (files) => <ReadingText html={html} files={files} openPage={openPage} />,
        })}
      renderText={(text) => (
        <article className={classes.column}>
          <PageTitle
            title={title}
            isEditable={canRename}
            isFocusedAtFirst={canRename && isNew(page)}
            onEnter={() => setAwaited(true)}
          />
          {text}
        </article>
      )}
    />
  )
}

const NEW_MS = 20_000

/** A page is new while nobody has named it and it was made moments ago. */
function isNew(page: PageWithRole): boolean {
  return page.title === '' && Date.now() - Date.parse(page.createdAt) < NEW_MS
}
