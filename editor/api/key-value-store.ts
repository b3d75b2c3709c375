/** What we need of localStorage, so that tests and browsers without it can bring their own. */
export interface KeyValueStore {
  readonly length: number
  key(index: number): string | null
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

/** A store that lasts as long as its owner. */
export function createMemoryStorage(): KeyValueStore {
  const entries = new Map<string, string>()
  return {
    get length() {
      return entries.size
    },
    getItem: (key) => entries.get(key) ?? null,
    key: (index) => [...entries.keys()][index] ?? null,
    removeItem: (key) => void entries.delete(key),
    setItem: (key, value) => void entries.set(key, value),
  }
}
