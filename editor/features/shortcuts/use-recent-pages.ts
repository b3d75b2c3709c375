import { type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { Page } from '../../../shared/api/pages.ts'
import { usePerson } from '../../app/person.ts'
import { queryKeys } from '../../app/query-keys.ts'
import { useRealtime } from '../../realtime/realtime-context.ts'
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

/** Asks for the recent pages anew when a page was joined, which is when the server notes it; to be used once. */
export function useRecentPagesLive(): void {
  const queries = useQueryClient()
  const realtime = useRealtime()
  const pageId = useCurrentPage()?.id
  useEffect(() => {
    if (pageId === undefined) return
    let wasJoined = false
    const look = () => {
      const isJoined = realtime.stateOf({ pageId }).status === 'joined'
      if (isJoined && !wasJoined) void queries.invalidateQueries({ queryKey: queryKeys.recent })
      wasJoined = isJoined
    }
    look()
    return realtime.follow({ pageId }, look)
  }, [queries, realtime, pageId])
}
