import { Button } from '@mantine/core'
import { useEffect } from 'react'
import { Link, useLocation } from 'wouter'
import type { AccessChangeReason } from '../../../shared/protocol/access.ts'
import { usePerson } from '../../app/person.ts'
import type { DocumentSession } from '../../collaboration/document-session.ts'
import type { Refusal } from '../../collaboration/save-state.ts'
import { useLeaveQuestion } from '../../collaboration/use-document-session.ts'
import { describeRevoked } from '../notices/access-words.ts'
import { Message } from '../shell/Message.tsx'
import { TopBar } from '../shell/TopBar.tsx'
import classes from './PageView.module.css'
import { describeRefusal, describeUnsent } from './save-words.ts'
import { UnsavedNotice } from './UnsavedNotice.tsx'

/** What a page that one has lost is refused with: it looks as if it did not exist. */
const NO_ACCESS: readonly Refusal[] = ['forbidden', 'page-not-found']

/** A page that does not let one in, or no longer. Edits that it will not take are handed over. */
export function RefusedScreen(props: {
  reason: Refusal
  session: DocumentSession | null
  hasUnsaved: boolean
  isKept: boolean
  /** Why the person lost access while the page was open, if they did. */
  revoked: AccessChangeReason | null
  /** The page's title, if it was ever known. */
  title: string | null
  onRetry: () => void
}) {
  const { reason, session, hasUnsaved, isKept, revoked, onRetry } = props
  const { isGuest } = usePerson()
  const [, navigate] = useLocation()
  const { title, text } =
    revoked !== null && NO_ACCESS.includes(reason)
      ? describeRevoked({ kind: 'page', name: props.title }, revoked)
      : describeRefusal(reason, isGuest)
  useLeaveQuestion(hasUnsaved)
  useEffect(() => {
    document.title = `${title} · Copydesk`
  }, [title])
  return (
    <>
      <TopBar />
      <div className={classes.refused} data-testid="page-refused" data-reason={reason}>
        <Message title={title} text={text}>
          <Button variant="default" onClick={onRetry}>
            Try again
          </Button>
          {!isGuest && (
            <Button component={Link} href="/">
              Go to my pages
            </Button>
          )}
        </Message>
        {hasUnsaved && session && (
          <div className={classes.handOver}>
            <UnsavedNotice
              text={`Some of your edits never reached the server. ${describeUnsent(isKept)}`}
              readText={session.readText}
              onDiscard={() => void session.discard().then(() => navigate('/'))}
            />
          </div>
        )}
      </div>
    </>
  )
}
