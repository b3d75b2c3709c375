import { Button, MantineProvider } from '@mantine/core'
import {
  type ReactNode,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useReducer,
  useRef,
  useState,
} from 'react'
import type { User } from '../../shared/api/auth.ts'
import { createApiClient } from '../api/api-client.ts'
import { describeError } from '../api/api-error.ts'
import type { Fetch } from '../api/request.ts'
import { openStorage } from '../api/safe-storage.ts'
import { fetchLiveParts, loadTextEditor } from '../app/live-parts.ts'
import { createPersonSession, type PersonSession, useBehindText } from '../app/person.ts'
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
  /** A page that is going to be shown below: it is asked for before anything is drawn, and before all else. */
  firstPageId?: string
  children: ReactNode
}

/** How long until a connection that could not begin is begun anew, ms. */
const RETRY_MS = 5_000

interface Connected {
  readonly session: PersonSession
  readonly account: TokenAccount
}

/** Connects to a server in one person's name, for the components and hooks below it. */
export function CopydeskProvider({ url, ...props }: CopydeskProviderProps) {
  return <Connection key={url} url={url.replace(/\/+$/, '')} {...props} />
}

/** To one server. Nothing is drawn before it has begun, so that nothing stands in its way. */
function Connection(props: CopydeskProviderProps) {
  const { url, token, firstPageId, colorScheme = 'auto', children } = props
  const newest = useRef(token)
  newest.current = token
  // A function is new with every rendering of the host's, and may speak of what it was rendered with: the newest is asked.
  const askNewest = useCallback(async () => {
    const source = newest.current
    return typeof source === 'function' ? source() : source
  }, [])
  const ask = typeof token === 'function' ? null : token
  const [connected, setConnected] = useState<(Connected & { user: User }) | null>(null)
  const [failure, setFailure] = useState<{ error: unknown; ask: string | null } | null>(null)
  const [attempt, beginAnew] = useReducer((before: number) => before + 1, 0)

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt is made for its own sake; the first page stays what it was
  useLayoutEffect(() => {
    let isOver = false
    let session: PersonSession | null = null
    const account = createTokenAccount(ask ?? askNewest, Date.now, () => {
      if (!isOver) beginAnew()
    })
    const services = {
      ...{ account, serverUrl: url, storage: openStorage() },
      fetch: (path: string, init: RequestInit) => window.fetch(url + path, init),
    }
    readUser(account, services.fetch, url).then(
      (user) => {
        if (isOver) return
        const created = createPersonSession(services, user.id, firstPageId)
        session = created
        void created.isFirstPageAsked.then(() => {
          if (isOver) return
          setConnected({ session: created, account, user })
          setFailure(null)
        })
        void created.isFirstTextPainted.then(fetchLiveParts)
      },
      (error: unknown) => {
        if (!isOver) setFailure({ error, ask })
      },
    )
    // Where the host has it all in one file, it is run when it is asked for: behind what opens the page. What does not come
    // is asked for again by who shows it.
    setTimeout(() => void loadTextEditor().catch(() => undefined))
    return () => {
      isOver = true
      setConnected(null)
      session?.close()
      account.close()
    }
  }, [url, attempt])

  useEffect(() => connected?.account.setSource(ask ?? askNewest), [connected, ask, askNewest])

  useEffect(() => {
    if (failure === null) return
    if (failure.ask !== ask) return beginAnew()
    const timer = setTimeout(beginAnew, RETRY_MS)
    window.addEventListener('online', beginAnew)
    return () => {
      clearTimeout(timer)
      window.removeEventListener('online', beginAnew)
    }
  }, [failure, ask])

  const person = useMemo(
    () =>
      connected && {
        ...{ ...connected.session, user: connected.user, guestPageId: null },
        isGuest: connected.user.kind === 'guest',
      },
    [connected],
  )
  if (!person && failure === null) return null
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={resolveCssVariables}
      {...(colorScheme === 'auto' ? { defaultColorScheme: 'auto' } : { forceColorScheme: colorScheme })}
    >
      {person ? (
        <PersonProvider person={person}>
          <LateNotices />
          {children}
        </PersonProvider>
      ) : (
        <div role="alert" className={classes.failure}>
          <p>{describeError(failure?.error)}</p>
          <Button size="xs" variant="default" onClick={beginAnew}>
            Try again
          </Button>
        </div>
      )}
    </MantineProvider>
  )
}

function LateNotices() {
  return useBehindText() && <Notices />
}

/** Who somebody is the server says; of its own tokens it has said so in the token. */
async function readUser(account: TokenAccount, fetch: Fetch, url: string): Promise<User> {
  return readOwnUser(await account.getAccessToken()) ?? createApiClient(fetch, account, url).getMe()
}
