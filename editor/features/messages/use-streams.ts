import { type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { Stream } from '../../../shared/api/streams.ts'
import { usePerson } from '../../app/person.ts'
import { usePollInterval } from '../../app/queries.ts'
import { queryKeys } from '../../app/query-keys.ts'
import { useRealtime } from '../../realtime/realtime-context.ts'
import { useServerEvent } from '../../realtime/use-server-event.ts'
import { applyStreamStep, type StreamStep, toStream } from './stream-list.ts'

/**
 * What assistants are writing on a page right now. One that is complete goes, since it is a message then; one
 * that ended early stays to say why, until the page is opened again.
 */
export function useStreams(pageId: string): UseQueryResult<Stream[]> {
  const { api } = usePerson()
  const queries = useQueryClient()
  const realtime = useRealtime()
  const queryKey = queryKeys.streams(pageId)
  const refetch = (): void => void queries.invalidateQueries({ queryKey })
  const list = useQuery({
    queryKey,
    queryFn: async () => {
      const open = (await api.listStreams(pageId)).items
      const ended = (queries.getQueryData<Stream[]>(queryKey) ?? []).filter(
        ({ id, status }) => status !== 'open' && !open.some((stream) => stream.id === id),
      )
      return [...ended, ...open]
    },
    refetchOnMount: 'always',
    refetchInterval: usePollInterval(),
  })

  function step(change: StreamStep): void {
    if (change.fact.pageId !== pageId) return
    const before = queries.getQueryData<Stream[]>(queryKey)
    const stream = before?.find(({ id }) => id === change.fact.streamId)
    const next = stream ? applyStreamStep(stream, change) : 'refetch'
    if (!before || next === 'refetch') {
      refetch()
      return
    }
    queries.setQueryData<Stream[]>(
      queryKey,
      before.map((other) => (other === stream ? next : other)).filter(({ status }) => status !== 'completed'),
    )
  }
  useServerEvent('stream_started', (fact) => {
    if (fact.pageId !== pageId) return
    queries.setQueryData<Stream[]>(queryKey, (before = []) =>
      before.some(({ id }) => id === fact.streamId) ? before : [...before, toStream(fact)],
    )
  })
  useServerEvent('stream_chunk', (fact) => step({ name: 'stream_chunk', fact }))
  useServerEvent('tool_started', (fact) => step({ name: 'tool', fact }))
  useServerEvent('tool_progressed', (fact) => step({ name: 'tool', fact }))
  useServerEvent('tool_completed', (fact) => step({ name: 'tool', fact }))
  useServerEvent('stream_completed', (fact) => step({ name: 'stream_completed', fact }))
  useServerEvent('stream_failed', (fact) => step({ name: 'stream_failed', fact }))
  useEffect(
    () =>
      realtime.onJoined((joined) => {
        if ('pageId' in joined && joined.pageId === pageId)
          void queries.invalidateQueries({ queryKey: queryKeys.streams(pageId) })
      }),
    [realtime, queries, pageId],
  )
  return list
}
