import { dehydrate, hydrate, type QueryClient } from '@tanstack/react-query'
import type { KeyValueStore } from '../api/key-value-store.ts'

const WRITE_DELAY_MS = 500
const MAX_CHARACTERS = 1_000_000

/**
 * Keeps the lists of drives and pages on this device, so that a reload without a network still shows where
 * one is. Kept answers are shown and refetched; they never count as fresh.
 */
export function keepQueries(queries: QueryClient, storage: KeyValueStore, userId: string) {
  const key = `copydesk:lists:${userId}`
  let timer: ReturnType<typeof setTimeout> | undefined

  try {
    const kept = storage.getItem(key)
    if (kept) hydrate(queries, JSON.parse(kept))
  } catch {
    storage.removeItem(key)
  }
  void queries.invalidateQueries({ refetchType: 'none' })

  const stopFollowing = queries.getQueryCache().subscribe((event) => {
    if (event.type !== 'updated' || event.action.type !== 'success') return
    clearTimeout(timer)
    timer = setTimeout(write, WRITE_DELAY_MS)
  })

  function write(): void {
    const text = JSON.stringify(
      dehydrate(queries, {
        shouldDehydrateQuery: ({ queryKey, state }) =>
          state.status === 'success' &&
          (queryKey[0] === 'drives' || queryKey[0] === 'pages' || queryKey[0] === 'page'),
      }),
    )
    try {
      if (text.length <= MAX_CHARACTERS) storage.setItem(key, text)
    } catch {
      // A full storage only costs the lists while offline.
      storage.removeItem(key)
    }
  }

  return {
    stop() {
      clearTimeout(timer)
      stopFollowing()
    },
    remove() {
      clearTimeout(timer)
      stopFollowing()
      storage.removeItem(key)
    },
  }
}
