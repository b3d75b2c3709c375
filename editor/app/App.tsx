import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { useEffect } from 'react'
import { followOtherTabs } from '../api/follow-other-tabs.ts'
import { SignedOutScreens } from '../features/account/SignedOutScreens.tsx'
import { SignedInApp } from '../features/shell/SignedInApp.tsx'
import { Splash, Unreachable } from '../features/shell/Splash.tsx'
import { resolveCssVariables, theme } from '../theme/theme.ts'
import { readNonce } from './csp-nonce.ts'
import { type Services, ServicesContext, useAccountState } from './services.ts'

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
        <Notifications position="bottom-center" containerWidth={420} />
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
      return <SignedOutScreens reason={state.reason} />
    case 'remembered':
    case 'signed-in':
      return <SignedInApp key={state.user.id} user={state.user} guestPageId={state.pageId} />
  }
}
