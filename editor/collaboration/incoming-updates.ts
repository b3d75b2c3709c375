import * as Y from 'yjs'

const incoming = new WeakMap<Y.Doc, () => readonly Uint8Array[]>()

/** Runs what applies updates of others to a document, during which it can be asked what they themselves delete; they are read only then. */
export function applyIncoming(doc: Y.Doc, readUpdates: () => readonly Uint8Array[], apply: () => void): void {
  incoming.set(doc, readUpdates)
  try {
    apply()
  } finally {
    incoming.delete(doc)
  }
}

/**
 * What the updates that are being applied delete by name: all that their authors knew of and removed. Yjs deletes besides
 * what somebody else had put into that meanwhile. Null if it is not known where a change comes from.
 */
export function readNamedDeletions(doc: Y.Doc): ((id: Y.ID) => boolean) | null {
  const sets = incoming
    .get(doc)?.()
    .map((update) => Y.decodeUpdate(update).ds)
  return sets === undefined ? null : (id) => sets.some((deleted) => Y.isDeleted(deleted, id))
}
