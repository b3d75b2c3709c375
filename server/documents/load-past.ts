import * as Y from 'yjs'
import { ContentError } from './content-error.ts'
import { PageGoneError } from './errors.ts'
import type { PageHistory } from './page-history.ts'

/** A moment in a page's life: where it stood, or a time. */
export type Moment = number | Date

/** Rows that are read at once. */
const BATCH = 1_000

/**
 * Folds a page as it was into `doc` and answers the `seq` it stood at; null if it has not come that far.
 * @throws PageGoneError, ContentError `history-unavailable` when the rows for it are trimmed
 */
export async function loadPast(
  history: PageHistory,
  pageId: string,
  moment: Moment,
  doc: Y.Doc,
): Promise<number | null> {
  const span = await history.readSpan(pageId)
  if (span === null) throw new PageGoneError(pageId)
  const seq = typeof moment === 'number' ? moment : await history.findSeqAt(pageId, moment)
  if (seq === null) {
    // Before the first row the page was empty, if the first row is still there to say when that was.
    if (span.head === 0 || span.first === 1) return 0
    throw gone()
  }
  if (seq > span.head) return null
  const kept = await history.readStateBefore(pageId, seq)
  if (kept !== null) Y.applyUpdate(doc, kept.state)
  let at = kept?.seq ?? 0
  while (at < seq) {
    const rows = await history.readRows(pageId, at, seq, BATCH)
    for (const row of rows) {
      if (row.seq !== ++at) throw gone()
      Y.applyUpdate(doc, row.update)
    }
    if (rows.length === 0) throw gone()
  }
  return seq
}

const gone = () =>
  new ContentError('history-unavailable', 'The page’s history does not reach back that far any more.')
