import * as Y from 'yjs'

interface Incoming {
  /** Of the transaction that applies them. */
  readonly origin: unknown
  readonly readUpdates: () => readonly Uint8Array[]
  /** Ours when it began: Yjs takes another where it finds something of ours among what came. */
  readonly ownId: number
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
  incoming.set(doc, { origin, readUpdates, ownId: doc.clientID })
  try {
    apply()
  } finally {
    incoming.delete(doc)
  }
}

/**
 * Calls with every update of a document but the one that fills it when it is empty, until what is answered is called. Yjs
 * writes a transaction out for whoever hears of updates, which is 20 ms for a long page; that one has just come written out.
 */
export function onUpdate(doc: Y.Doc, listener: (update: Uint8Array, origin: unknown) => void): () => void {
  const choose = (transaction: Y.Transaction): void => {
    if (readFilling(transaction) === null) doc.on('update', listener)
    else doc.off('update', listener)
  }
  // Right behind it Yjs looks whether anybody hears of updates.
  doc.on('afterTransactionCleanup', choose)
  return () => {
    doc.off('afterTransactionCleanup', choose)
    doc.off('update', listener)
  }
}

/** Calls with what `onUpdate` leaves out, until what is answered is called. */
export function onFilled(doc: Y.Doc, listener: (update: Uint8Array) => void): () => void {
  const hear = (transaction: Y.Transaction): void => {
    const updates = readFilling(transaction)?.() ?? []
    for (const update of updates) listener(update)
  }
  doc.on('afterTransactionCleanup', hear)
  return () => doc.off('afterTransactionCleanup', hear)
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

/**
 * What a transaction fills an empty document with; null if it does not, or not with that alone. Of a document that holds
 * something already only the difference is written: an answer to what it lacks names all that was ever deleted.
 */
function readFilling(transaction: Y.Transaction): (() => readonly Uint8Array[]) | null {
  const { doc, origin, beforeState, afterState } = transaction
  const brought = incoming.get(doc)
  if (brought === undefined || brought.origin !== origin) return null
  const { pendingStructs, pendingDs } = doc.store
  const isFilled = beforeState.size === 0 && afterState.size > 0 && !afterState.has(brought.ownId)
  return isFilled && pendingStructs === null && pendingDs === null ? brought.readUpdates : null
}
