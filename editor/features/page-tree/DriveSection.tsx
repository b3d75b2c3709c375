import { ActionIcon, Button, Tooltip } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import type { UseQueryResult } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { Drive } from '../../../shared/api/drives.ts'
import type { PageList } from '../../../shared/api/pages.ts'
import type { PresentUser } from '../../../shared/protocol/presence.ts'
import { isAtLeast } from '../../../shared/roles.ts'
import { describeError } from '../../api/api-error.ts'
import { useRoom } from '../../realtime/use-room.ts'
import { LoadingRows } from './LoadingRows.tsx'
import { PageRowItem } from './PageRowItem.tsx'
import classes from './PageTree.module.css'
import { applyPageChanges, toChangedId } from './page-changes.ts'
import { sortPages } from './page-order.ts'
import { useCurrentPage } from './use-current-page.ts'
import { usePageActions } from './use-page-actions.ts'
import { usePendingChanges } from './use-page-lists.ts'

const NOBODY: readonly PresentUser[] = []

/** One drive: its name, and its pages as they are now. */
export function DriveSection({ drive, list }: { drive: Drive; list: UseQueryResult<PageList> | undefined }) {
  const { presence } = useRoom({ driveId: drive.id })
  const { createPage } = usePageActions()
  const changes = usePendingChanges()
  const current = useCurrentPage()
  const pages = useMemo(
    () => applyPageChanges(list?.data?.items ?? [], drive.id, changes),
    [list?.data, drive.id, changes],
  )
  const rows = useMemo(() => sortPages(pages), [pages])
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
              onClick={() => createPage(drive.id)}
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
            isPending={changes.some((change) => toChangedId(change) === page.id)}
            isNew={changes.some((change) => change.kind === 'create' && change.id === page.id)}
            people={presence.get(page.id) ?? NOBODY}
            listPages={() => pages}
          />
        ))}
      </ul>
    </section>
  )
}
