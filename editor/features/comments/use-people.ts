import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { Thread } from '../../../shared/api/comments.ts'
import { usePerson } from '../../app/person.ts'
import { queryKeys } from '../../app/query-keys.ts'
import { usePresence } from '../../realtime/use-presence.ts'
import type { Comments } from './comments-context.ts'

/** Whom somebody can mention on a page: the drive's members, who is here, and who has commented. */
export function usePeople(
  pageId: string,
  driveId: string | null,
  threads: readonly Thread[] | undefined,
): Comments['people'] {
  const { api, isGuest, userId } = usePerson()
  const present = usePresence(pageId)
  const members = useQuery({
    queryKey: queryKeys.members(driveId ?? ''),
    queryFn: () => api.listMembers(driveId ?? ''),
    enabled: driveId !== null && !isGuest,
  })
  return useMemo(() => {
    const authors = (threads ?? []).flatMap(({ comments }) => comments.map(({ author }) => author))
    const known = [...(members.data?.items ?? []), ...present, ...authors]
    const byId = new Map(known.map(({ userId: id, name, color }) => [id, { userId: id, name, color }]))
    byId.delete(userId)
    return [...byId.values()].sort((a, b) => a.name.localeCompare(b.name))
  }, [members.data, present, threads, userId])
}
