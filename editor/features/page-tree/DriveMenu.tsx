import { ActionIcon, Menu } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconDoorExit, IconDots, IconFileImport, IconTrash, IconUsers } from '@tabler/icons-react'
import { useRef, useState } from 'react'
import type { Drive } from '../../../shared/api/drives.ts'
import { isAtLeast } from '../../../shared/roles.ts'
import { latePart } from '../../app/late-part.tsx'
import classes from './PageTree.module.css'

const ImportFile = latePart(() => import('../transfer/ImportFile.tsx'), { missing: 'aside' })
const DriveDialog = latePart(() => import('../sharing/DriveDialog.tsx'), { missing: 'aside' })

/** What can be done with a drive: its people, files that become pages, and leaving or deleting it. */
export function DriveMenu({ drive }: { drive: Drive }) {
  const [isOpen, setOpen] = useState(false)
  const [isAsked, dialog] = useDisclosure(false)
  const [subject, setSubject] = useState<'people' | 'leave' | 'delete'>('people')
  const button = useRef<HTMLButtonElement>(null)
  const file = useRef<HTMLInputElement>(null)
  const [chosen, choose] = useState<File | null>(null)
  const ask = (about: typeof subject): void => {
    setSubject(about)
    dialog.open()
  }
  return (
    <>
      <Menu position="bottom-end" width={230} shadow="md" opened={isOpen} onChange={setOpen}>
        <Menu.Target>
          <ActionIcon
            ref={button}
            size={26}
            className={classes.actions}
            data-open={isOpen || undefined}
            aria-label={`More for ${drive.name}`}
          >
            <IconDots size={16} stroke={1.7} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconUsers size={16} stroke={1.6} />} onClick={() => ask('people')}>
            People
          </Menu.Item>
          {isAtLeast(drive.role, 'editor') && (
            <Menu.Item
              leftSection={<IconFileImport size={16} stroke={1.6} />}
              onClick={() => file.current?.click()}
            >
              Import Markdown or HTML…
            </Menu.Item>
          )}
          <Menu.Divider />
          {drive.role === 'owner' ? (
            <Menu.Item
              color="var(--desk-danger)"
              leftSection={<IconTrash size={16} stroke={1.6} />}
              onClick={() => ask('delete')}
            >
              Delete drive
            </Menu.Item>
          ) : (
            <Menu.Item leftSection={<IconDoorExit size={16} stroke={1.6} />} onClick={() => ask('leave')}>
              Leave drive
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <input
        ref={file}
        type="file"
        hidden
        accept=".md,.markdown,.html,.htm,text/markdown,text/html"
        data-testid="import-file"
        onChange={(event) => {
          choose(event.currentTarget.files?.[0] ?? null)
          event.currentTarget.value = ''
        }}
      />
      {chosen && <ImportFile driveId={drive.id} file={chosen} onDone={() => choose(null)} />}
      {isAsked && (
        <DriveDialog
          drive={drive}
          subject={subject}
          onClose={() => {
            dialog.close()
            button.current?.focus()
          }}
        />
      )}
    </>
  )
}
