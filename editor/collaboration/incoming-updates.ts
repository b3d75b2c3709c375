import * as Y from 'yjs'

interface Incoming {
  /** Of the transaction that applies them. */
  readonly origin: unknown
  readonly readUpdates: () => readonly Uint8Array[]
}

const incoming = new WeakMap<Y.Doc, Incoming>()

/**
 * Runs what applies updates of others to a document, in transactions of an origin. Meanwhile it can be asked for them; they are
 * read only then.
 */
export function applyIncoming(
  doc: Y.Doc,
  origin: unknown,
  readUpdates: () => readonly Uint8Array[],
  apply: () => void,
): void {
  incoming.set(doc, { origin, readUpdates })
  try {
    apply()
  } finally {
    incoming.delete(doc)
  }
}

/**
 * Calls with every update of a document but those that `applyIncoming` brings, until what is answered is called. Yjs writes
 * a transaction out for whoever hears of updates, of a long page for 20 ms; those of others came written out.
 */
export function onOwnUpdate(doc: Y.Doc, listener: (update: Uint8Array, origin: unknown) => void): () => void {
  const choose = (transaction: Y.Transaction): void => {
    if (readIncoming(transaction) === null) doc.on('update', listener)
    else doc.off('update', listener)
  }
  // Right behind it Yjs looks whether anybody hears of updates.
  doc.on('afterTransactionCleanup', choose)
  return () => {
    doc.off('afterTransactionCleanup', choose)
    doc.off('update', listener)
  }
}

/** Calls with the updates that `applyIncoming` brings, if they change the document, until what is answered is called. */
export function onIncoming(doc: Y.Doc, listener: (updates: readonly Uint8Array[]) => void): () => void {
  const hear = (transaction: Y.Transaction): void => {
    const updates = readIncoming(transaction)
    if (updates !== null && isChange(transaction)) listener(updates())
  }
  doc.on('afterTransaction', hear)
  return () => doc.off('afterTransaction', hear)
}

/**
 * What the updates that are being applied delete by name: all that their authors knew of and removed. Yjs deletes besides
 * what somebody else had put into that meanwhile. Null if it is not known where a change comes from.
 */
export function readNamedDeletions(doc: Y.Doc): ((id: Y.ID) => boolean) | null {
  const sets = incoming
    .get(doc)
    ?.readUpdates()
    .map((update) => Y.decodeUpdate(update).ds)
  return sets === undefined ? null : (id) => sets.some((deleted) => Y.isDeleted(deleted, id))
}

/** What a transaction applies of others; null if it is one of ours, perhaps in answer to theirs. */
function readIncoming({ doc, origin }: Y.Transaction): (() => readonly Uint8Array[]) | null {
  const brought = incoming.get(doc)
  return brought !== undefined && brought.origin === origin ? brought.readUpdates : null
}

function isChange({ deleteSet, beforeState, afterState }: Y.Transaction): boolean {
  return (
    deleteSet.clients.size > 0 || [...afterState].some(([client, clock]) => beforeState.get(client) !== clock)
  )
}
