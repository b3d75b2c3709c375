import { ActionIcon, Tooltip } from '@mantine/core'
import type { IconBold } from '@tabler/icons-react'
import type { KeyboardEventHandler, MouseEventHandler, Ref } from 'react'
import classes from './ToolbarButton.module.css'
import { formatShortcut, isAppleDevice } from './toolbar-commands.ts'

/** One button of the toolbar. Pressing it leaves the selection where it is. */
export function ToolbarButton(props: {
  label: string
  shortcut?: string
  /** What else the tooltip tells. */
  hint?: string
  /** False while something of the button's own stands where the tooltip would. */
  hasTooltip?: boolean
  Icon: typeof IconBold
  /** `undefined` for a button that acts once and is never pressed. */
  isActive?: boolean | undefined
  isDisabled: boolean
  onRun?: () => void
  /** What a menu gives to the button that opens it. */
  ref?: Ref<HTMLButtonElement>
  onClick?: MouseEventHandler<HTMLButtonElement>
  onKeyDown?: KeyboardEventHandler<HTMLButtonElement>
  id?: string
  'aria-haspopup'?: 'menu' | 'dialog'
  'aria-expanded'?: boolean
  'aria-controls'?: string
}) {
  const {
    label,
    shortcut,
    hint,
    hasTooltip = true,
    Icon,
    isActive,
    isDisabled,
    onRun,
    onClick,
    ...menu
  } = props
  const tooltip = shortcut ? `${label} (${formatShortcut(shortcut, isAppleDevice)})` : label
  return (
    <Tooltip label={hint ? `${tooltip} · ${hint}` : tooltip} disabled={!hasTooltip}>
      <ActionIcon
        className={classes.button ?? ''}
        aria-label={label}
        {...menu}
        aria-pressed={menu['aria-haspopup'] ? undefined : isActive}
        variant={isActive ? 'light' : 'subtle'}
        color={isActive ? 'pine' : 'gray'}
        size={32}
        disabled={isDisabled}
        onMouseDown={(event) => event.preventDefault()}
        onClick={onClick ?? onRun}
      >
        <Icon size={18} stroke={1.7} />
      </ActionIcon>
    </Tooltip>
  )
}
