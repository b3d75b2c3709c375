import { Button } from '@mantine/core'
import { useState } from 'react'
import { copyText } from '../../app/clipboard.ts'
import classes from './UnsavedNotice.module.css'

/** Tells somebody that edits of theirs will not be saved here, and hands them over. */
export function UnsavedNotice(props: {
  text: string
  /** Where there are words to copy. */
  readText?: () => string
  /** Where trying again may help. */
  onRetry?: () => void
  onDiscard: () => void
}) {
  const { readText } = props
  const [outcome, setOutcome] = useState<'none' | 'copied' | 'failed'>('none')
  const words = { none: 'Copy the text', copied: 'Copied', failed: 'Could not copy' }[outcome]
  return (
    <section className={classes.notice} role="alert" data-testid="unsaved-notice">
      <p>{props.text}</p>
      <div className={classes.actions}>
        {readText && (
          <Button
            size="xs"
            onClick={() =>
              void copyText(readText()).then((isCopied) => setOutcome(isCopied ? 'copied' : 'failed'))
            }
          >
            {words}
          </Button>
        )}
        {props.onRetry && (
          <Button size="xs" variant="default" onClick={props.onRetry}>
            Try again
          </Button>
        )}
        <Button size="xs" variant="subtle" color="red" onClick={props.onDiscard}>
          Discard my unsaved edits
        </Button>
      </div>
    </section>
  )
}
