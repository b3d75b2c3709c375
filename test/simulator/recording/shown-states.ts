import * as Y from 'yjs'
import { readEvidence } from '../arrival.ts'
import type { ClientIndex, PageIndex, ShownState } from '../record.ts'
import { append } from './append.ts'

/** Deletions are merged when so many have come since the last time. */
const MERGE_AFTER = 1_000

/** Sums up what the server has shown each client of each page. */
export interface ShownStates {
  /** A client was shown what these Yjs clients wrote, up to these clocks. */
  wrote(
    client: ClientIndex,
    page: PageIndex,
    ends: readonly { readonly id: number; readonly end: number }[],
  ): void
  /** A client was shown what an update deletes. */
  deleted(client: ClientIndex, page: PageIndex, update: Uint8Array): void
  /** What each client has been shown of a page until now. */
  read(page: PageIndex): ShownState[]
}

export function createShownStates(): ShownStates {
  const states = new Map<string, ReturnType<typeof createShown>>()

  function shownOf(client: ClientIndex, page: PageIndex): ReturnType<typeof createShown> {
    const key = `${client}/${page}`
    const existing = states.get(key)
    if (existing !== undefined) return existing
    const created = createShown(client, page)
    states.set(key, created)
    return created
  }

  return {
    wrote(client, page, ends) {
      const state = shownOf(client, page)
      for (const { id, end } of ends) state.clock(id, end)
    },
    deleted(client, page, update) {
      const state = shownOf(client, page)
      for (const deletion of readEvidence(update).deletions) {
        const { client: id, clock, length } = deletion
        state.deletion(id, clock, length)
      }
    },
    read: (page) => [...states.values()].filter((state) => state.page === page).map((state) => state.read()),
  }
}

function createShown(client: ClientIndex, page: PageIndex) {
  const clocks = new Map<number, number>()
  const deletions = Y.createDeleteSet()
  let unmerged = 0
  const merge = () => {
    const merged = Y.mergeDeleteSets([deletions])
    deletions.clients.clear()
    for (const [id, ranges] of merged.clients) deletions.clients.set(id, ranges)
    unmerged = 0
  }
  return {
    page,
    clock(id: number, end: number) {
      if (end > (clocks.get(id) ?? 0)) clocks.set(id, end)
    },
    deletion(id: number, clock: number, length: number) {
      append(deletions.clients, id, { clock, len: length })
      if (++unmerged >= MERGE_AFTER) merge()
    },
    read(): ShownState {
      merge()
      return {
        client,
        clocks: [...clocks].map(([id, end]) => ({ client: id, end })),
        deletions: [...deletions.clients].flatMap(([id, ranges]) =>
          ranges.map(({ clock, len }) => ({ client: id, clock, length: len })),
        ),
      }
    },
  }
}
