import { type UseQueryResult, useMutationState, useQueries, useQueryClient } from '@tanstack/react-query'
import type { PageList } from '../../../shared/api/pages.ts'
import { usePerson } from '../../app/person.ts'
import { usePollInterval } from '../../app/queries.ts'
import { queryKeys } from '../../app/query-keys.ts'
import type { PageChange } from './page-changes.ts'

/** The key under which every change to pages is made. */
export const PAGE_CHANGES = ['page-changes'] as const

/** The page lists of several drives as the server has them, in the same order. */
export function usePageLists(driveIds: string[]): UseQueryResult<PageList>[] {
  const { api } = usePerson()
  const queries = useQueryClient()
  const refetchInterval = usePollInterval()
  return useQueries({
    queries: driveIds.map((driveId) => ({
      queryKey: queryKeys.pages(driveId),
      queryFn: () => api.listPages(driveId, queries.getQueryData<PageList>(queryKeys.pages(driveId))),
      refetchInterval,
    })),
  })
}

/** The changes that are under way, in the order in which they were begun: to be shown as if they were made. */
export function usePendingChanges(): PageChange[] {
  return useMutationState({
    filters: { mutationKey: PAGE_CHANGES, status: 'pending' },
    select: ({ state }) => state.variables as PageChange,
  })
}
