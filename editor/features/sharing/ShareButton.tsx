import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconUserPlus } from '@tabler/icons-react'
import type { PageWithRole } from '../../../shared/api/pages.ts'
import { latePart } from '../../app/late-part.tsx'
import classes from './ShareButton.module.css'

const ShareDialog = latePart(() => import('./ShareDialog.tsx'), { missing: 'aside' })

/** The way to let others in. */
export function ShareButton({ page }: { page: PageWithRole }) {
  const [isOpen, dialog] = useDisclosure(false)
  return (
    <>
      <Button
        size="xs"
        h={32}
        leftSection={<IconUserPlus size={16} stroke={1.8} />}
        classNames={{
          root: classes.button ?? '',
          section: classes.section ?? '',
          label: classes.label ?? '',
        }}
        aria-label="Share"
        onClick={dialog.open}
        data-testid="share-button"
      >
        Share
      </Button>
      {isOpen && <ShareDialog page={page} onClose={dialog.close} />}
    </>
  )
}
