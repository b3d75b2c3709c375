import type { FoldedState, Folder } from './fold.ts'
import type { FoldBase, SnapshotStore } from './snapshot-store.ts'

export type SnapshotOutcome =
  /** It is verified and counts; it is so many bytes long. */
  | { readonly kind: 'written'; readonly seq: number; readonly bytes: number }
  /** There is nothing behind the newest one, or another server was faster. */
  | { readonly kind: 'not-needed' }
  | { readonly kind: 'page-gone' }

/** What was read back is not what the log says. The snapshot does not count, and every row is kept. */
export class SnapshotMismatchError extends Error {
  override readonly name = 'SnapshotMismatchError'
  readonly code = 'snapshot-mismatch'

  constructor(pageId: string, seq: number) {
    super(
      `The snapshot of page ${pageId} at ${seq} was not the same when it was read back. It is not used; the log is untouched.`,
    )
  }
}

/** A row that a fold needs is not there. */
export class LogGapError extends Error {
  override readonly name = 'LogGapError'
  readonly code = 'log-gap'

  constructor(pageId: string, seq: number) {
    super(`Row ${seq} of the log of page ${pageId} is missing: it cannot be folded.`)
  }
}

/**
 * Folds a page's log into a snapshot, from the log itself and not from memory: whatever other servers
 * wrote is in it and `seq` fits. It counts only once it was read back from disk, decodes, and equals a
 * second fold of rows that were read again.
 * @throws SnapshotMismatchError, LogGapError, or the reason of `signal`
 */
export async function writeSnapshot(
  deps: { store: SnapshotStore; folder: Folder; signal: AbortSignal },
  pageId: string,
): Promise<SnapshotOutcome> {
  const { store, folder, signal } = deps
  const base = await store.readBase(pageId)
  if (base === null) return { kind: 'page-gone' }
  const { head } = base
  if (head <= (base.snapshot?.seq ?? 0)) return { kind: 'not-needed' }
  try {
    const { state } = await foldPage(deps, pageId, base)
    signal.throwIfAborted()
    if (!(await store.putUnverified(pageId, head, state))) return { kind: 'not-needed' }

    const stored = await store.readBack(pageId, head)
    const rebuilt = await foldPage(deps, pageId, base)
    if (stored === null || !(await isSame(folder, stored, rebuilt))) {
      throw new SnapshotMismatchError(pageId, head)
    }
    signal.throwIfAborted()
    await store.markVerified(pageId, head, rebuilt.state)
    return { kind: 'written', seq: head, bytes: rebuilt.state.byteLength }
  } catch (error) {
    // Another server may have covered and trimmed the rows that we were about to read.
    if (error instanceof LogGapError && (await isOvertaken(store, pageId, base)))
      return { kind: 'not-needed' }
    throw error
  }
}

/** Folds everything up to the head that `base` names, in bounded batches. */
async function foldPage(
  { store, folder, signal }: { store: SnapshotStore; folder: Folder; signal: AbortSignal },
  pageId: string,
  { head, snapshot }: FoldBase,
): Promise<FoldedState> {
  const fold = await folder.start()
  if (snapshot !== null) await fold.apply([snapshot.state])
  let last = snapshot?.seq ?? 0
  while (last < head) {
    signal.throwIfAborted()
    const rows = await store.readRows(pageId, last, head)
    if (rows.length === 0) throw new LogGapError(pageId, last + 1)
    for (const { seq } of rows) if (seq !== ++last) throw new LogGapError(pageId, last)
    await fold.apply(rows.map((row) => row.update))
  }
  return fold.finish()
}

async function isSame(folder: Folder, stored: Uint8Array, rebuilt: FoldedState): Promise<boolean> {
  if (Buffer.compare(stored, rebuilt.state) !== 0) return false
  return Buffer.compare(await folder.inspect(stored), rebuilt.stateVector) === 0
}

async function isOvertaken(store: SnapshotStore, pageId: string, { snapshot }: FoldBase): Promise<boolean> {
  const now = await store.readBase(pageId)
  return (now?.snapshot?.seq ?? 0) > (snapshot?.seq ?? 0)
}
