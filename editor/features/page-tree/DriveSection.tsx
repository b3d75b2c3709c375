import { ActionIcon, Button, Tooltip } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import type { UseQueryResult } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { Drive } from '../../../shared/api/drives.ts'
import type { PageList } from '../../../shared/api/pages.ts'
import { isAtLeast } from '../../../shared/roles.ts'
import { describeError } from '../../api/api-error.ts'
import { usePerson } from '../../app/person.ts'
import { useFollowedDrive } from '../../realtime/use-page-facts.ts'
import { LoadingRows } from './LoadingRows.tsx'
import { PageRowItem } from './PageRowItem.tsx'
import classes from './PageTree.module.css'
import { sortPages } from './page-order.ts'
import { useCurrentPage } from './use-current-page.ts'
import { useRevisionCheck } from './use-live-pages.ts'
import { usePageActions } from './use-page-actions.ts'

/** One drive: its name, and its pages as they are now. */
export function DriveSection({ drive, list }: { drive: Drive; list: UseQueryResult<PageList> | undefined }) {
  const { realtime } = usePerson()
  useFollowedDrive(realtime, drive.id, useRevisionCheck())
  const { createPage, isBusy } = usePageActions()
  const current = useCurrentPage()
  const rows = useMemo(() => sortPages(list?.data?.items ?? []), [list?.data])
  const canEdit = isAtLeast(drive.role, 'editor')
  return (
    <section className={classes.drive} aria-label={drive.name}>
      <div className={classes.driveHead}>
        <h2 dir="auto">{drive.name}</h2>
        {canEdit && (
          <Tooltip label={`New page in ${drive.name}`}>
            <ActionIcon
              size={26}
              aria-label={`New page in ${drive.name}`}
              loading={isBusy}
              onClick={() => void createPage(drive.id)}
            >
              <IconPlus size={16} stroke={1.7} />
            </ActionIcon>
          </Tooltip>
        )}
      </div>
      {list?.isPending && <LoadingRows />}
      {list?.isError && !list.data && (
        <div className={classes.failure}>
          <p>{describeError(list.error)}</p>
          <Button variant="default" size="xs" onClick={() => void list.refetch()}>
            Try again
          </Button>
        </div>
      )}
      {list?.data && rows.length === 0 && (
        <p className={classes.empty}>{canEdit ? 'No pages yet.' : 'Nothing has been written here yet.'}</p>
      )}
      <ul className={classes.rows}>
        {rows.map(({ page, depth }) => (
          <PageRowItem
            key={page.id}
            page={page}
            depth={depth}
            canEdit={canEdit}
            isCurrent={current?.id === page.id}
          />
        ))}
      </ul>
    </section>
  )
}
