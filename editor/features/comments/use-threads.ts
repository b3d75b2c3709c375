import { type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { ThreadList } from '../../../shared/api/comments.ts'
import { usePerson } from '../../app/person.ts'
import { usePollInterval } from '../../app/queries.ts'
import { queryKeys } from '../../app/query-keys.ts'
import { useRealtime } from '../../realtime/realtime-context.ts'
import { useRoom } from '../../realtime/use-room.ts'
import { useServerEvent } from '../../realtime/use-server-event.ts'
import { applyThreadChange, type ThreadChange } from './thread-changes.ts'

/** A page's threads, kept as the server says; and a function that brings in what was changed here. */
export function useThreads(pageId: string): {
  readonly query: UseQueryResult<ThreadList>
  readonly take: (change: ThreadChange) => void
} {
  const { api } = usePerson()
  const queries = useQueryClient()
  const realtime = useRealtime()
  const queryKey = queryKeys.threads(pageId)
  const query = useQuery({
    queryKey,
    queryFn: () => api.listThreads(pageId, queries.getQueryData<ThreadList>(queryKey)),
    refetchInterval: usePollInterval(),
  })
  const refetch = (): void => void queries.invalidateQueries({ queryKey })

  function take(change: ThreadChange): void {
    const list = queries.getQueryData<ThreadList>(queryKey)
    const next = list === undefined ? 'refetch' : applyThreadChange(list, change)
    if (next === 'refetch') refetch()
    else queries.setQueryData<ThreadList>(queryKey, next)
  }
  function hear(fact: { pageId: string }, change: ThreadChange): void {
    if (fact.pageId === pageId) take(change)
  }

  useRoom({ pageId })
  // What happened before one had joined was told to nobody here.
  useEffect(
    () =>
      realtime.onJoined((joined) => {
        if ('pageId' in joined && joined.pageId === pageId)
          void queries.invalidateQueries({ queryKey: queryKeys.threads(pageId) })
      }),
    [realtime, queries, pageId],
  )
  useServerEvent('thread_created', (fact) => hear(fact, { kind: 'thread', ...fact }))
  useServerEvent('thread_updated', (fact) => hear(fact, { kind: 'thread', ...fact }))
  useServerEvent('thread_deleted', (fact) => hear(fact, { kind: 'thread-deleted', ...fact }))
  useServerEvent('comment_created', (fact) => hear(fact, { kind: 'comment', ...fact }))
  useServerEvent('comment_updated', (fact) => hear(fact, { kind: 'comment', ...fact }))
  useServerEvent('comment_deleted', (fact) => hear(fact, { kind: 'comment', ...fact }))
  return { query, take }
}
