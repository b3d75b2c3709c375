import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import type { Version } from '../../../shared/api/versions.ts'
import { createId } from '../../api/create-id.ts'
import { usePerson } from '../../app/person.ts'
import { queryKeys } from '../../app/query-keys.ts'

/** A page's versions, newest first and in pieces, and what can be done with them. */
export function useVersions(pageId: string) {
  const { api } = usePerson()
  const queries = useQueryClient()
  const queryKey = queryKeys.versions(pageId)
  const list = useInfiniteQuery({
    queryKey: [...queryKey, 'list'],
    queryFn: ({ pageParam }) => api.listVersions(pageId, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor,
    staleTime: 0,
  })
  const refresh = () => queries.invalidateQueries({ queryKey })
  const name = useMutation({
    mutationFn: (wanted: string) => api.nameVersion(pageId, { id: createId(), name: wanted }),
    onSuccess: refresh,
  })
  const restore = useMutation({
    mutationFn: (version: Version) => api.restoreVersion(pageId, version.id),
    onSuccess: refresh,
  })
  return { list, versions: list.data?.pages.flatMap(({ items }) => items) ?? [], name, restore }
}
