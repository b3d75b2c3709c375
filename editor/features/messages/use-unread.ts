import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { UnreadCount } from '../../../shared/api/messages.ts'
import { usePerson } from '../../app/person.ts'
import { queryKeys } from '../../app/query-keys.ts'
import { useServerEvent } from '../../realtime/use-server-event.ts'

/** How many messages of others the person has not read on a page; at most `MAX_UNREAD_COUNT`. */
export function useUnreadCount(pageId: string): number {
  const { api, isGuest } = usePerson()
  const { data } = useQuery({
    queryKey: queryKeys.unread,
    queryFn: async () => (await api.listUnread()).items,
    enabled: !isGuest,
    select: (items: UnreadCount[]) => items.find((item) => item.pageId === pageId)?.unreadCount ?? 0,
  })
  return data ?? 0
}

/** Up to where the person had read a page when they came to it; null if there was nothing unread. */
export function useReadPlace(pageId: string): number | null {
  const queries = useQueryClient()
  const [place] = useState(() => {
    const items = queries.getQueryData<UnreadCount[]>(queryKeys.unread)
    const count = items?.find((item) => item.pageId === pageId)
    return count && count.unreadCount > 0 ? count.readRevision : null
  })
  return place
}

/** Follows what is read and unread; to be used once. */
export function useUnreadLive(): void {
  const queries = useQueryClient()
  useServerEvent('unread_count_updated', ({ eventId: _, ...count }) => {
    queries.setQueryData<UnreadCount[]>(queryKeys.unread, (items) => items && takeUnread(items, count))
  })
}

/** The counts with a newer one in them. Of two with one revision the one that has read further holds. */
export function takeUnread(items: readonly UnreadCount[], count: UnreadCount): UnreadCount[] {
  const before = items.find(({ pageId }) => pageId === count.pageId)
  const isNewer =
    !before ||
    count.revision > before.revision ||
    (count.revision === before.revision && count.readRevision >= before.readRevision)
  return isNewer ? [...items.filter((item) => item !== before), count] : [...items]
}
