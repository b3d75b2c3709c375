import { Button } from '@mantine/core'
import { IconPencilPlus } from '@tabler/icons-react'
import { isAtLeast } from '../../../shared/roles.ts'
import { useDrives } from '../../app/queries.ts'
import { useCurrentPage } from './use-current-page.ts'
import { usePageActions } from './use-page-actions.ts'

/** Begins a page in the drive that one is in, or in the first one where one may. */
export function NewPageButton({ isPrimary = false }: { isPrimary?: boolean }) {
  const drives = useDrives()
  const current = useCurrentPage()
  const { createPage } = usePageActions()
  const writable = (drives.data ?? []).filter(({ role }) => isAtLeast(role, 'editor'))
  const drive = writable.find(({ id }) => id === current?.driveId) ?? writable[0]
  return (
    <Button
      fullWidth={!isPrimary}
      variant={isPrimary ? 'filled' : 'default'}
      justify={isPrimary ? 'center' : 'flex-start'}
      leftSection={<IconPencilPlus size={17} stroke={1.7} />}
      disabled={!drive}
      onClick={() => drive && createPage(drive.id)}
      {...(isPrimary ? {} : { 'data-testid': 'new-page' })}
    >
      New page
    </Button>
  )
}
