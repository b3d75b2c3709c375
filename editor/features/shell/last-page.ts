import type { KeyValueStore } from '../../api/key-value-store.ts'

/** Remembers, for each person on this device, which page they had open last. */
export function rememberLastPage(storage: KeyValueStore, userId: string, pageId: string): void {
  storage.setItem(`copydesk:last-page:${userId}`, pageId)
}

export function readLastPage(storage: KeyValueStore, userId: string): string | null {
  return storage.getItem(`copydesk:last-page:${userId}`)
}

export function forgetLastPage(storage: KeyValueStore, userId: string): void {
  storage.removeItem(`copydesk:last-page:${userId}`)
}
