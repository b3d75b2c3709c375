import { Button, Group, Modal, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useLocation } from 'wouter'
import type { Drive } from '../../../shared/api/drives.ts'
import type { TrashedPage } from '../../../shared/api/page-tree.ts'
import { isAtLeast } from '../../../shared/roles.ts'
import { describeError } from '../../api/api-error.ts'
import { formatAgo } from '../../app/format-time.ts'
import { usePerson } from '../../app/person.ts'
import { usePollInterval } from '../../app/queries.ts'
import { queryKeys } from '../../app/query-keys.ts'
import { useServerEvent } from '../../realtime/use-server-event.ts'
import { LoadingRows } from '../page-tree/LoadingRows.tsx'
import { PageIcon } from '../page-tree/PageIcon.tsx'
import classes from './TrashScreen.module.css'

/** What was deleted in one drive: editors bring it back, admins remove it for good. */
export function TrashOfDrive({ drive }: { drive: Drive }) {
  const { api } = usePerson()
  const queries = useQueryClient()
  const [, navigate] = useLocation()
  const queryKey = queryKeys.trash(drive.id)
  const trash = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => api.listTrash(drive.id, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: usePollInterval(),
  })
  const refresh = (): Promise<void> => queries.invalidateQueries({ queryKey })
  useServerEvent('page_deleted', ({ driveId }) => {
    if (driveId === drive.id) void refresh()
  })
  useServerEvent('page_restored', ({ driveId }) => {
    if (driveId === drive.id) void refresh()
  })
  /** What an admin is asked about before it goes for good. */
  const [asked, setAsked] = useState<TrashedPage | 'everything' | null>(null)
  const restore = useMutation({
    mutationFn: (page: TrashedPage) => api.restorePage(page.id),
    onSuccess: (page) => {
      void queries.invalidateQueries({ queryKey: queryKeys.pages(drive.id) })
      notifications.show({
        title: 'The page is back',
        message: (
          <Button size="xs" mt={4} variant="default" onClick={() => navigate(`/pages/${page.id}`)}>
            Open “{page.title || 'Untitled'}”
          </Button>
        ),
      })
    },
    onError: (error) => fail('The page was not restored', error),
    onSettled: refresh,
  })
  const erase = useMutation({
    mutationFn: (what: TrashedPage | 'everything') =>
      what === 'everything' ? api.emptyTrash(drive.id) : api.erasePage(what.id),
    onError: (error) => fail('It was not removed', error),
    onSettled: refresh,
  })
  const isAdmin = isAtLeast(drive.role, 'admin')
  const pages = trash.data?.pages.flatMap(({ items }) => items) ?? []
  return (
    <section className={classes.drive} aria-label={`Trash of ${drive.name}`}>
      <div className={classes.head}>
        <h2 dir="auto">{drive.name}</h2>
        {isAdmin && pages.length > 0 && (
          <Button size="xs" variant="subtle" color="red" onClick={() => setAsked('everything')}>
            Empty trash
          </Button>
        )}
      </div>
      {trash.isPending && <LoadingRows />}
      {trash.isError && !trash.data && (
        <div className={classes.empty}>
          <p>{describeError(trash.error)}</p>
          <Button variant="default" size="xs" onClick={() => void trash.refetch()}>
            Try again
          </Button>
        </div>
      )}
      {trash.data && pages.length === 0 && <p className={classes.empty}>Nothing was deleted here.</p>}
      <ul className={classes.list}>
        {pages.map((page) => (
          <li key={page.id} className={classes.item} data-testid="trashed-page">
            <div className={classes.page}>
              <PageIcon icon={page.icon} size={18} />
              <span className={classes.title} dir="auto">
                {page.title || 'Untitled'}
              </span>
              <span className={classes.detail}>
                {page.pageCount > 1 && `with ${page.pageCount - 1} inside · `}
                deleted {formatAgo(page.deletedAt)} by <bdi>{page.deletedBy.name}</bdi>
              </span>
            </div>
            <div className={classes.actions}>
              <Button
                size="xs"
                variant="default"
                aria-label={`Restore ${page.title || 'Untitled'}`}
                loading={restore.isPending && restore.variables.id === page.id}
                onClick={() => restore.mutate(page)}
              >
                Restore
              </Button>
              {isAdmin && (
                <Button
                  size="xs"
                  variant="subtle"
                  color="red"
                  aria-label={`Delete for good: ${page.title || 'Untitled'}`}
                  onClick={() => setAsked(page)}
                >
                  Delete for good
                </Button>
              )}
            </div>
          </li>
        ))}
      </ul>
      {trash.hasNextPage && (
        <Button
          variant="default"
          size="xs"
          mt="sm"
          loading={trash.isFetchingNextPage}
          onClick={() => void trash.fetchNextPage()}
        >
          Show older ones
        </Button>
      )}
      <Modal opened={asked !== null} onClose={() => setAsked(null)} title="Delete for good?">
        <Text size="sm">
          {asked === 'everything' ? (
            <>
              Everything in the trash of <bdi>{drive.name}</bdi> goes, with its text and its history.
            </>
          ) : (
            <>
              <strong>
                <bdi>{asked?.title || 'Untitled'}</bdi>
              </strong>{' '}
              goes, with its text, its history and every page inside it.
            </>
          )}{' '}
          Nobody can bring it back.
        </Text>
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={() => setAsked(null)} data-autofocus>
            Keep it
          </Button>
          <Button
            color="red"
            onClick={() => {
              if (asked !== null) erase.mutate(asked)
              setAsked(null)
            }}
          >
            Delete for good
          </Button>
        </Group>
      </Modal>
    </section>
  )
}

function fail(title: string, error: unknown): void {
  notifications.show({ color: 'red', title, message: describeError(error) })
}
