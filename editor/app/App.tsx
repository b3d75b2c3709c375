import { MantineProvider } from '@mantine/core'
import { lazy, Suspense, useEffect } from 'react'
import { followOtherTabs } from '../api/follow-other-tabs.ts'
import { SignedInApp } from '../features/shell/SignedInApp.tsx'
import { Splash, Unreachable } from '../features/shell/Splash.tsx'
import { resolveCssVariables, theme } from '../theme/theme.ts'
import { readNonce } from './csp-nonce.ts'
import { type Services, ServicesContext, useAccountState } from './services.ts'

const Notices = lazy(() => import('../features/notices/Notices.tsx'))
const SignedOutScreens = lazy(() => import('../features/account/SignedOutScreens.tsx'))

/** The whole app: the look, and who is signed in decides what is seen. */
export function App({ services }: { services: Services }) {
  useEffect(() => followOtherTabs(services.account, window), [services])
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      getStyleNonce={readNonce}
      cssVariablesResolver={resolveCssVariables}
    >
      <ServicesContext value={services}>
        <Suspense fallback={null}>
          <Notices />
        </Suspense>
        <AccountGate />
      </ServicesContext>
    </MantineProvider>
  )
}

function AccountGate() {
  const state = useAccountState()
  switch (state.kind) {
    case 'restoring':
      return <Splash />
    case 'unreachable':
      return <Unreachable />
    case 'signed-out':
      return (
        <Suspense fallback={<Splash />}>
          <SignedOutScreens reason={state.reason} />
        </Suspense>
      )
    case 'remembered':
    case 'signed-in':
      return <SignedInApp key={state.user.id} user={state.user} guestPageId={state.pageId} />
  }
}
