import * as Y from 'yjs'
import type { CommitLog, LoggedPage } from './commit-log.ts'
import { PageGoneError, PageUnreadableError } from './errors.ts'

/**
 * Folds a page's snapshot and log into `doc`, and answers the `seq` it then stands at. Either all of it
 * or an error: a page that cannot be read whole is not opened at all, least of all as an empty one.
 * @throws PageGoneError, PageUnreadableError
 */
export async function loadPage(
  log: Pick<CommitLog, 'read'>,
  pageId: string,
  doc: Y.Doc,
): Promise<LoadedPage> {
  const newest = await log.read(pageId)
  if (newest === null) throw new PageGoneError(pageId)
  if (newest.damage !== null) throw new PageUnreadableError(pageId, newest.damage)
  const page = await withReadableSnapshot(log, pageId, newest, doc)
  requireNoGap(pageId, page)
  try {
    doc.transact(() => {
      for (const { update } of page.updates) Y.applyUpdate(doc, update)
    }, 'load')
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
    Y.applyUpdate(doc, page.snapshot.state, 'load')
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
  const doc = new Y.Doc()
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

function requireNoGap(pageId: string, { seq, snapshot, updates }: LoggedPage): void {
  let expected = snapshot?.seq ?? 0
  for (const row of updates) {
    if (row.seq !== ++expected) throw new PageUnreadableError(pageId, `row ${expected} of its log is missing`)
  }
  if (expected !== seq) throw new PageUnreadableError(pageId, `its log ends at ${expected} instead of ${seq}`)
}
