import { Button } from '@mantine/core'
import type { Editor } from '@tiptap/react'
import { useRef, useState } from 'react'
import { usePerson } from '../app/person.ts'
import { useLeaveQuestion } from '../collaboration/use-document-session.ts'
import type { OpenPage } from '../features/editor/open-links.ts'
import { describeRefusal, describeUnsent } from '../features/editor/save-words.ts'
import { UnsavedNotice } from '../features/editor/UnsavedNotice.tsx'
import classes from './Component.module.css'
import { type DeskChoices, PageDesk } from './PageDesk.tsx'
import { useCollaborativePage } from './use-collaborative-page.ts'

export interface CollaborativePageProps extends DeskChoices {
  /** The page's id, a UUID. */
  pageId: string
  /** Goes to another page, which a mention or a link leads to; without it they lead nowhere. */
  openPage?: OpenPage
  /** Hears of TipTap's editor when it is there, and with null when it goes. */
  onEditor?: (editor: Editor | null) => void
}

/** One page to write in, with who is there and whether it is saved. Stands below a `CopydeskProvider`. */
export function CollaborativePage({ pageId, ...desk }: CollaborativePageProps) {
  const { isGuest } = usePerson()
  const [attempt, setAttempt] = useState(0)
  const { session, view, page } = useCollaborativePage(pageId, String(attempt))
  const section = useRef<HTMLElement>(null)
  useLeaveQuestion(view.hasUnsaved)
  const reopen = (): void => setAttempt((before) => before + 1)

  if (view.save.kind === 'refused') {
    const { title, text } = describeRefusal(view.save.reason, isGuest)
    return (
      <section data-copydesk className={classes.failure} role="alert" data-testid="page-refused">
        <h2>{title}</h2>
        <p>{text}</p>
        <Button size="xs" variant="default" onClick={() => session?.retry()}>
          Try again
        </Button>
        {view.hasUnsaved && session && (
          <UnsavedNotice
            text={`Some of your edits never reached the server. ${describeUnsent(view.isKept)}`}
            readText={session.readText}
            onDiscard={() => void session.discard().then(reopen)}
          />
        )}
      </section>
    )
  }
  return (
    <section ref={section} data-copydesk className={classes.editor} data-testid="collaborative-editor">
      <PageDesk
        {...desk}
        pageId={pageId}
        page={page.data ?? null}
        session={session}
        view={view}
        keysWithin={section}
        onDiscarded={reopen}
        renderBar={(state, people) => (
          <div className={classes.bar}>
            <div className={classes.state}>{state}</div>
            {people}
          </div>
        )}
        renderText={(text) => <div className={classes.text}>{text}</div>}
      />
    </section>
  )
}
