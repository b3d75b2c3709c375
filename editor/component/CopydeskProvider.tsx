import { Button, MantineProvider } from '@mantine/core'
import { type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { User } from '../../shared/api/auth.ts'
import { createApiClient } from '../api/api-client.ts'
import { describeError } from '../api/api-error.ts'
import type { Fetch } from '../api/request.ts'
import { openStorage } from '../api/safe-storage.ts'
import { fetchLiveParts } from '../app/live-parts.ts'
import { createPersonSession, type PersonSession } from '../app/person.ts'
import Notices from '../features/notices/Notices.tsx'
import { resolveCssVariables, theme } from '../theme/theme.ts'
import classes from './Component.module.css'
import { PersonProvider } from './PersonProvider.tsx'
import { createTokenAccount, readOwnUser, type TokenAccount, type TokenSource } from './token-account.ts'

export interface CopydeskProviderProps {
  /** Where the server is, such as `https://copydesk.example.com`. */
  url: string
  /** Who the person is: an access token of the server's, or one that it takes from the host application. */
  token: TokenSource
  /** Light or dark; `auto`, the person's own choice, without it. */
  colorScheme?: 'auto' | 'light' | 'dark'
  children: ReactNode
}

interface Connected {
  readonly session: PersonSession
  readonly account: TokenAccount
}

/** Connects to a server in one person's name, for the components and hooks below it. */
export function CopydeskProvider({ url, token, colorScheme = 'auto', children }: CopydeskProviderProps) {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={resolveCssVariables}
      {...(colorScheme === 'auto' ? { defaultColorScheme: 'auto' } : { forceColorScheme: colorScheme })}
    >
      <Notices />
      <Connection key={url} url={url.replace(/\/+$/, '')} token={token}>
        {children}
      </Connection>
    </MantineProvider>
  )
}

function Connection({ url, token, children }: { url: string; token: TokenSource; children: ReactNode }) {
  const newest = useRef(token)
  newest.current = token
  const [connected, setConnected] = useState<(Connected & { user: User }) | null>(null)
  const [failure, setFailure] = useState<unknown>(null)
  const [attempt, setAttempt] = useState(0)

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt is made for its own sake
  useLayoutEffect(() => {
    void fetchLiveParts()
    let isOver = false
    let session: PersonSession | null = null
    const account = createTokenAccount(newest.current, Date.now)
    const services = {
      ...{ account, serverUrl: url, storage: openStorage() },
      fetch: (path: string, init: RequestInit) => window.fetch(url + path, init),
    }
    readUser(account, services.fetch, url).then(
      (user) => {
        if (isOver) return
        session = createPersonSession(services, user.id)
        setConnected({ session, account, user })
      },
      (error: unknown) => {
        if (!isOver) setFailure(error)
      },
    )
    return () => {
      isOver = true
      setConnected(null)
      setFailure(null)
      session?.close()
      account.close()
    }
  }, [url, attempt])

  // A function is new with every rendering of the host's; it is asked when a token is needed.
  const ask = typeof token === 'function' ? null : token
  useEffect(() => {
    if (ask !== null) connected?.account.setSource(ask)
  }, [connected, ask])

  const person = useMemo(
    () =>
      connected && {
        ...{ ...connected.session, user: connected.user, guestPageId: null },
        isGuest: connected.user.kind === 'guest',
      },
    [connected],
  )
  if (failure !== null)
    return (
      <div role="alert" className={classes.failure}>
        <p>{describeError(failure)}</p>
        <Button size="xs" variant="default" onClick={() => setAttempt((before) => before + 1)}>
          Try again
        </Button>
      </div>
    )
  return person && <PersonProvider person={person}>{children}</PersonProvider>
}

/** Who somebody is the server says; of its own tokens it has said so in the token. */
async function readUser(account: TokenAccount, fetch: Fetch, url: string): Promise<User> {
  return readOwnUser(await account.getAccessToken()) ?? createApiClient(fetch, account, url).getMe()
}
