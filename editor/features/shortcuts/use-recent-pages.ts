import { type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { Page } from '../../../shared/api/pages.ts'
import { usePerson } from '../../app/person.ts'
import { queryKeys } from '../../app/query-keys.ts'
import { useCurrentPage } from '../page-tree/use-current-page.ts'

/** The pages that the person opened last, the latest first; the server notes it when a page is joined. */
export function useRecentPages(): UseQueryResult<Page[]> {
  const { api, isGuest } = usePerson()
  return useQuery({
    queryKey: queryKeys.recent,
    queryFn: async () => (await api.listRecentPages()).items.map(({ page }) => page),
    enabled: !isGuest,
  })
}

/** Asks for the recent pages anew when one goes to another page; to be used once. */
export function useRecentPagesLive(): void {
  const queries = useQueryClient()
  const pageId = useCurrentPage()?.id
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the page that changes the list
  useEffect(() => void queries.invalidateQueries({ queryKey: queryKeys.recent }), [queries, pageId])
}
