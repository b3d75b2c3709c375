import { Button } from '@mantine/core'
import type { Editor } from '@tiptap/react'
import { type ReactNode, useCallback, useState } from 'react'
import { loadTextEditor } from '../app/live-parts.ts'
import { MissingPart } from '../app/MissingPart.tsx'
import { usePerson } from '../app/person.ts'
import { useLoaded } from '../app/use-loaded.ts'
import type { DocumentSession, DocumentView } from '../collaboration/document-session.ts'
import type { ImageFiles } from '../features/editor/images/image-files.ts'
import type { OpenPage } from '../features/editor/open-links.ts'
import { describeUnsent } from '../features/editor/save-words.ts'
import { TextPlaceholder } from '../features/editor/TextPlaceholder.tsx'
import { UnsavedNotice } from '../features/editor/UnsavedNotice.tsx'
import classes from './PageText.module.css'

/** A page's text, and above it what there is to say about writing in it. */
export function PageText(props: {
  session: DocumentSession | null
  view: DocumentView
  files: ImageFiles
  /** Goes to another page, which a mention leads to; without it mentions lead nowhere. */
  openPage?: OpenPage
  /** What stands in the text's place until it is there; without it, that it is being loaded. */
  waiting?: ReactNode
  onEditor: (editor: Editor | null) => void
  /** The person gave their unsaved edits up: the page has to be opened anew. */
  onDiscarded: () => void
}) {
  const { session, view, files, openPage, waiting, onEditor, onDiscarded } = props
  const { user } = usePerson()
  // On its way while the page itself is being fetched.
  const { part: loaded, isMissing, retry } = useLoaded(loadTextEditor)
  const [drawn, setDrawn] = useState<DocumentSession | null>(null)
  const isShown = session !== null && drawn === session
  const onDrawn = useCallback(() => setDrawn(session), [session])
  const isReader = view.save.kind === 'read-only'
  const isOutdated = view.save.kind === 'read-only' && view.save.isOutdated
  return (
    <>
      {isMissing && (
        <div className={classes.hint} role="alert">
          <MissingPart what="The editor" onRetry={retry} />
        </div>
      )}
      {isOutdated && (
        <div className={classes.hint} role="alert" data-testid="editor-outdated">
          A newer version of the editor is needed to write here.
          {view.hasUnsaved && ` Some of what you wrote was not saved. ${describeUnsent(view.isKept)}`}{' '}
          <Button size="compact-sm" variant="default" onClick={() => location.reload()}>
            Reload
          </Button>
        </div>
      )}
      {session && isReader && !isOutdated && view.hasUnsaved && (
        <UnsavedNotice
          text={`You may only read this page now. Edits that you made before were not saved. ${describeUnsent(view.isKept)}`}
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
      {!isShown && (waiting || <TextPlaceholder isOffline={!view.isReady && view.save.kind === 'offline'} />)}
      {session && loaded && (
        <loaded.TextEditor
          session={session}
          user={user}
          files={files}
          openPage={openPage ?? stay}
          isReady={view.isReady}
          isRead={Boolean(waiting)}
          isShown={isShown}
          onDrawn={onDrawn}
          isEditable={view.isEditable}
          onEditor={onEditor}
        />
      )}
    </>
  )
}

function stay(): void {}
