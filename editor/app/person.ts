import { QueryClient } from '@tanstack/react-query'
import { createContext, startTransition, useContext, useEffect, useState } from 'react'
import type { User } from '../../shared/api/auth.ts'
import { withSchemaVersion } from '../../shared/document/version.ts'
import { type ApiClient, createApiClient } from '../api/api-client.ts'
import { ApiError, isTemporary } from '../api/api-error.ts'
import type { Fetch } from '../api/request.ts'
import type { DocumentSession } from '../collaboration/document-session.ts'
import { createOfflineCopies } from '../collaboration/offline-copies.ts'
import { createLateRealtime } from '../realtime/late-realtime.ts'
import type { RealtimeSession } from '../realtime/realtime-session.ts'
import { watchActivity } from '../realtime/watch-activity.ts'
import { afterText } from './after-text.ts'
import { openFirstPage } from './first-page.ts'
import { keepQueries } from './kept-queries.ts'
import { loadDocumentSession, loadRealtime } from './live-parts.ts'
import { keepQueriesLive } from './live-queries.ts'
import type { Services } from './services.ts'

/** What a person's connections are built over. */
export type PersonServices = Pick<Services, 'fetch' | 'storage' | 'serverUrl'> & {
  account: Pick<Services['account'], 'getAccessToken' | 'renewAccessToken' | 'onTokenRenewed'>
}

/** Everything that belongs to one signed-in person and must not outlive them. */
export interface PersonSession {
  readonly userId: string
  api: ApiClient
  realtime: RealtimeSession
  queries: QueryClient
  offlineCopies: ReturnType<typeof createOfflineCopies>
  /** Rejects when the code for it cannot be fetched. */
  openDocument(pageId: string): Promise<DocumentSession>
  /** Resolves when the first page has been asked for: until then nothing should be drawn. */
  readonly isFirstPageAsked: Promise<void>
  /** Resolves when the first page's text has come and could be painted: what is drawn around a text comes behind it. */
  readonly isFirstTextPainted: Promise<void>
  /** Removes what this device remembers of the person's pages. */
  forget(): Promise<void>
  close(): void
}

/**
 * Builds a person's connections and caches over the tab's services. If there is a first page, it is opened at once, and
 * everything else is asked for behind it.
 */
export function createPersonSession(
  services: PersonServices,
  userId: string,
  firstPageId?: string,
): PersonSession {
  const { account, storage, serverUrl } = services
  const first = firstPageId === undefined ? null : openFirstPage(firstPageId, open, afterText)
  const fetch: Fetch = async (...request) => {
    await first?.isPainted
    return services.fetch(...request)
  }
  const queries = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        networkMode: 'always',
        retry: (count, error) => count < 2 && isTemporary(error),
      },
      mutations: { networkMode: 'always' },
    },
  })
  const kept = keepQueries(queries, storage, userId)
  const offlineCopies = createOfflineCopies(storage, userId)
  const realtime = createLateRealtime(async () => {
    await first?.isPainted
    const { createRealtimeSession } = await loadRealtime()
    return createRealtimeSession({
      serverUrl,
      getToken: account.getAccessToken,
      renewToken: account.renewAccessToken,
      onTokenRenewed: account.onTokenRenewed,
    })
  })
  const stopUpdating = keepQueriesLive(queries, realtime, userId)
  const stopWatching = watchActivity({ window, document, now: Date.now, onChange: realtime.setPresence })
  const api = createApiClient(fetch, account, serverUrl)
  const network = { isSocketBlocked: false }
  async function open(pageId: string): Promise<DocumentSession> {
    const { createDocumentSession } = await loadDocumentSession()
    return createDocumentSession({
      pageId,
      userId,
      storage,
      url: withSchemaVersion(`${serverUrl.replace(/^http/, 'ws')}/collaboration`),
      getToken: account.getAccessToken,
      renewToken: () =>
        account.renewAccessToken().then(
          () => 'renewed' as const,
          (error: unknown) => {
            if (error instanceof ApiError && error.problem?.status === 401) return 'signed-out' as const
            throw error
          },
        ),
      onTokenRenewed: account.onTokenRenewed,
      sync: (...exchange) => api.syncPage(pageId, ...exchange),
      network,
      now: Date.now,
    })
  }

  return {
    userId,
    api,
    realtime,
    queries,
    offlineCopies,
    isFirstPageAsked: first?.isAsked ?? Promise.resolve(),
    isFirstTextPainted: first?.isPainted ?? Promise.resolve(),
    openDocument: (pageId) => first?.take(pageId) ?? open(pageId),
    async forget() {
      kept.remove()
      await offlineCopies.removeAll()
      const { forgetVisit } = await import('../collaboration/earlier-visit.ts')
      forgetVisit(storage, userId)
    },
    close() {
      first?.leave()
      kept.stop()
      stopWatching()
      stopUpdating()
      realtime.close()
      queries.clear()
    },
  }
}

export interface Person extends PersonSession {
  user: User
  isGuest: boolean
  /** For a guest: the page that their link leads to. */
  guestPageId: string | null
}

export const PersonContext = createContext<Person | null>(null)

export function usePerson(): Person {
  const person = useContext(PersonContext)
  if (!person) throw new Error('A person is used outside of the signed-in app.')
  return person
}

/** Whether what stands around a text may be drawn: who is there, menus, notices. */
export function useBehindText(): boolean {
  const { isFirstTextPainted } = usePerson()
  const [isDue, setDue] = useState(false)
  useEffect(() => {
    void isFirstTextPainted.then(() => startTransition(() => setDue(true)))
  }, [isFirstTextPainted])
  return isDue
}
