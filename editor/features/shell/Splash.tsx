import { Button, Loader } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useServices } from '../../app/services.ts'
import { Message } from './Message.tsx'
import classes from './Splash.module.css'

const QUIET_MS = 400

/** While it is found out who is signed in. Says nothing at first: mostly it is over before one can read. */
export function Splash() {
  const [isShown, setShown] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), QUIET_MS)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div className={classes.splash} role="status" aria-label="Opening Copydesk">
      {isShown && <Loader size="sm" type="dots" />}
    </div>
  )
}

/** Nobody is remembered on this device and the server does not answer. */
export function Unreachable() {
  const { account } = useServices()
  const [isTrying, setTrying] = useState(false)
  return (
    <div className={classes.splash}>
      <Message
        title="The server cannot be reached"
        text="Check your connection. As soon as Copydesk answers, you can go on."
      >
        <Button
          loading={isTrying}
          onClick={() => {
            setTrying(true)
            void account.restore().finally(() => setTrying(false))
          }}
        >
          Try again
        </Button>
      </Message>
    </div>
  )
}
