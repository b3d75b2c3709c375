import { type UseQueryResult, useMutationState, useQueries, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { usePerson } from '../../app/person.ts'
import { usePollInterval } from '../../app/queries.ts'
import { queryKeys } from '../../app/query-keys.ts'
import type { PageChange } from './page-changes.ts'
import { hasChildren, isLoaded, loadChildren, loadPageTree, type PageTreeList } from './page-tree-list.ts'
import { useOpenPages } from './use-open-pages.ts'

/** The key under which every change to pages is made. */
export const PAGE_CHANGES = ['page-changes'] as const

/** The pages of several drives as the server has them, as far as they are open, in the same order. */
export function usePageLists(driveIds: string[]): UseQueryResult<PageTreeList>[] {
  const { api } = usePerson()
  const queries = useQueryClient()
  const refetchInterval = usePollInterval()
  const { open } = useOpenPages()
  return useQueries({
    queries: driveIds.map((driveId) => ({
      queryKey: queryKeys.pages(driveId),
      queryFn: () =>
        loadPageTree(
          api.listChildren,
          driveId,
          open,
          queries.getQueryData<PageTreeList>(queryKeys.pages(driveId)),
        ),
      refetchInterval,
    })),
  })
}

/** Fetches what is below the open pages of a drive and not there yet. */
export function useOpenChildren(driveId: string, list: PageTreeList | undefined): void {
  const { api } = usePerson()
  const queries = useQueryClient()
  const { open } = useOpenPages()
  const due = (list?.items ?? [])
    .filter(({ id }) => open.includes(id) && list && !isLoaded(list, id) && hasChildren(list, [], id))
    .map(({ id }) => id)
    .join(' ')
  useEffect(() => {
    if (due === '') return
    const queryKey = queryKeys.pages(driveId)
    const load = async (parentId: string): Promise<void> => {
      const add = await loadChildren(api.listChildren, driveId, parentId)
      const before = queries.getQueryData<PageTreeList>(queryKey)
      const next = before && add(before)
      if (next === 'refetch') await queries.invalidateQueries({ queryKey })
      else if (next) queries.setQueryData(queryKey, next)
    }
    // What fails is asked for again with the next refetch of the drive.
    for (const parentId of due.split(' ')) load(parentId).catch(() => undefined)
  }, [api, queries, driveId, due])
}

/** The changes that are under way, in the order in which they were begun: to be shown as if they were made. */
export function usePendingChanges(): PageChange[] {
  return useMutationState({
    filters: { mutationKey: PAGE_CHANGES, status: 'pending' },
    select: ({ state }) => state.variables as PageChange,
  })
}
