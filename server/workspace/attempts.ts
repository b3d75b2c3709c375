/** How often something may be tried in a while, for each key on its own. */
export interface Attempts {
  /** Counts one try; if there were too many, says how long to wait, ms. */
  take(key: string): number | null
}

/** Keys beyond this many push out the oldest: the memory stays bounded whatever is tried. */
const MAX_KEYS = 10_000

/** Allows `max` tries in each window of `windowMs`, which starts with the first. */
export function createAttempts({
  max,
  windowMs,
  now,
}: {
  max: number
  windowMs: number
  now: () => number
}): Attempts {
  const windows = new Map<string, { readonly endsAt: number; count: number }>()
  return {
    take(key) {
      const at = now()
      const current = windows.get(key)
      if (current !== undefined && current.endsAt > at) {
        current.count++
        return current.count > max ? current.endsAt - at : null
      }
      windows.delete(key)
      const [oldest] = windows.keys()
      if (oldest !== undefined && windows.size >= MAX_KEYS) windows.delete(oldest)
      windows.set(key, { endsAt: at + windowMs, count: 1 })
      return null
    },
  }
}
