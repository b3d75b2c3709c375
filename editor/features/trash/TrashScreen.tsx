import { Button } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import { useEffect } from 'react'
import { isAtLeast } from '../../../shared/roles.ts'
import { describeError } from '../../api/api-error.ts'
import { useDrives } from '../../app/queries.ts'
import { LoadingRows } from '../page-tree/LoadingRows.tsx'
import { Message } from '../shell/Message.tsx'
import { TopBar } from '../shell/TopBar.tsx'
import { TrashOfDrive } from './TrashOfDrive.tsx'
import classes from './TrashScreen.module.css'

/** `/trash`: what was deleted in each drive that one writes in, and its way back. */
export default function TrashScreen() {
  const drives = useDrives()
  const writable = (drives.data ?? []).filter(({ role }) => isAtLeast(role, 'editor'))
  useEffect(() => {
    document.title = 'Trash · Copydesk'
  }, [])
  return (
    <>
      <TopBar />
      {drives.isError && !drives.data ? (
        <Message title="The trash cannot be shown now" text={describeError(drives.error)}>
          <Button onClick={() => void drives.refetch()}>Try again</Button>
        </Message>
      ) : (
        <div className={classes.column}>
          <h1 className={classes.heading}>
            <IconTrash size={26} stroke={1.5} aria-hidden="true" />
            Trash
          </h1>
          <p className={classes.hint}>Deleted pages stay here for 30 days. Then they are gone for good.</p>
          {drives.isPending && <LoadingRows />}
          {writable.map((drive) => (
            <TrashOfDrive key={drive.id} drive={drive} />
          ))}
        </div>
      )}
    </>
  )
}
