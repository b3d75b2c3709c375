import { ActionIcon, Tooltip } from '@mantine/core'
import type { IconBold } from '@tabler/icons-react'
import { formatShortcut, isAppleDevice } from './toolbar-commands.ts'

/** One button of the toolbar. Pressing it leaves the selection where it is. */
export function ToolbarButton(props: {
  label: string
  shortcut: string
  Icon: typeof IconBold
  /** `undefined` for a button that acts once and is never pressed. */
  isActive?: boolean | undefined
  isDisabled: boolean
  onRun: () => void
}) {
  const { label, shortcut, Icon, isActive, isDisabled, onRun } = props
  return (
    <Tooltip label={`${label} (${formatShortcut(shortcut, isAppleDevice)})`}>
      <ActionIcon
        aria-label={label}
        aria-pressed={isActive}
        variant={isActive ? 'light' : 'subtle'}
        color={isActive ? 'pine' : 'gray'}
        size={32}
        disabled={isDisabled}
        onMouseDown={(event) => event.preventDefault()}
        onClick={onRun}
      >
        <Icon size={18} stroke={1.7} />
      </ActionIcon>
    </Tooltip>
  )
}
