import { ActionIcon, Menu } from '@mantine/core'
import { IconHistory, IconUserSearch } from '@tabler/icons-react'
import type { Editor } from '@tiptap/react'
import { memo, useState } from 'react'
import { latePart } from '../../app/late-part.tsx'
import type { ImageFiles } from '../editor/images/image-files.ts'

// Few need them, and the text should be there first.
const HistoryDialog = latePart(
  async () => ({ default: (await import('./HistoryDialog.tsx')).HistoryDialog }),
  { missing: 'aside' },
)
const AuthorsDialog = latePart(
  async () => ({ default: (await import('./AuthorsDialog.tsx')).AuthorsDialog }),
  { missing: 'aside' },
)

/** The way to what the page said before and to who wrote it. */
export const HistoryMenu = memo(function HistoryMenu(props: {
  pageId: string
  /** Null while there is no text. */
  editor: Editor | null
  files: ImageFiles
  canWrite: boolean
}) {
  const { pageId, editor, files, canWrite } = props
  const [shown, setShown] = useState<'history' | 'authors' | null>(null)
  const close = (): void => setShown(null)
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon aria-label="History" data-testid="history-menu">
            <IconHistory size={19} stroke={1.6} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconHistory size={16} />} onClick={() => setShown('history')}>
            Version history
          </Menu.Item>
          <Menu.Item
            leftSection={<IconUserSearch size={16} />}
            disabled={!editor}
            onClick={() => setShown('authors')}
          >
            Who wrote the selected text
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {shown === 'history' && (
        <HistoryDialog pageId={pageId} files={files} canWrite={canWrite} onClose={close} />
      )}
      {shown === 'authors' && editor && <AuthorsDialog pageId={pageId} editor={editor} onClose={close} />}
    </>
  )
})
