import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query'
import type { SearchResult } from '../../../shared/api/search.ts'
import { usePerson } from '../../app/person.ts'

const TYPING_PAUSE_MS = 150

/**
 * What the server finds for what somebody types, a moment later: best first, among all that they may see. While
 * it looks, `isSearching`, what was found before stays; for no words there is nothing.
 */
export function useFound(words: string): {
  readonly found: UseQueryResult<SearchResult>
  readonly hits: SearchResult['items']
  readonly isSearching: boolean
} {
  const { api } = usePerson()
  const wanted = words.trim()
  const [asked] = useDebouncedValue(wanted, TYPING_PAUSE_MS)
  const found = useQuery({
    queryKey: ['search', asked],
    queryFn: () => api.search(asked),
    enabled: asked !== '',
    placeholderData: keepPreviousData,
    // Nobody tells that more would be found by now.
    ...{ staleTime: 0, gcTime: 60_000 },
  })
  return {
    found,
    hits: wanted === '' ? [] : (found.data?.items ?? []),
    isSearching: wanted !== '' && (found.isFetching || asked !== wanted),
  }
}
