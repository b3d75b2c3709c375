import { Divider, Modal } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import type { PageWithRole } from '../../../shared/api/pages.ts'
import { isAtLeast } from '../../../shared/roles.ts'
import { useDrives } from '../../app/queries.ts'
import { MemberSection } from './MemberSection.tsx'
import { ShareLinkSection } from './ShareLinkSection.tsx'

/** Who may see this page: the drive's members, and whoever holds a link. */
export function ShareDialog(props: { page: PageWithRole; isOpen: boolean; onClose: () => void }) {
  const isPhone = useMediaQuery('(max-width: 36em)') ?? false
  const drives = useDrives()
  const drive = drives.data?.find(({ id }) => id === props.page.driveId)
  return (
    <Modal
      opened={props.isOpen}
      onClose={props.onClose}
      title="Share"
      size="lg"
      fullScreen={isPhone}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {drive && <MemberSection drive={drive} />}
      {isAtLeast(props.page.role, 'admin') && (
        <>
          {drive && <Divider my="lg" />}
          <ShareLinkSection pageId={props.page.id} />
        </>
      )}
    </Modal>
  )
}
