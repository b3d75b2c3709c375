import { useEffect, useMemo, useState } from 'react'
import { Redirect, Route, Switch } from 'wouter'
import type { User } from '../../../shared/api/auth.ts'
import { latePart } from '../../app/late-part.tsx'
import { createPersonSession, type PersonSession } from '../../app/person.ts'
import { useAccountState, useServices } from '../../app/services.ts'
import { PersonProvider } from '../../component/PersonProvider.tsx'
import { PageScreen } from '../editor/PageScreen.tsx'
import { HomeScreen } from './HomeScreen.tsx'
import { Shell } from './Shell.tsx'
import { Splash } from './Splash.tsx'

const GuestEntry = latePart(() => import('../account/GuestEntry.tsx'))
const NotFoundScreen = latePart(() => import('./NotFoundScreen.tsx'))
const TrashScreen = latePart(() => import('../trash/TrashScreen.tsx'))
const SettingsScreen = latePart(() => import('../settings/SettingsScreen.tsx'))

const COME_BACK_MS = 5000

/** The app of one person, from their arrival until they leave. */
export function SignedInApp({ user, guestPageId }: { user: User; guestPageId: string | null }) {
  const services = useServices()
  const [session, setSession] = useState<PersonSession | null>(null)
  const [{ id, name, kind }] = useState(user)
  useEffect(() => {
    let created: PersonSession | undefined
    let isOver = false
    const beginVisit = (visit: { userId: string; name: string }) =>
      import('../../collaboration/earlier-visit.ts').then((module) =>
        module.beginVisit(services.storage, visit),
      )
    const begin = (): void => {
      if (isOver) return
      created = createPersonSession(services, id)
      setSession(created)
    }
    if (kind === 'guest') void beginVisit({ userId: id, name }).then(begin, begin)
    else begin()
    return () => {
      isOver = true
      created?.close()
    }
  }, [services, id, name, kind])
  useComingBack()

  const person = useMemo(
    () => session && { ...session, user, guestPageId, isGuest: user.kind === 'guest' },
    [session, user, guestPageId],
  )
  if (!person) return <Splash />
  return (
    <PersonProvider person={person}>
      <Switch>
        <Route path="/share">
          <GuestEntry {...(person.isGuest ? {} : { openAsMyself: person.api.openShareLink })} />
        </Route>
        <Route>
          <Shell>
            <Switch>
              <Route path="/pages/:pageId">
                {({ pageId }) => <PageScreen key={pageId} pageId={pageId.toLowerCase()} />}
              </Route>
              <Route path="/">
                <HomeScreen />
              </Route>
              {!person.isGuest && (
                <Route path="/trash">
                  <TrashScreen />
                </Route>
              )}
              {!person.isGuest && (
                <Route path="/settings">
                  <SettingsScreen />
                </Route>
              )}
              <Route path="/register">
                <Redirect to="/" replace />
              </Route>
              <Route>
                <NotFoundScreen />
              </Route>
            </Switch>
          </Shell>
        </Route>
      </Switch>
    </PersonProvider>
  )
}

/** Somebody who was only remembered is signed in as soon as the server answers again. */
function useComingBack(): void {
  const { account } = useServices()
  const isRemembered = useAccountState().kind === 'remembered'
  useEffect(() => {
    if (!isRemembered) return
    const restore = (): void => void account.restore()
    const timer = setInterval(restore, COME_BACK_MS)
    window.addEventListener('online', restore)
    return () => {
      clearInterval(timer)
      window.removeEventListener('online', restore)
    }
  }, [account, isRemembered])
}
