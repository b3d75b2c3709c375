import type { EditEvidence } from '../arrival.ts'
import type { EditIndex } from '../record.ts'
import { append } from './append.ts'

/** Finds the edits that a received range belongs to. One a page. */
export interface Arrivals {
  /** An edit was made, and may come from the server from now on. */
  expect(edit: EditIndex, evidence: EditEvidence): void
  /** What a Yjs client wrote has come, from one clock up to another: calls for every edit that it completes. */
  arrived(client: number, start: number, end: number, note: (edit: EditIndex) => void): void
  /** Such a range was deleted: calls for every edit that does nothing but delete and begins in it. */
  deleted(client: number, start: number, end: number, note: (edit: EditIndex) => void): void
}

export function createArrivals(): Arrivals {
  const inserts = new Map<number, { readonly end: number; readonly edit: EditIndex }[]>()
  const deletions = new Map<number, { readonly clock: number; readonly edit: EditIndex }[]>()
  return {
    expect(edit, { clocks, deletions: deleted }) {
      for (const { client, end } of clocks) append(inserts, client, { end, edit })
      // An edit that also inserts is recognised by that; of one that only deletes, the first range will do.
      const first = deleted[0]
      if (clocks.length === 0 && first !== undefined)
        append(deletions, first.client, { clock: first.clock, edit })
    },
    arrived(client, start, end, note) {
      const known = inserts.get(client) ?? []
      for (let index = findFirst(known, start); index < known.length; index++) {
        const entry = known[index]
        if (entry === undefined || entry.end > end) break
        note(entry.edit)
      }
    },
    deleted(client, start, end, note) {
      for (const { clock, edit } of deletions.get(client) ?? []) if (clock >= start && clock < end) note(edit)
    },
  }
}

/** The first entry whose `end` lies behind `start`; the ends only grow. */
function findFirst(known: readonly { readonly end: number }[], start: number): number {
  let low = 0
  let high = known.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((known[middle]?.end ?? 0) > start) high = middle
    else low = middle + 1
  }
  return low
}
