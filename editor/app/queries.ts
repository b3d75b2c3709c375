import { type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Drive } from '../../shared/api/drives.ts'
import type { Breadcrumbs } from '../../shared/api/page-tree.ts'
import type { PageList, PageWithRole } from '../../shared/api/pages.ts'
import { useRealtimeState } from '../realtime/use-realtime-state.ts'
import { usePerson } from './person.ts'
import { queryKeys } from './query-keys.ts'

/** How often lists are asked for while nothing tells of their changes, ms. */
const POLL_MS = 5_000
/** How often a page that is not there is asked for by who has it open, ms. */
const AWAIT_MS = 15_000

/** For `refetchInterval`: asks again and again only while there is no realtime connection. */
export function usePollInterval(): number | false {
  return useRealtimeState() === 'connected' ? false : POLL_MS
}

export function useDrives(): UseQueryResult<Drive[]> {
  const { api, isGuest } = usePerson()
  return useQuery({
    queryKey: queryKeys.drives,
    queryFn: async () => (await api.listDrives()).items,
    enabled: !isGuest,
    refetchInterval: usePollInterval(),
  })
}

/** A page; `isAwaited` asks for it again and again, also where nothing would tell that it is there. */
export function usePage(pageId: string, { isAwaited = false } = {}): UseQueryResult<PageWithRole> {
  const { api } = usePerson()
  const pollMs = usePollInterval()
  return useQuery({
    queryKey: queryKeys.page(pageId),
    queryFn: () => api.getPage(pageId),
    refetchInterval: isAwaited ? pollMs || AWAIT_MS : pollMs,
  })
}

/** The pages above a page and the page itself, as far as the person may see them; of no page nothing. */
export function useBreadcrumbs(pageId: string | null): UseQueryResult<Breadcrumbs> {
  const { api } = usePerson()
  return useQuery({
    queryKey: queryKeys.breadcrumbs(pageId ?? ''),
    queryFn: () => api.listBreadcrumbs(pageId ?? ''),
    enabled: pageId !== null,
    retry: false,
  })
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
