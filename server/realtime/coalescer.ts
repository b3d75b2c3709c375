/** Gathers news about things and sends what has gathered about each, at most once in a while. */
export interface Coalescer<News> {
  /** Adds news about `key` to what waits, if anything does. */
  add(key: string, merge: (waiting: News | undefined) => News): void
  /** How many things have news waiting. */
  count(): number
  /** Drops what waits. */
  close(): void
}

/** Sends `everyMs` after the first news that has not been sent. */
export function createCoalescer<News>(
  everyMs: number,
  send: (key: string, news: News) => void,
): Coalescer<News> {
  const waiting = new Map<string, { news: News; readonly timer: NodeJS.Timeout }>()
  return {
    add(key, merge) {
      const entry = waiting.get(key)
      if (entry !== undefined) {
        entry.news = merge(entry.news)
        return
      }
      const timer = setTimeout(() => {
        const { news } = waiting.get(key) as { news: News }
        waiting.delete(key)
        send(key, news)
      }, everyMs)
      waiting.set(key, { news: merge(undefined), timer })
    },
    count: () => waiting.size,
    close() {
      for (const { timer } of waiting.values()) clearTimeout(timer)
      waiting.clear()
    },
  }
}
