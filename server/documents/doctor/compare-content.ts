import * as Y from 'yjs'

/**
 * What a snapshot has too much or too little, compared with a rebuild of the same rows; null if they hold
 * the same. Not always the same bytes: Yjs drops formatting marks that have become useless, and when it
 * does depends on how many updates it was given at once.
 */
export function compareContent(snapshot: Y.Doc, state: Uint8Array, rebuilt: Y.Doc): string | null {
  if (Buffer.compare(Y.encodeStateAsUpdate(rebuilt), state) === 0) return null
  const [ours, theirs] = [Y.encodeStateVector(snapshot), Y.encodeStateVector(rebuilt)]
  const [held, logged] = [Y.decodeStateVector(ours), Y.decodeStateVector(theirs)]
  for (const [client, clock] of logged) if ((held.get(client) ?? 0) < clock) return 'it lacks something'
  for (const [client, clock] of held) {
    if ((logged.get(client) ?? 0) < clock) return 'it has something that no row says'
  }
  return JSON.stringify(visibleRanges(snapshot)) === JSON.stringify(visibleRanges(rebuilt))
    ? null
    : 'something is deleted in one and not in the other'
}

/** Which clocks of which clients can be seen: everything that counts and is not deleted. */
function visibleRanges(doc: Y.Doc): [client: number, ranges: [from: number, to: number][]][] {
  const visible: [number, [number, number][]][] = []
  for (const [client, structs] of doc.store.clients) {
    const ranges: [number, number][] = []
    for (const struct of structs) {
      if (!(struct instanceof Y.Item) || struct.deleted || !struct.countable) continue
      const { clock } = struct.id
      const before = ranges.at(-1)
      if (before !== undefined && before[1] === clock) before[1] = clock + struct.length
      else ranges.push([clock, clock + struct.length])
    }
    visible.push([client, ranges])
  }
  return visible.sort(([a], [b]) => a - b)
}
