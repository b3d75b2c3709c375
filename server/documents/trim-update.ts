import * as Y from 'yjs'

/** From this size on, bytes, it is worth looking whether an update repeats what the page has: typing is far smaller. */
export const MIN_TRIMMED_BYTES = 512

/**
 * What of an update the document lacks, so that nobody becomes the author of what others wrote and the log
 * does not grow by repetition; null if it lacks nothing. `document` holds only what is committed.
 *
 * An `answer` is what a client holds against our state when it connects, and repeats every deletion each
 * time: all of it is compared, which takes as long as the document is large. A larger `update`, such as a
 * copy from the disk that was opened behind the connection, is compared by what it holds of each client.
 */
export function trimUpdate(
  document: Y.Doc,
  { kind, update }: { readonly kind: 'update' | 'answer'; readonly update: Uint8Array },
): Uint8Array | null {
  if (kind === 'update' && update.byteLength < MIN_TRIMMED_BYTES) return update
  if (kind === 'answer' && Y.snapshotContainsUpdate(Y.snapshot(document), update)) return null
  const has = new Map<number, number>()
  let repeats = false
  for (const [client, from] of Y.parseUpdateMeta(update).from) {
    const clock = Y.getState(document.store, client)
    has.set(client, clock)
    if (from < clock) repeats = true
  }
  if (!repeats) return update
  const added = Y.diffUpdate(update, Y.encodeStateVector(has))
  return isEmpty(added) ? null : added
}

/** No structs and no deletions. */
const isEmpty = (update: Uint8Array) => update.byteLength === 2 && update[0] === 0 && update[1] === 0
