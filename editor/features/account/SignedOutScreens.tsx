import { Redirect, Route, Switch, useLocation } from 'wouter'
import { AccountFrame } from './AccountFrame.tsx'
import { GuestEntry } from './GuestEntry.tsx'
import { RegisterForm } from './RegisterForm.tsx'
import { SignInForm } from './SignInForm.tsx'

/**
 * What somebody sees who is not signed in. The address is kept: after signing in, one is where one wanted to
 * go.
 */
export function SignedOutScreens({ reason }: { reason: 'never' | 'left' | 'ended' }) {
  const [location] = useLocation()
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
          <SignInForm hasEnded={reason === 'ended' && location !== '/register'} />
        </AccountFrame>
      </Route>
    </Switch>
  )
}
