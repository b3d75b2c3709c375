import { Divider, Modal } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import type { PageWithRole } from '../../../shared/api/pages.ts'
import { isAtLeast } from '../../../shared/roles.ts'
import { useDrives } from '../../app/queries.ts'
import { GrantSection } from './GrantSection.tsx'
import { MemberSection } from './MemberSection.tsx'
import { ShareLinkSection } from './ShareLinkSection.tsx'

/** Who may see this page: the drive's members, those named on it, and whoever holds a link. */
export default function ShareDialog(props: { page: PageWithRole; onClose: () => void }) {
  const isPhone = useMediaQuery('(max-width: 36em)') ?? false
  const drives = useDrives()
  const drive = drives.data?.find(({ id }) => id === props.page.driveId)
  return (
    <Modal opened onClose={props.onClose} title="Share" size="lg" fullScreen={isPhone}>
      {drive && <MemberSection drive={drive} />}
      {isAtLeast(props.page.role, 'admin') && (
        <>
          {drive && <Divider my="lg" />}
          <GrantSection page={props.page} />
          <Divider my="lg" />
          <ShareLinkSection pageId={props.page.id} />
        </>
      )}
    </Modal>
  )
}
