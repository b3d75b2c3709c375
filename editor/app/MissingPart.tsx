import { Button } from '@mantine/core'
import { useEffect, useState } from 'react'
import classes from './MissingPart.module.css'

/** A part of the app that could not be loaded: why, and what to do about it. */
export function MissingPart({ what = 'This part', onRetry }: { what?: string; onRetry: () => void }) {
  const [attempt, setAttempt] = useState(0)
  const [isServerThere, setServerThere] = useState(false)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt is made for its own sake
  useEffect(() => {
    let isOver = false
    const ask = (): void => {
      void askForServer().then((isThere) => {
        if (!isOver) setServerThere(isThere)
      })
    }
    ask()
    window.addEventListener('online', ask)
    return () => {
      isOver = true
      window.removeEventListener('online', ask)
    }
  }, [attempt])
  return (
    <div className={classes.missing} data-testid="missing-part">
      <span>
        {what} could not be loaded.{' '}
        {isServerThere
          ? 'There may be a newer version: reload to go on.'
          : 'It comes as soon as the server can be reached.'}
      </span>
      <span className={classes.actions}>
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => {
            setAttempt((before) => before + 1)
            onRetry()
          }}
        >
          Try again
        </Button>
        {isServerThere && (
          <Button size="compact-sm" onClick={() => location.reload()}>
            Reload
          </Button>
        )}
      </span>
    </div>
  )
}

/** Whether somebody answers where the app's files are; what, says nothing: after a deployment they have other names. */
function askForServer(): Promise<boolean> {
  return fetch(import.meta.url, { method: 'HEAD', mode: 'no-cors', cache: 'no-store' }).then(
    () => true,
    () => false,
  )
}
