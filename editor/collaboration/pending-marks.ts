/*
 * Which pages hold edits that the server has not acknowledged, remembered in localStorage so that it is known
 * after a reload and before any document is opened. A mark belongs to one open document session: two tabs on
 * the same page each keep their own, and neither can clear the other's by being saved itself.
 *
 *   copydesk:pending:<user>:<page>:<session> = ms since 1970
 *   copydesk:waiting:<user>:<page>:<session> = how many edits, once that session is over
 *   copydesk:copy:<user>:<page> = 1            (there is an offline copy in IndexedDB)
 */
import type { KeyValueStore } from '../api/key-value-store.ts'

export interface PendingMarks {
  /** When the oldest unacknowledged edit of any earlier session on this page was made. */
  readonly inheritedSince: number | null
  /** How many edits the earlier sessions left; null where one of them did not come to say so, or still goes on. */
  readonly inheritedChanges: number | null
  /** Writes this session's mark, before the edit itself is stored. */
  set(at: number): void
  /** Notes beside this session's mark how many edits it leaves behind: nothing more is counted, unless it goes on. */
  leave(changes: number): void
  /** Everything that the offline copy held when this session opened it, and since, is on the server. */
  clear(): void
}

const PENDING = 'copydesk:pending:'
const WAITING = 'copydesk:waiting:'
const COPY = 'copydesk:copy:'

/** The marks of one document session. Must be made before the offline copy is read. */
export function createPendingMarks(
  storage: KeyValueStore,
  ids: { userId: string; pageId: string; sessionId: string },
): PendingMarks {
  const prefix = `${PENDING}${ids.userId}:${ids.pageId}:`
  const own = `${prefix}${ids.sessionId}`
  const ownWaiting = toWaiting(own)
  let isLeft = false
  const inherited = listKeys(storage, prefix)
  const times = inherited.map((key) => Number(storage.getItem(key))).filter((time) => time > 0)
  return {
    inheritedSince: times.length > 0 ? Math.min(...times) : null,
    inheritedChanges: addUp(inherited.map((key) => storage.getItem(toWaiting(key)))),
    set(at) {
      if (isLeft) storage.removeItem(ownWaiting)
      isLeft = false
      // Looked up each time: another tab that inherited our mark may have cleared it, rightly, since.
      if (storage.getItem(own) === null) put(storage, own, String(at))
    },
    leave(changes) {
      if (storage.getItem(own) === null || changes === 0) return
      isLeft = true
      put(storage, ownWaiting, String(changes))
    },
    clear() {
      for (const key of [own, ...inherited]) forgetMark(storage, key)
    },
  }
}

/** The pages on which this person has edits that only this device holds. */
export function listPendingPages(storage: KeyValueStore, userId: string): string[] {
  const prefix = `${PENDING}${userId}:`
  return [...new Set(listKeys(storage, prefix).map((key) => key.slice(prefix.length).split(':')[0] ?? ''))]
}

/** The pages of which this person has an offline copy on this device. */
export function listCopiedPages(storage: KeyValueStore, userId: string): string[] {
  const prefix = `${COPY}${userId}:`
  return listKeys(storage, prefix).map((key) => key.slice(prefix.length))
}

/** Whether this device may hold a copy of a page: whether there is anything to be read before connecting. */
export function mayHaveCopy(storage: KeyValueStore, userId: string, pageId: string): boolean {
  return storage.getItem(`${COPY}${userId}:${pageId}`) !== null
}

export function rememberCopy(storage: KeyValueStore, userId: string, pageId: string): void {
  put(storage, `${COPY}${userId}:${pageId}`, '1')
}

/** Forgets that a page has a copy and unsent edits here. */
export function forgetCopy(storage: KeyValueStore, userId: string, pageId: string): void {
  storage.removeItem(`${COPY}${userId}:${pageId}`)
  for (const key of listKeys(storage, `${PENDING}${userId}:${pageId}:`)) forgetMark(storage, key)
}

/** Where the number of edits is that belong to a mark. */
const toWaiting = (mark: string): string => WAITING + mark.slice(PENDING.length)

function forgetMark(storage: KeyValueStore, mark: string): void {
  storage.removeItem(mark)
  storage.removeItem(toWaiting(mark))
}

/** Null where one of them is not known. */
function addUp(numbers: readonly (string | null)[]): number | null {
  const known = numbers.map(Number).filter((number) => number > 0)
  return known.length === numbers.length ? known.reduce((sum, number) => sum + number, 0) : null
}

/** Where the storage is full there is no mark: this tab knows all the same, and no edit fails for it. */
function put(storage: KeyValueStore, key: string, value: string): void {
  try {
    storage.setItem(key, value)
  } catch {}
}

function listKeys(storage: KeyValueStore, prefix: string): string[] {
  return Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '').filter((key) =>
    key.startsWith(prefix),
  )
}
