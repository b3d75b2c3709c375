import { Button } from '@mantine/core'
import type { Editor } from '@tiptap/react'
import { useEffect, useState } from 'react'
import { usePerson } from '../app/person.ts'
import { useLeaveQuestion } from '../collaboration/use-document-session.ts'
import { SaveStateLine } from '../features/editor/SaveStateLine.tsx'
import { describeRefusal } from '../features/editor/save-words.ts'
import { Toolbar } from '../features/editor/Toolbar.tsx'
import { UnsavedNotice } from '../features/editor/UnsavedNotice.tsx'
import { HistoryMenu } from '../features/history/HistoryMenu.tsx'
import { FollowNotice } from '../features/presence/FollowNotice.tsx'
import { PresenceAvatars } from '../features/presence/PresenceAvatars.tsx'
import { useFollow } from '../features/presence/use-follow.ts'
import classes from './Component.module.css'
import { PageText } from './PageText.tsx'
import { useCollaborativePage } from './use-collaborative-page.ts'
import { usePageFiles } from './use-page-files.ts'

/** One page to write in, with who is there and whether it is saved. Stands below a `CopydeskProvider`. */
export function CollaborativePage(props: { pageId: string; onEditor?: (editor: Editor | null) => void }) {
  const { pageId, onEditor } = props
  const { isGuest } = usePerson()
  const [attempt, setAttempt] = useState(0)
  const { session, view, page } = useCollaborativePage(pageId, String(attempt))
  const files = usePageFiles(pageId)
  const [editor, setEditor] = useState<Editor | null>(null)
  const follow = useFollow(editor)
  useLeaveQuestion(view.hasUnsaved)
  useEffect(() => onEditor?.(editor), [editor, onEditor])
  const reopen = (): void => setAttempt((before) => before + 1)

  if (view.save.kind === 'refused') {
    const { title, text } = describeRefusal(view.save.reason, isGuest)
    return (
      <section className={classes.failure} role="alert" data-testid="page-refused">
        <h2>{title}</h2>
        <p>{text}</p>
        <Button size="xs" variant="default" onClick={() => session?.retry()}>
          Try again
        </Button>
        {view.hasUnsaved && session && (
          <UnsavedNotice
            text="Some of your edits never reached the server. They are kept on this device until you discard them."
            readText={session.readText}
            onDiscard={() => void session.discard().then(reopen)}
          />
        )}
      </section>
    )
  }
  return (
    <section className={classes.editor} data-testid="collaborative-editor">
      <div className={classes.bar}>
        <div className={classes.state}>
          <SaveStateLine state={view.save} hasText={view.isReady} role={page.data?.role ?? null} />
        </div>
        <PresenceAvatars pageId={pageId} follow={follow} />
        <HistoryMenu pageId={pageId} editor={editor} files={files} canWrite={view.isEditable} />
      </div>
      {editor && view.save.kind !== 'read-only' && <Toolbar editor={editor} isEditable={view.isEditable} />}
      <div className={classes.text}>
        <PageText session={session} view={view} files={files} onEditor={setEditor} onDiscarded={reopen} />
      </div>
      <FollowNotice pageId={pageId} follow={follow} />
    </section>
  )
}
