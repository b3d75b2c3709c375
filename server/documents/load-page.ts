import * as Y from 'yjs'
import { keepFormatting } from '../../shared/document/keep-formatting.ts'
import type { CommitLog, LoggedPage } from './commit-log.ts'
import { PageGoneError, PageUnreadableError } from './errors.ts'

/**
 * Folds a page's snapshot and log into `doc`, and answers the `seq` it then stands at. Either all of it
 * or an error: a page that cannot be read whole is not opened at all, least of all as an empty one.
 * A large page that is stored in one piece, or nearly, is given to `opening` before it is folded: as one update.
 * @throws PageGoneError, PageUnreadableError
 */
export async function loadPage(
  log: Pick<CommitLog, 'read'>,
  pageId: string,
  doc: Y.Doc,
  opening?: (state: Uint8Array) => Promise<void>,
): Promise<LoadedPage> {
  const newest = await log.read(pageId)
  if (newest === null) throw new PageGoneError(pageId)
  if (newest.damage !== null) throw new PageUnreadableError(pageId, newest.damage)
  const state = opening === undefined ? null : joinState(newest)
  if (state !== null) await opening?.(state)
  const page = await withReadableSnapshot(log, pageId, newest, doc)
  requireNoGap(pageId, page)
  try {
    applyQuietly(doc, () => {
      for (const { update } of page.updates) Y.applyUpdate(doc, update)
    })
  } catch (cause) {
    throw new PageUnreadableError(pageId, 'a row of its log does not decode', { cause })
  }
  return { seq: page.seq, tailLength: page.updates.length }
}

/** Applies the snapshot; one that does not decode counts as none, and then the log has to reach further back. */
async function withReadableSnapshot(
  log: Pick<CommitLog, 'read'>,
  pageId: string,
  page: LoggedPage,
  doc: Y.Doc,
): Promise<LoggedPage> {
  if (page.snapshot === null) return page
  try {
    const { state } = page.snapshot
    applyQuietly(doc, () => Y.applyUpdate(doc, state))
    return page
  } catch (cause) {
    // Yjs decodes before it changes anything; should some of it be in all the same, nothing else may follow.
    const older = doc.store.clients.size === 0 ? await log.read(pageId, page.snapshot.seq) : null
    if (older === null) throw new PageUnreadableError(pageId, 'its snapshot does not decode', { cause })
    return withReadableSnapshot(log, pageId, older, doc)
  }
}

/**
 * Runs `work` on a copy of a page as the log has it, and lets go of the copy afterwards.
 * @throws PageGoneError, PageUnreadableError, and whatever `work` throws
 */
export async function withPage<Result>(
  log: Pick<CommitLog, 'read'>,
  pageId: string,
  work: (doc: Y.Doc, seq: number) => Result | Promise<Result>,
): Promise<Result> {
  const doc = keepFormatting(new Y.Doc())
  try {
    const { seq } = await loadPage(log, pageId, doc)
    return await work(doc, seq)
  } finally {
    doc.destroy()
  }
}

export interface LoadedPage {
  readonly seq: number
  /** How many rows lie behind the newest snapshot. */
  readonly tailLength: number
}

/** A smaller page is folded before anybody could notice, bytes. */
const MIN_OPENING_BYTES = 16 * 1024
/** What may be sent twice to somebody who reads slowly, bytes: if the page changes while it is loaded. */
const MAX_OPENING_BYTES = 8 * 1024 * 1024
/** Joining takes a third of the time that folding takes, and with more rows than these longer and longer. */
const MAX_JOINED_ROWS = 64

/** The page as one update; null where that is not worth it, or where something is wrong with what is stored. */
function joinState(page: LoggedPage): Uint8Array | null {
  const { snapshot, updates } = page
  if (snapshot === null || updates.length > MAX_JOINED_ROWS) return null
  const bytes = updates.reduce((sum, { update }) => sum + update.byteLength, snapshot.state.byteLength)
  if (bytes < MIN_OPENING_BYTES || bytes > MAX_OPENING_BYTES) return null
  try {
    requireNoGap('', page)
    // Of a single update, merging would not see whether it decodes.
    if (updates.length > 0) return Y.mergeUpdates([snapshot.state, ...updates.map(({ update }) => update)])
    Y.decodeUpdate(snapshot.state)
    return snapshot.state
  } catch {
    return null
  }
}

/**
 * Changes a document in one transaction that its listeners for updates do not hear of: for them Yjs would encode
 * all of it once more, and Hocuspocus would send that to whoever opens the page, who is sent the page anyway.
 */
function applyQuietly(doc: Y.Doc, change: () => void): void {
  const listeners = doc._observers.get('update')
  doc._observers.delete('update')
  try {
    doc.transact(change, 'load')
  } finally {
    if (listeners !== undefined) doc._observers.set('update', listeners)
  }
}

function requireNoGap(pageId: string, { seq, snapshot, updates }: LoggedPage): void {
  let expected = snapshot?.seq ?? 0
  for (const row of updates) {
    if (row.seq !== ++expected) throw new PageUnreadableError(pageId, `row ${expected} of its log is missing`)
  }
  if (expected !== seq) throw new PageUnreadableError(pageId, `its log ends at ${expected} instead of ${seq}`)
}
