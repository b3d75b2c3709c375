import { ContentError } from '../../shared/document/content-error.ts'
import { FoldingStoppedError, PageGoneError, PageUnreadableError, toUnreadable } from './errors.ts'
import type { FoldingWorker, PastFold } from './folding-worker.ts'
import type { PageHistory } from './page-history.ts'

/** A moment in a page's life: where it stood, or a time. */
export type Moment = number | Date

/** A page as it was, in the folding thread. */
export interface FoldedPast {
  readonly fold: PastFold
  readonly seq: number
}

/** What is read of the log for one request, rows: a million take the folding thread some ten seconds. */
export const MAX_PAST_ROWS = 1_000_000
/** The same in bytes. They come in batches, so this bounds time and not memory. */
export const MAX_PAST_BYTES = 256 * 1024 * 1024
/** How often a page is read again because its rows were trimmed behind a newer snapshot meanwhile. */
const MAX_ATTEMPTS = 3

/**
 * Folds a page as it was, or as it is `now`, from the nearest kept state below. Like `loadPage`, it is
 * all of it or an error; null if the page has not come that far.
 * @throws PageGoneError, PageUnreadableError, ContentError `history-unavailable` when the rows for it are
 * trimmed and `history-too-long` when they are too many
 */
export function foldPast(
  history: PageHistory,
  folder: Pick<FoldingWorker, 'start'>,
  pageId: string,
  moment: 'now',
): Promise<FoldedPast>
export function foldPast(
  history: PageHistory,
  folder: Pick<FoldingWorker, 'start'>,
  pageId: string,
  moment: Moment | 'now',
): Promise<FoldedPast | null>
export async function foldPast(
  history: PageHistory,
  folder: Pick<FoldingWorker, 'start'>,
  pageId: string,
  moment: Moment | 'now',
): Promise<FoldedPast | null> {
  for (let attempt = 1; ; attempt++) {
    const span = await requireSpan(history, pageId)
    const seq =
      moment === 'now'
        ? span.head
        : typeof moment === 'number'
          ? moment
          : await history.findSeqAt(pageId, moment)
    if (seq === null) {
      // Before the first row the page was empty, if the first row is still there to say when that was.
      if (span.head === 0 || span.first === 1) return { fold: await folder.start(), seq: 0 }
      throw gone()
    }
    if (seq > span.head) return null
    const folded = await foldUpTo(history, folder, pageId, seq)
    if (folded.missing === null) return { fold: folded.fold, seq }
    if (attempt < MAX_ATTEMPTS) continue
    // What is trimmed is missing at the front, and nobody promised that it stays.
    if (moment !== 'now' && folded.missing < (span.first ?? Number.POSITIVE_INFINITY)) throw gone()
    throw new PageUnreadableError(pageId, `row ${folded.missing} of its log is missing`)
  }
}

/**
 * Folds one kept state.
 * @throws PageGoneError, PageUnreadableError
 */
export async function foldState(
  history: PageHistory,
  folder: Pick<FoldingWorker, 'start'>,
  pageId: string,
  state: Uint8Array,
): Promise<PastFold> {
  await requireSpan(history, pageId)
  const fold = await folder.start()
  await fold.apply([state]).catch(toUnreadable(pageId, 'a version of it does not decode'))
  return fold
}

/**
 * Counts what is read of a log against the bounds; `rows` are to come.
 * @throws ContentError `history-too-long`, also from `spend`
 */
export function requireReadable(rows: number): {
  spend(read: readonly { update: Uint8Array }[]): void
} {
  if (rows > MAX_PAST_ROWS) throw tooLong()
  let bytesLeft = MAX_PAST_BYTES
  return {
    spend(read) {
      for (const { update } of read) bytesLeft -= update.byteLength
      if (bytesLeft < 0) throw tooLong()
    },
  }
}

async function requireSpan(history: PageHistory, pageId: string) {
  const span = await history.readSpan(pageId)
  if (span === null) throw new PageGoneError(pageId)
  if (span.damage !== null) throw new PageUnreadableError(pageId, span.damage)
  return span
}

async function foldUpTo(
  history: PageHistory,
  folder: Pick<FoldingWorker, 'start'>,
  pageId: string,
  seq: number,
): Promise<{ fold: PastFold; missing: number | null }> {
  const { fold, at: base } = await foldBase(history, folder, pageId, seq)
  const budget = requireReadable(seq - base)
  for (let at = base; at < seq; ) {
    const rows = await history.readRows(pageId, at, seq)
    for (const row of rows) if (row.seq !== ++at) return { fold, missing: at }
    if (rows.length === 0) return { fold, missing: at + 1 }
    budget.spend(rows)
    await fold
      .apply(rows.map(({ update }) => update))
      .catch(toUnreadable(pageId, 'a row of its log does not decode'))
  }
  return { fold, missing: null }
}

/** Starts from the newest kept state that decodes; one that does not counts as none. */
async function foldBase(
  history: PageHistory,
  folder: Pick<FoldingWorker, 'start'>,
  pageId: string,
  seq: number,
): Promise<{ fold: PastFold; at: number }> {
  for (let newest = seq; ; ) {
    const kept = await history.readStateBefore(pageId, newest)
    const fold = await folder.start()
    if (kept === null) return { fold, at: 0 }
    try {
      await fold.apply([kept.state])
      return { fold, at: kept.seq }
    } catch (error) {
      if (error instanceof FoldingStoppedError) throw error
      newest = kept.seq - 1
    }
  }
}

const gone = () =>
  new ContentError('history-unavailable', 'The page’s history does not reach back that far any more.')

const tooLong = () =>
  new ContentError('history-too-long', 'That is too much of the log to read at once. Ask for a version.')
