import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconFolderPlus } from '@tabler/icons-react'
import { useRef } from 'react'
import { describeError } from '../../api/api-error.ts'
import { latePart } from '../../app/late-part.tsx'
import { useDrives } from '../../app/queries.ts'
import { DriveSection } from './DriveSection.tsx'
import { LoadingRows } from './LoadingRows.tsx'
import classes from './PageTree.module.css'
import { useFavourites } from './use-favourites.ts'
import { usePageLists } from './use-page-lists.ts'
import { useRevealCurrentPage } from './use-reveal-current-page.ts'

const NewDriveDialog = latePart(() => import('./NewDriveDialog.tsx'), { missing: 'aside' })

/** All drives and their pages, kept up to date while one looks. */
export function PageTree() {
  const drives = useDrives()
  const lists = usePageLists((drives.data ?? []).map(({ id }) => id))
  const favourites = useFavourites()
  const [isMaking, dialog] = useDisclosure(false)
  const newDrive = useRef<HTMLButtonElement>(null)
  useRevealCurrentPage()

  if (drives.isPending) return <LoadingRows />
  if (!drives.data) {
    return (
      <div className={classes.failure}>
        <p>{describeError(drives.error)}</p>
        <Button variant="default" size="xs" onClick={() => void drives.refetch()}>
          Try again
        </Button>
      </div>
    )
  }
  return (
    <>
      <nav data-testid="page-list" aria-label="Pages">
        {drives.data.map((drive, index) => (
          <DriveSection key={drive.id} drive={drive} list={lists[index]} favourites={favourites} />
        ))}
      </nav>
      <button ref={newDrive} type="button" className={classes.newDrive} onClick={dialog.open}>
        <IconFolderPlus size={16} stroke={1.6} aria-hidden="true" />
        New drive
      </button>
      {isMaking && (
        <NewDriveDialog
          onClose={() => {
            dialog.close()
            newDrive.current?.focus()
          }}
        />
      )}
    </>
  )
}
