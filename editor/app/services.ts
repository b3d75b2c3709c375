import { createContext, useContext, useSyncExternalStore } from 'react'
import { type AccountSession, type AccountState, createAccountSession } from '../api/account-session.ts'
import { type BrowserLocks, createCrossTabLock } from '../api/cross-tab-lock.ts'
import type { KeyValueStore } from '../api/key-value-store.ts'
import type { Fetch } from '../api/request.ts'
import { openStorage } from '../api/safe-storage.ts'

/** What lives as long as the tab, whoever is signed in. */
export interface Services {
  account: AccountSession
  fetch: Fetch
  /** Where the server is, without a slash at the end. */
  serverUrl: string
  storage: KeyValueStore
}

/** Builds the services over the browser's own fetch, storage and locks. */
export function createServices(): Services {
  const storage = openStorage()
  const fetch: Fetch = (input, init) => window.fetch(input, init)
  const lock = createCrossTabLock(navigator.locks as BrowserLocks | undefined, storage)
  const serverUrl = location.origin
  return { storage, fetch, serverUrl, account: createAccountSession({ fetch, lock, storage, now: Date.now }) }
}

export const ServicesContext = createContext<Services | null>(null)

export function useServices(): Services {
  const services = useContext(ServicesContext)
  if (!services) throw new Error('Services are used outside of the app.')
  return services
}

export function useAccountState(): AccountState {
  const { account } = useServices()
  return useSyncExternalStore(account.subscribe, account.getState)
}
