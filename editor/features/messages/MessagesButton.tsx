import { ActionIcon, Tooltip } from '@mantine/core'
import { IconMessages } from '@tabler/icons-react'
import { CountedIcon } from '../shell/CountedIcon.tsx'
import { useShell } from '../shell/shell-context.ts'
import { useUnreadCount } from './use-unread.ts'

/** Opens and closes what people say about the page, and tells how much of it is unread. */
export function MessagesButton({ pageId }: { pageId: string }) {
  const { panel, openPanel, closePanel } = useShell()
  const count = useUnreadCount(pageId)
  const isOpen = panel === 'messages'
  const label = isOpen ? 'Close messages' : count > 0 ? `Messages, ${count} unread` : 'Messages'
  return (
    <Tooltip label={isOpen ? 'Close messages' : 'Messages'}>
      <ActionIcon
        aria-label={label}
        aria-expanded={isOpen}
        data-testid="messages-button"
        onClick={() => (isOpen ? closePanel() : openPanel('messages'))}
      >
        <CountedIcon count={count}>
          <IconMessages size={19} stroke={1.6} />
        </CountedIcon>
      </ActionIcon>
    </Tooltip>
  )
}
