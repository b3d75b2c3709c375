import { Button } from '@mantine/core'
import { useState } from 'react'
import { Redirect, Route, Switch, useLocation } from 'wouter'
import type { SignedOutReason } from '../../api/account-session.ts'
import { Message } from '../shell/Message.tsx'
import { AccountFrame } from './AccountFrame.tsx'
import GuestEntry from './GuestEntry.tsx'
import { LeftEdits } from './LeftEdits.tsx'
import { RegisterForm } from './RegisterForm.tsx'
import { SignInForm } from './SignInForm.tsx'

/**
 * What somebody sees who is not signed in. The address is kept: after signing in, one is where one wanted to
 * go.
 */
export default function SignedOutScreens({ reason }: { reason: SignedOutReason }) {
  const [location] = useLocation()
  const [isSigningIn, setSigningIn] = useState(false)
  // A guest has no account to sign in to; their link is their way back.
  const isVisitOver = reason === 'visit-ended' && !isSigningIn
  return (
    <Switch>
      <Route path="/share">
        <GuestEntry />
      </Route>
      <Route path="/register">
        <AccountFrame>
          <RegisterForm />
        </AccountFrame>
      </Route>
      <Route path="/sign-in">
        <Redirect to="/" replace />
      </Route>
      <Route>
        <AccountFrame>
          {isVisitOver ? (
            <>
              <Message
                title="Your visit has ended"
                text="Open the link that you were given once more, or ask for a new one."
              >
                <Button variant="default" onClick={() => setSigningIn(true)}>
                  Sign in instead
                </Button>
              </Message>
              <LeftEdits />
            </>
          ) : (
            <SignInForm hasEnded={reason === 'ended' && location !== '/register'} />
          )}
        </AccountFrame>
      </Route>
    </Switch>
  )
}
