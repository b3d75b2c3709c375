import { ActionIcon, Menu } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import {
  IconCopy,
  IconDots,
  IconFileTypeHtml,
  IconFolderSymlink,
  IconMarkdown,
  IconMoodSmile,
  IconPrinter,
  IconStar,
  IconStarOff,
  IconTrash,
} from '@tabler/icons-react'
import { useRef, useState } from 'react'
import type { PageWithRole } from '../../../shared/api/pages.ts'
import { isAtLeast } from '../../../shared/roles.ts'
import type { TextFormat } from '../../api/api-client.ts'
import { describeError } from '../../api/api-error.ts'
import { usePerson } from '../../app/person.ts'
import { type PageDialog, PageDialogs } from '../page-tree/PageDialogs.tsx'
import { useFavourites } from '../page-tree/use-favourites.ts'
import { usePageActions } from '../page-tree/use-page-actions.ts'

/** What can be done with the page that is open. */
export function PageMenu({ page }: { page: PageWithRole }) {
  const { api, isGuest } = usePerson()
  const { isFavourite, toggle } = useFavourites()
  const { duplicatePage } = usePageActions()
  const [dialog, setDialog] = useState<PageDialog | null>(null)
  const button = useRef<HTMLButtonElement>(null)
  const canEdit = !isGuest && isAtLeast(page.role, 'editor')
  const isKept = isFavourite(page.id)

  async function download(format: TextFormat): Promise<void> {
    try {
      const { exportPage } = await import('../transfer/export-page.ts')
      await exportPage(api, page, format)
    } catch (error) {
      notifications.show({
        ...{ color: 'red', title: 'The page was not downloaded' },
        message: describeError(error),
      })
    }
  }

  return (
    <>
      <Menu position="bottom-end" width={220} shadow="md" returnFocus={false}>
        <Menu.Target>
          <ActionIcon ref={button} aria-label="More for this page">
            <IconDots size={18} stroke={1.7} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {!isGuest && (
            <Menu.Item
              leftSection={
                isKept ? <IconStarOff size={16} stroke={1.6} /> : <IconStar size={16} stroke={1.6} />
              }
              onClick={() => toggle(page)}
            >
              {isKept ? 'Remove from favourites' : 'Add to favourites'}
            </Menu.Item>
          )}
          {canEdit && (
            <>
              <Menu.Item
                leftSection={<IconMoodSmile size={16} stroke={1.6} />}
                onClick={() => setDialog('icon')}
              >
                Change icon
              </Menu.Item>
              <Menu.Item
                leftSection={<IconCopy size={16} stroke={1.6} />}
                onClick={() => duplicatePage(page)}
              >
                Duplicate
              </Menu.Item>
              <Menu.Item
                leftSection={<IconFolderSymlink size={16} stroke={1.6} />}
                onClick={() => setDialog('move')}
              >
                Move to…
              </Menu.Item>
            </>
          )}
          {!isGuest && <Menu.Divider />}
          <Menu.Item
            leftSection={<IconMarkdown size={16} stroke={1.6} />}
            onClick={() => void download('markdown')}
          >
            Download as Markdown
          </Menu.Item>
          <Menu.Item
            leftSection={<IconFileTypeHtml size={16} stroke={1.6} />}
            onClick={() => void download('html')}
          >
            Download as HTML
          </Menu.Item>
          <Menu.Item
            leftSection={<IconPrinter size={16} stroke={1.6} />}
            // Not while the menu is still open: it would be on the paper.
            onClick={() => setTimeout(() => window.print(), 300)}
          >
            Print
          </Menu.Item>
          {canEdit && (
            <>
              <Menu.Divider />
              <Menu.Item
                color="var(--desk-danger)"
                leftSection={<IconTrash size={16} stroke={1.6} />}
                onClick={() => setDialog('delete')}
              >
                Delete
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      <PageDialogs
        page={page}
        dialog={dialog}
        onClose={() => {
          setDialog(null)
          button.current?.focus()
        }}
      />
    </>
  )
}
