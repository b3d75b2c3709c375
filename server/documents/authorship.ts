import type { Authors } from '../../shared/api/content.ts'
import { toUnreadable } from './errors.ts'
import { foldPast, requireReadable } from './fold-past.ts'
import type { FoldTurns } from './fold-turns.ts'
import type { PageHistory } from './page-history.ts'

/**
 * Who wrote which part of a page's text, and when, from the log; of the page as it was at `seq` if one is given.
 * Null if the page has not come that far.
 */
export type ReadAuthors = (pageId: string, seq?: number) => Promise<Authors | null>

export function createReadAuthors({
  history,
  turns,
}: {
  history: PageHistory
  turns: Pick<FoldTurns, 'take'>
}): ReadAuthors {
  return (pageId, moment) =>
    turns.take(async (folder) => {
      const past = await foldPast(history, folder, pageId, moment ?? 'now')
      if (past === null) return null
      const { fold, seq } = past
      const before = ((await history.readSpan(pageId))?.first ?? seq + 1) - 1
      const budget = requireReadable(seq - before)
      for (let at = before; at < seq; ) {
        const rows = await history.readAuthoredRows(pageId, at, seq)
        const last = rows.at(-1)
        if (last === undefined) break
        budget.spend(rows)
        await fold.credit(rows).catch(toUnreadable(pageId, 'a row of its log does not decode'))
        at = last.seq
      }
      const ranges = await fold.readAuthors()
      const userIds = new Set(ranges.flatMap(({ userId }) => (userId === null ? [] : [userId])))
      const names = await history.readNames([...userIds])
      const items = ranges.map(({ from, to, userId, at }) => ({
        ...{ from, to, at: at === null ? null : new Date(at).toISOString() },
        author: userId === null ? null : { id: userId, name: names.get(userId) ?? '' },
      }))
      return { seq, items }
    })
}
