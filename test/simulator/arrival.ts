import * as Y from 'yjs'

/** The traces that an edit leaves in every document that has received it. */
export interface EditEvidence {
  /** The author's clock that the document must have reached, per client. */
  readonly clocks: readonly { readonly client: number; readonly end: number }[]
  /** What must be deleted. */
  readonly deletions: readonly { readonly client: number; readonly clock: number; readonly length: number }[]
}

/** Reads from an update what will tell that it has arrived. */
export function readEvidence(update: Uint8Array): EditEvidence {
  const { structs, ds } = Y.decodeUpdate(update)
  const ends = new Map<number, number>()
  for (const { id, length } of structs)
    ends.set(id.client, Math.max(ends.get(id.client) ?? 0, id.clock + length))
  return {
    clocks: [...ends].map(([client, end]) => ({ client, end })),
    deletions: [...ds.clients].flatMap(([client, ranges]) =>
      ranges.map(({ clock, len }) => ({ client, clock, length: len })),
    ),
  }
}

/**
 * Whether everything that an edit did is in a document. The server merges and re-encodes what it passes on,
 * and leaves out deletions of what was already deleted: so only the document can tell, not the messages.
 */
export function hasArrived({ store }: Y.Doc, { clocks, deletions }: EditEvidence): boolean {
  return (
    clocks.every(({ client, end }) => Y.getState(store, client) >= end) &&
    deletions.every(({ client, clock, length }) => isRangeDeleted(store, client, clock, clock + length))
  )
}

/**
 * Whether a document holds what an edit did, shown or not: Yjs keeps what it cannot show yet, because something that
 * the same author wrote before has not come, beside the document until it has.
 */
export function isHeld(doc: Y.Doc, evidence: EditEvidence): boolean {
  const { pendingStructs, pendingDs } = doc.store
  const structs = pendingStructs === null ? [] : Y.decodeUpdateV2(pendingStructs.update).structs
  const waiting = pendingDs === null ? null : Y.decodeUpdateV2(pendingDs).ds.clients
  return (
    evidence.clocks.every(
      (clock) =>
        hasArrived(doc, { clocks: [clock], deletions: [] }) ||
        structs.some(
          (struct) =>
            !(struct instanceof Y.Skip) &&
            struct.id.client === clock.client &&
            struct.id.clock < clock.end &&
            clock.end <= struct.id.clock + struct.length,
        ),
    ) &&
    // A part of it may be done already, and the other wait.
    evidence.deletions.every(({ client, clock: start, length }) => {
      const ranges = waiting?.get(client) ?? []
      for (let clock = start; clock < start + length; clock++) {
        const waits = ranges.some((range) => range.clock <= clock && clock < range.clock + range.len)
        if (!waits && !isRangeDeleted(doc.store, client, clock, clock + 1)) return false
      }
      return true
    })
  )
}

function isRangeDeleted(store: Y.Doc['store'], client: number, start: number, end: number): boolean {
  if (Y.getState(store, client) < end) return false
  for (let clock = start; clock < end; ) {
    const struct = Y.getItem(store, Y.createID(client, clock))
    if (!struct.deleted) return false
    clock = struct.id.clock + struct.length
  }
  return true
}
