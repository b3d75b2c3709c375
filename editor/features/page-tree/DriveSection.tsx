import { ActionIcon, Button, Tooltip } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import type { UseQueryResult } from '@tanstack/react-query'
import { useMemo, useRef } from 'react'
import type { Drive } from '../../../shared/api/drives.ts'
import type { PresentUser } from '../../../shared/protocol/presence.ts'
import { isAtLeast } from '../../../shared/roles.ts'
import { describeError } from '../../api/api-error.ts'
import { useRoom } from '../../realtime/use-room.ts'
import { DriveMenu } from './DriveMenu.tsx'
import { LoadingRows } from './LoadingRows.tsx'
import { PageRowItem } from './PageRowItem.tsx'
import classes from './PageTree.module.css'
import { applyPageChanges, toChangedId } from './page-changes.ts'
import { listSeenRows, sortPages } from './page-order.ts'
import { hasChildren, type PageTreeList } from './page-tree-list.ts'
import { useCurrentPage } from './use-current-page.ts'
import type { Favourites } from './use-favourites.ts'
import { useOpenPages } from './use-open-pages.ts'
import { usePageActions } from './use-page-actions.ts'
import { useOpenChildren, usePendingChanges } from './use-page-lists.ts'
import { useRowDrag } from './use-row-drag.ts'

const NOBODY: readonly PresentUser[] = []

/** One drive: its name, and its pages as they are now. */
export function DriveSection(props: {
  drive: Drive
  list: UseQueryResult<PageTreeList> | undefined
  favourites: Favourites
}) {
  const { drive, list, favourites } = props
  const { presence } = useRoom({ driveId: drive.id })
  const { createPage, movePage } = usePageActions()
  const { open } = useOpenPages()
  useOpenChildren(drive.id, list?.data)
  const changes = usePendingChanges()
  const current = useCurrentPage()
  const pages = useMemo(
    () => applyPageChanges(list?.data?.items ?? [], drive.id, changes),
    [list?.data, drive.id, changes],
  )
  const rows = useMemo(() => listSeenRows(sortPages(pages), open), [pages, open])
  const canEdit = isAtLeast(drive.role, 'editor')
  const head = useRef<HTMLDivElement>(null)
  const dropSpot = useRowDrag(head, {
    ...{ page: null, isActive: canEdit, hasSides: false, onHeld: () => undefined },
    canTake: () => canEdit,
    onTake: (page) =>
      movePage(page, { ...(page.driveId === drive.id ? {} : { driveId: drive.id }), parentId: null }),
  })
  return (
    <section className={classes.drive} aria-label={drive.name}>
      <div ref={head} className={classes.driveHead} data-drop={dropSpot ?? undefined}>
        <h2 dir="auto">{drive.name}</h2>
        <DriveMenu drive={drive} />
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
            hasChildren={list?.data ? hasChildren(list.data, pages, page.id) : false}
            isCurrent={current?.id === page.id}
            isPending={changes.some((change) => toChangedId(change) === page.id)}
            isNew={changes.some((change) => change.kind === 'create' && change.id === page.id)}
            people={presence.get(page.id) ?? NOBODY}
            favourites={favourites}
            listPages={() => pages}
          />
        ))}
      </ul>
    </section>
  )
}
