import { Button } from '@mantine/core'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useLocation } from 'wouter'
import type { Notification } from '../../../shared/api/notifications.ts'
import { describeError } from '../../api/api-error.ts'
import { formatAgo } from '../../app/format-time.ts'
import { usePerson } from '../../app/person.ts'
import { queryKeys } from '../../app/query-keys.ts'
import { toPagePath } from '../comments/thread-address.ts'
import { LoadingRows } from '../page-tree/LoadingRows.tsx'
import { PersonAvatar } from '../presence/PersonAvatar.tsx'
import { useShell } from '../shell/shell-context.ts'
import classes from './NotificationPanel.module.css'
import { describeNotification } from './notification-words.ts'
import { useNotifications } from './use-notifications.ts'

/** What the person was told of, newest first: each leads to where it happened. */
export default function NotificationPanel({ onClose }: { onClose: () => void }) {
  const { api } = usePerson()
  const queries = useQueryClient()
  const { openPanel } = useShell()
  const [, navigate] = useLocation()
  const newest = useNotifications()
  const older = useInfiniteQuery({
    queryKey: [...queryKeys.notifications, 'older'],
    queryFn: ({ pageParam }) => api.listNotifications(pageParam),
    initialPageParam: newest.data?.nextCursor ?? 0,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    enabled: false,
  })
  // Older ones are asked for anew each time: what is newest has moved on meanwhile.
  useEffect(() => () => queries.removeQueries({ queryKey: [...queryKeys.notifications, 'older'] }), [queries])
  const refresh = (): Promise<void> =>
    queries.invalidateQueries({ queryKey: queryKeys.notifications, exact: true })
  const readOne = useMutation({
    mutationFn: (id: string) => api.markNotificationRead(id),
    onSettled: refresh,
  })
  const readAll = useMutation({
    mutationFn: (upTo: number) => api.markNotificationsRead(upTo),
    onSettled: refresh,
  })

  function goTo(notification: Notification): void {
    if (notification.readAt === null) readOne.mutate(notification.id)
    navigate(toPagePath(notification.page.id, notification.comment?.threadId))
    if (notification.message) openPanel('messages')
    onClose()
  }

  const items = mergeById(newest.data?.items ?? [], older.data?.pages.flatMap((page) => page.items) ?? [])
  const upTo = items[0]?.number
  const hasOlder = older.data ? older.hasNextPage : newest.data?.nextCursor !== undefined
  return (
    <>
      <div className={classes.head}>
        <h2>Notifications</h2>
        <Button
          size="xs"
          variant="subtle"
          disabled={(newest.data?.unreadCount ?? 0) === 0}
          onClick={() => upTo !== undefined && readAll.mutate(upTo)}
        >
          Mark all as read
        </Button>
      </div>
      {newest.isPending && <LoadingRows />}
      {newest.isError && !newest.data && (
        <div className={classes.empty}>
          <p>{describeError(newest.error)}</p>
          <Button size="xs" variant="default" onClick={() => void newest.refetch()}>
            Try again
          </Button>
        </div>
      )}
      {newest.data && items.length === 0 && (
        <p className={classes.empty}>
          Nothing yet. When somebody mentions you or shares a page, it is told here.
        </p>
      )}
      <ul className={classes.list}>
        {items.map((notification) => (
          <li key={notification.id} data-testid="notification">
            <button
              type="button"
              className={classes.item}
              data-unread={notification.readAt === null || undefined}
              onClick={() => goTo(notification)}
            >
              <PersonAvatar name={notification.actor.name} color={notification.actor.color} size={30} />
              <span className={classes.words}>
                <span>
                  <strong>
                    <bdi>{notification.actor.name}</bdi>
                  </strong>{' '}
                  {describeNotification(notification.kind)}{' '}
                  <bdi className={classes.page}>{notification.page.title || 'Untitled'}</bdi>
                </span>
                {(notification.message ?? notification.comment) && (
                  <span className={classes.excerpt} dir="auto">
                    {(notification.message ?? notification.comment)?.excerpt}
                  </span>
                )}
                <span className={classes.when}>
                  {formatAgo(notification.createdAt)}
                  {notification.readAt === null && <span className={classes.unread}> · unread</span>}
                </span>
              </span>
            </button>
          </li>
        ))}
      </ul>
      {hasOlder && (
        <div className={classes.more}>
          <Button
            size="xs"
            variant="default"
            loading={older.isFetching}
            onClick={() => void (older.data ? older.fetchNextPage() : older.refetch())}
          >
            Show older ones
          </Button>
        </div>
      )}
    </>
  )
}

function mergeById(newer: readonly Notification[], older: readonly Notification[]): Notification[] {
  const ids = new Set(newer.map(({ id }) => id))
  return [...newer, ...older.filter(({ id }) => !ids.has(id))]
}
