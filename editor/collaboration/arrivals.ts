/*
 * When what others do is shown. Each of their edits has the text laid out anew, which takes longer than the edit
 * itself, and while that is done a key is not painted. So after some were shown there is a rest in which others
 * gather; they are shown together. What comes after a rest is shown at once.
 */

/** How long the rest is, ms, at least and at most, and in between by how long showing took. */
export const MIN_REST_MS = 40
export const MAX_REST_MS = 250
const REST_FACTOR = 2
/** Behind a key of one's own nothing is shown for so long, ms: it is painted first. */
export const KEY_REST_MS = 20
/** More than these are shown at once: a window that nobody looks at hardly has timers. */
export const MAX_WAITING = 500

export interface ArrivalsDeps<Item> {
  /** Shows what has gathered, in the order in which it came. */
  readonly show: (items: readonly Item[]) => void
  /** Milliseconds, monotonic. */
  readonly now: () => number
}

/** Holds back what comes too fast. */
export interface Arrivals<Item> {
  add(item: Item): void
  /** Says that the person has just changed something themselves. */
  keyPressed(): void
  /** Shows at once what waits. */
  flush(): void
  /** Forgets what waits. */
  close(): void
}

export function createArrivals<Item>({ show, now }: ArrivalsDeps<Item>): Arrivals<Item> {
  let waiting: Item[] = []
  let since = 0
  let restUntil = 0
  let keyAt = Number.NEGATIVE_INFINITY
  let timer: ReturnType<typeof setTimeout> | undefined

  function flush(): void {
    clearTimeout(timer)
    timer = undefined
    if (waiting.length === 0) return
    const items = waiting
    waiting = []
    const startedAt = now()
    show(items)
    const took = now() - startedAt
    restUntil = now() + Math.min(Math.max(took * REST_FACTOR, MIN_REST_MS), MAX_REST_MS)
  }

  function flushIfDue(): void {
    const dueAt = Math.min(Math.max(restUntil, keyAt + KEY_REST_MS), since + MAX_REST_MS)
    const early = dueAt - now()
    clearTimeout(timer)
    if (early <= 0 || waiting.length >= MAX_WAITING) flush()
    else timer = setTimeout(flushIfDue, early)
  }

  return {
    add(item) {
      if (waiting.length === 0) since = now()
      waiting.push(item)
      if (timer === undefined || waiting.length >= MAX_WAITING) flushIfDue()
    },
    keyPressed() {
      keyAt = now()
    },
    flush,
    close() {
      clearTimeout(timer)
      waiting = []
    },
  }
}
