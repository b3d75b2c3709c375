import { Tooltip } from '@mantine/core'
import {
  IconAlertTriangle,
  IconCheck,
  IconCloudOff,
  IconDots,
  IconEye,
  IconLoader2,
  IconPlugConnectedX,
} from '@tabler/icons-react'
import type { SaveState } from '../../collaboration/save-state.ts'
import classes from './SaveStateLine.module.css'
import { describeSaveState } from './save-words.ts'

const ICONS = {
  loading: IconDots,
  saved: IconCheck,
  saving: IconLoader2,
  offline: IconCloudOff,
  'storage-unavailable': IconAlertTriangle,
  'read-only': IconEye,
  refused: IconPlugConnectedX,
} as const satisfies Record<SaveState['kind'], unknown>

/** One honest line: where the text is. */
export function SaveStateLine({ state }: { state: SaveState }) {
  const { words, detail } = describeSaveState(state)
  const Icon = ICONS[state.kind]
  return (
    <Tooltip label={detail} multiline maw={280}>
      <span className={classes.line} data-state={state.kind}>
        <Icon size={15} stroke={2} className={classes.icon} aria-hidden="true" />
        <span role="status" className={classes.words} data-testid="save-state" data-state={state.kind}>
          {words}
        </span>
      </span>
    </Tooltip>
  )
}
