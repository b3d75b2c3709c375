import type { Client } from '../clients/client.ts'
import { readStateVector } from '../page-state.ts'
import type { PageIndex } from '../record.ts'
import { until } from './until.ts'

/** Who has not come to rest after this long, ms, does not. */
const SETTLE_TIMEOUT_MS = 45_000
/** Who has all answers and does not agree with the others, and nothing changes for this long, ms: they never will. */
const STUCK_MS = 6_000
/** How often those who have to ask for what is new do so at the end, ms. */
const HURRY_EVERY_MS = 500

/** Waits until it is quiet; not as long when everybody has their answers and nothing changes, but they disagree. */
export async function settle(clients: readonly Client[]): Promise<void> {
  let before = ''
  let sameSince = performance.now()
  let hurriedAt = 0
  await until(() => {
    if (performance.now() - hurriedAt > HURRY_EVERY_MS) {
      hurriedAt = performance.now()
      for (const client of clients) client.hurry()
    }
    const vectors = readVectors(clients)
    if (vectors === null) {
      before = ''
      return false
    }
    const agree = [...vectors.values()].every((each) => each.size <= 1)
    const now = [...vectors.values()].flatMap((each) => [...each]).join('|')
    if (now !== before) sameSince = performance.now()
    before = now
    return agree || performance.now() - sameSince > STUCK_MS
  }, SETTLE_TIMEOUT_MS)
}

/** By page the different state vectors of those who may write there, or only read; null while somebody waits for something. */
function readVectors(clients: readonly Client[]): Map<PageIndex, Set<string>> | null {
  if (!clients.every(({ isSettled }) => isSettled)) return null
  const vectors = new Map<PageIndex, Set<string>>()
  for (const client of clients) {
    for (const place of client.pages) {
      const page = client.page(place)
      // What those hold who wrote what they may not is their own affair.
      if (page.isRefused || !(page.mayWrite || client.onlyReads)) continue
      const own = vectors.get(place) ?? new Set()
      vectors.set(place, own.add(readStateVector(page.doc)))
    }
  }
  return vectors
}
