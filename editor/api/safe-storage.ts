import { createMemoryStorage, type KeyValueStore } from './key-value-store.ts'

/** localStorage where the browser grants it, else one that lasts as long as the tab. */
export function openStorage(): KeyValueStore {
  try {
    const probe = 'copydesk:probe'
    localStorage.setItem(probe, '1')
    localStorage.removeItem(probe)
    return localStorage
  } catch {
    return createMemoryStorage()
  }
}
