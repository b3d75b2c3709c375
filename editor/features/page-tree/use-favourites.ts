import { notifications } from '@mantine/notifications'
import { type UseQueryResult, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Page } from '../../../shared/api/pages.ts'
import { describeError } from '../../api/api-error.ts'
import { usePerson } from '../../app/person.ts'
import { queryKeys } from '../../app/query-keys.ts'
import { useServerEvent } from '../../realtime/use-server-event.ts'

export interface Favourites {
  readonly list: UseQueryResult<Page[]>
  isFavourite(pageId: string): boolean
  toggle(page: Page): void
}

/** The pages that the person keeps at hand, and a way to change that. Guests have none. */
export function useFavourites(): Favourites {
  const { api, isGuest } = usePerson()
  const queries = useQueryClient()
  const list = useQuery({
    queryKey: queryKeys.favourites,
    queryFn: async () => (await api.listFavourites()).items,
    enabled: !isGuest,
  })
  const isFavourite = (pageId: string): boolean => list.data?.some(({ id }) => id === pageId) ?? false
  const { mutate } = useMutation({
    mutationFn: ({ page, isAdded }: { page: Page; isAdded: boolean }) =>
      isAdded ? api.addFavourite(page.id) : api.removeFavourite(page.id),
    onMutate({ page, isAdded }) {
      queries.setQueryData<Page[]>(queryKeys.favourites, (before = []) => {
        const others = before.filter(({ id }) => id !== page.id)
        return isAdded ? [...others, page] : others
      })
    },
    onError: (error) =>
      notifications.show({
        ...{ color: 'red', title: 'Your favourites were not changed' },
        message: describeError(error),
      }),
    onSettled: () => queries.invalidateQueries({ queryKey: queryKeys.favourites }),
  })
  return { list, isFavourite, toggle: (page) => mutate({ page, isAdded: !isFavourite(page.id) }) }
}

/** Follows what happens to the favourites; to be used once. */
export function useFavouritesLive(): void {
  const queries = useQueryClient()
  const follow = (): void => void queries.invalidateQueries({ queryKey: queryKeys.favourites })
  useServerEvent('page_updated', follow)
  useServerEvent('page_deleted', follow)
  useServerEvent('page_restored', follow)
  useServerEvent('access_changed', follow)
  useServerEvent('access_revoked', follow)
}
