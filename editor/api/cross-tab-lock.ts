import type { KeyValueStore } from './key-value-store.ts'

/** Runs a task so that no other tab of this browser runs one under the same name at the same time. */
export type CrossTabLock = <T>(name: string, task: () => Promise<T>) => Promise<T>

/** `navigator.locks`, as far as it is needed. */
export interface BrowserLocks {
  request<T>(name: string, task: () => Promise<T>): Promise<T>
}

const LEASE_MS = 20_000
const POLL_MS = 60

/**
 * The browser's own locks where there are any; on a plain-http address in a local network, where browsers
 * offer none, a lease in localStorage, which is good enough for a task that takes a fraction of a second.
 */
export function createCrossTabLock(locks: BrowserLocks | undefined, storage: KeyValueStore): CrossTabLock {
  if (locks) return async (name, task) => locks.request(name, () => task())
  return (name, task) => withLease(storage, `copydesk:lock:${name}`, task)
}

async function withLease<T>(storage: KeyValueStore, key: string, task: () => Promise<T>): Promise<T> {
  const mine = `${Math.random()}`
  for (;;) {
    const [, until] = (storage.getItem(key) ?? '').split('|')
    if (Number(until ?? 0) < Date.now()) {
      storage.setItem(key, `${mine}|${Date.now() + LEASE_MS}`)
      // Two tabs may have written in the same moment: the one whose value stayed has it.
      await pause()
      if (storage.getItem(key)?.startsWith(mine)) break
    }
    await pause()
  }
  try {
    return await task()
  } finally {
    if (storage.getItem(key)?.startsWith(mine)) storage.removeItem(key)
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, POLL_MS))
}
