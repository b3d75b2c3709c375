/** Whom or what a mention names. */
export interface Mentioned {
  readonly kind: 'person' | 'page'
  readonly id: string
}

/** What the reader is shown of somebody or of a page: the present name, or that it is not there for them. */
export type MentionState = { readonly kind: 'named'; readonly name: string } | { readonly kind: 'gone' }

/** What the mentions in one text show, and of whom and what they are. */
export interface MentionBoard {
  /** Paints a mention, now and whenever it is to look otherwise; null while nothing is known. Answers what ends it. */
  show(mentioned: Mentioned, paint: (state: MentionState | null) => void): () => void
  /** Whom and what the text mentions, each once: the same array until that changes. */
  listMentioned(): readonly Mentioned[]
  /** Hears when others are mentioned than before. Answers what ends it. */
  subscribe(listener: () => void): () => void
  /** What is known now, by id. */
  setStates(states: ReadonlyMap<string, MentionState>): void
}

export function createMentionBoard(): MentionBoard {
  const shown = new Map<object, { mentioned: Mentioned; paint: (state: MentionState | null) => void }>()
  const listeners = new Set<() => void>()
  let states: ReadonlyMap<string, MentionState> = new Map()
  let listed: readonly Mentioned[] = []
  let isDue = false

  const stateOf = ({ id }: Mentioned): MentionState | null => states.get(id) ?? null

  function list(): void {
    isDue = false
    const byId = new Map([...shown.values()].map(({ mentioned }) => [mentioned.id, mentioned]))
    const isSame = byId.size === listed.length && listed.every(({ id }) => byId.has(id))
    if (isSame) return
    listed = [...byId.values()]
    for (const listener of listeners) listener()
  }

  /** Once for all mentions that come with a text, and for one that is only drawn anew not at all. */
  function listSoon(): void {
    if (isDue) return
    isDue = true
    setTimeout(list)
  }

  return {
    show(mentioned, paint) {
      const key = {}
      shown.set(key, { mentioned, paint })
      paint(stateOf(mentioned))
      listSoon()
      return () => {
        shown.delete(key)
        listSoon()
      }
    },
    listMentioned: () => listed,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    setStates(next) {
      states = next
      for (const { mentioned, paint } of shown.values()) paint(stateOf(mentioned))
    },
  }
}
