import { MantineProvider } from '@mantine/core'
import { useEffect } from 'react'
import { followOtherTabs } from '../api/follow-other-tabs.ts'
import { SignedInApp } from '../features/shell/SignedInApp.tsx'
import { Splash, Unreachable } from '../features/shell/Splash.tsx'
import { resolveCssVariables, theme } from '../theme/theme.ts'
import { readNonce } from './csp-nonce.ts'
import { latePart } from './late-part.tsx'
import { type Services, ServicesContext, useAccountState } from './services.ts'

const Notices = latePart(() => import('../features/notices/Notices.tsx'), { missing: 'aside' })
const SignedOutScreens = latePart(() => import('../features/account/SignedOutScreens.tsx'), {
  waiting: <Splash />,
})

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
        <Notices />
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
