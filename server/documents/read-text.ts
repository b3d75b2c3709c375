import { toUnreadable } from './errors.ts'
import { foldPast } from './fold-past.ts'
import type { FoldTurns } from './fold-turns.ts'
import type { PastFold } from './folding-worker.ts'
import type { PageHistory } from './page-history.ts'

/** How many rows of the log are looked at for who has mentioned somebody; one in older ones is not news. */
const MAX_CREDITED_ROWS = 10_000

/** A page's committed text as plain text, and the `seq` at which it says so. */
export interface ReadText {
  readonly seq: number
  readonly text: string
  /** Whom it names since the `seq` that was asked for, and by whom. */
  readonly mentions: readonly NewMention[]
}

/** Somebody was named in a page's text. */
export interface NewMention {
  /** The mention's own id. */
  readonly id: string
  readonly personId: string
  /** Who put it there. */
  readonly authorId: string
}

/**
 * Reads pages' text in the folding thread, where it is in nobody's way. `since` is the `seq` that is known.
 * @throws PageGoneError, PageUnreadableError, HistoryBusyError
 */
export function createReadText({
  history,
  turns,
}: {
  readonly history: PageHistory
  readonly turns: Pick<FoldTurns, 'take'>
}): (pageId: string, since: number) => Promise<ReadText> {
  /** Credits the rows behind `since`, so that what they brought has an author. */
  async function credit(fold: PastFold, pageId: string, since: number, seq: number): Promise<void> {
    for (let at = Math.max(since, seq - MAX_CREDITED_ROWS); at < seq; ) {
      const rows = await history.readAuthoredRows(pageId, at, seq)
      const last = rows.at(-1)
      if (last === undefined) return
      await fold.credit(rows).catch(toUnreadable(pageId, 'a row of its log does not decode'))
      at = last.seq
    }
  }

  return (pageId, since) =>
    turns.take(async (folder) => {
      const { fold, seq } = await foldPast(history, folder, pageId, 'now')
      const text = String(await fold.convert('text'))
      if ((await fold.readMentions()).length === 0) return { seq, text, mentions: [] }
      await credit(fold, pageId, since, seq)
      const mentions = (await fold.readMentions()).flatMap(({ authorId, ...mention }) =>
        authorId === null ? [] : [{ ...mention, authorId }],
      )
      return { seq, text, mentions }
    })
}
