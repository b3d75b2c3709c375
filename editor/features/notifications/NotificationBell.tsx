import { ActionIcon, Popover, Tooltip } from '@mantine/core'
import { IconBell } from '@tabler/icons-react'
import { useState } from 'react'
import { latePart } from '../../app/late-part.tsx'
import { LoadingRows } from '../page-tree/LoadingRows.tsx'
import { CountedIcon } from '../shell/CountedIcon.tsx'
import classes from './NotificationBell.module.css'
import { useNotifications } from './use-notifications.ts'

const NotificationPanel = latePart(() => import('./NotificationPanel.tsx'), { waiting: <LoadingRows /> })

/** Tells how much there is that one was told of and has not read, and opens the list. */
export function NotificationBell() {
  const [isOpen, setOpen] = useState(false)
  const count = useNotifications().data?.unreadCount ?? 0
  return (
    <Popover
      opened={isOpen}
      onChange={setOpen}
      position="bottom-end"
      width="min(23rem, calc(100vw - 1rem))"
      shadow="md"
      trapFocus
      returnFocus
      withRoles={false}
    >
      <Popover.Target>
        <Tooltip label="Notifications" disabled={isOpen}>
          <ActionIcon
            aria-label={count > 0 ? `Notifications, ${count} unread` : 'Notifications'}
            aria-haspopup="dialog"
            aria-expanded={isOpen}
            data-testid="notification-bell"
            onClick={() => setOpen((before) => !before)}
          >
            <CountedIcon count={count}>
              <IconBell size={19} stroke={1.6} />
            </CountedIcon>
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown p={0} role="dialog" aria-label="Notifications">
        {/* The focus comes here first: the list may not be there yet. */}
        <div tabIndex={-1} data-autofocus className={classes.content}>
          {isOpen && <NotificationPanel onClose={() => setOpen(false)} />}
        </div>
      </Popover.Dropdown>
    </Popover>
  )
}
