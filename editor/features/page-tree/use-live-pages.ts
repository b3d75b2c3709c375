import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import type { PageList, PageWithRole } from '../../../shared/api/pages.ts'
import { usePerson } from '../../app/person.ts'
import { queryKeys } from '../../app/queries.ts'
import { type PageFactHandlers, usePageFacts } from '../../realtime/use-page-facts.ts'
import { applyPageFact, type PageFact } from './apply-page-fact.ts'

/** Brings the facts that arrive into the cached lists and pages, wherever these are shown. */
export function useLivePages(): void {
  const { realtime } = usePerson()
  const queries = useQueryClient()
  const handlers = useMemo<PageFactHandlers>(
    () => ({
      onChanged(fact) {
        updateList(queries, fact)
        // Of two facts that come in another order than they happened the later one holds.
        queries.setQueryData<PageWithRole>(queryKeys.page(fact.page.id), (before) =>
          before && before.revision <= fact.page.revision ? { ...before, ...fact.page } : before,
        )
      },
      onMoved(fact) {
        updateList(queries, fact)
        // Elsewhere, one may have another role on it, or none.
        void queries.invalidateQueries({ queryKey: queryKeys.page(fact.pageId) })
      },
      onDeleted(fact) {
        // Whoever has the page open hears it from the document's connection.
        updateList(queries, fact)
      },
    }),
    [queries],
  )
  usePageFacts(realtime, handlers)
}

/** What to do when a drive's room was (re)joined: refetch if the list does not show its present revision. */
export function useRevisionCheck(): (driveId: string, revision: number) => void {
  const queries = useQueryClient()
  return useCallback(
    (driveId, revision) => {
      const list = queries.getQueryData<PageList>(queryKeys.pages(driveId))
      if (list?.revision !== revision) void queries.invalidateQueries({ queryKey: queryKeys.pages(driveId) })
    },
    [queries],
  )
}

function updateList(queries: QueryClient, fact: PageFact): void {
  const queryKey = queryKeys.pages(fact.driveId)
  const list = queries.getQueryData<PageList>(queryKey)
  if (!list) return
  const next = applyPageFact(list, fact)
  if (next === 'refetch') void queries.invalidateQueries({ queryKey })
  else queries.setQueryData(queryKey, next)
}
