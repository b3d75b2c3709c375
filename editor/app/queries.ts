import { type UseQueryResult, useQueries, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Drive } from '../../shared/api/drives.ts'
import type { PageList, PageWithRole } from '../../shared/api/pages.ts'
import { usePerson } from './person.ts'

/** The cache keys of everything that is read from the server. */
export const queryKeys = {
  drives: ['drives'] as const,
  pages: (driveId: string) => ['pages', driveId] as const,
  page: (pageId: string) => ['page', pageId] as const,
  members: (driveId: string) => ['members', driveId] as const,
  links: (pageId: string) => ['links', pageId] as const,
}

export function useDrives(): UseQueryResult<Drive[]> {
  const { api, isGuest } = usePerson()
  return useQuery({
    queryKey: queryKeys.drives,
    queryFn: async () => (await api.listDrives()).items,
    enabled: !isGuest,
  })
}

/** The page lists of several drives, in the same order. */
export function usePageLists(driveIds: string[]): UseQueryResult<PageList>[] {
  const { api } = usePerson()
  return useQueries({
    queries: driveIds.map((driveId) => ({
      queryKey: queryKeys.pages(driveId),
      queryFn: () => api.listPages(driveId),
    })),
  })
}

export function usePage(pageId: string): UseQueryResult<PageWithRole> {
  const { api } = usePerson()
  return useQuery({ queryKey: queryKeys.page(pageId), queryFn: () => api.getPage(pageId) })
}

/** A page's title as the kept lists have it, for a page that cannot be read now. */
export function useListedTitle(pageId: string): string | null {
  const lists = useQueryClient().getQueriesData<PageList>({ queryKey: ['pages'] })
  for (const [, list] of lists) {
    const page = list?.items.find(({ id }) => id === pageId)
    if (page) return page.title
  }
  return null
}
