import { foldPast } from './fold-past.ts'
import type { FoldTurns } from './fold-turns.ts'
import type { PageHistory } from './page-history.ts'

/** A page's committed text as plain text, and the `seq` at which it says so. */
export interface ReadText {
  readonly seq: number
  readonly text: string
}

/**
 * Reads pages' text in the folding thread, where it is in nobody's way.
 * @throws PageGoneError, PageUnreadableError, HistoryBusyError
 */
export function createReadText({
  history,
  turns,
}: {
  readonly history: PageHistory
  readonly turns: Pick<FoldTurns, 'take'>
}): (pageId: string) => Promise<ReadText> {
  return (pageId) =>
    turns.take(async (folder) => {
      const { fold, seq } = await foldPast(history, folder, pageId, 'now')
      return { seq, text: String(await fold.convert('text')) }
    })
}
