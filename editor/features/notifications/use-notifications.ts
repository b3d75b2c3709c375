import { type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query'
import type { NotificationList } from '../../../shared/api/notifications.ts'
import { usePerson } from '../../app/person.ts'
import { usePollInterval } from '../../app/queries.ts'
import { queryKeys } from '../../app/query-keys.ts'
import { useServerEvent } from '../../realtime/use-server-event.ts'

/** The newest of what the person was told of, and how much of all is unread. Guests are told of nothing. */
export function useNotifications(): UseQueryResult<NotificationList> {
  const { api, isGuest } = usePerson()
  return useQuery({
    queryKey: queryKeys.notifications,
    queryFn: () => api.listNotifications(),
    enabled: !isGuest,
    refetchInterval: usePollInterval(),
  })
}

/** Follows what the person is told of; to be used once. */
export function useNotificationsLive(): void {
  const queries = useQueryClient()
  const refetch = (): void => void queries.invalidateQueries({ queryKey: queryKeys.notifications })
  useServerEvent('notification_created', refetch)
  useServerEvent('notifications_changed', refetch)
}
