import { Tooltip } from '@mantine/core'
import { useNetwork } from '@mantine/hooks'
import {
  IconAlertTriangle,
  IconCheck,
  IconCloudOff,
  IconCloudUp,
  IconDots,
  IconEye,
  IconPlugConnectedX,
} from '@tabler/icons-react'
import { startTransition, useEffect, useRef, useState } from 'react'
import type { Role } from '../../../shared/roles.ts'
import { afterText } from '../../app/after-text.ts'
import { useBehindText } from '../../app/person.ts'
import type { SaveState } from '../../collaboration/save-state.ts'
import classes from './SaveStateLine.module.css'
import { describeSaveState } from './save-words.ts'

// None of them moves: what moves is drawn with every frame, and saving goes on for as long as somebody writes.
const ICONS = {
  loading: IconDots,
  saved: IconCheck,
  saving: IconCloudUp,
  offline: IconCloudOff,
  'storage-unavailable': IconAlertTriangle,
  'page-full': IconAlertTriangle,
  'read-only': IconEye,
  refused: IconPlugConnectedX,
} as const satisfies Record<SaveState['kind'], unknown>

/** One honest line: where the text is. */
export function SaveStateLine(props: { state: SaveState; hasText: boolean; role: Role | null }) {
  const { hasText, role } = props
  const calm = useCalm(props.state)
  const hasTimes = useTimes(hasText)
  const isBehindText = useBehindText()
  const line = useRef<HTMLSpanElement>(null)
  const state = calm.kind === 'saved' && !hasTimes ? NOTHING_SAID : calm
  const { online: isOnline } = useNetwork()
  const { words, detail } = describeSaveState(state, { hasText, isOnline, role })
  const Icon = ICONS[state.kind]
  // Nobody wants to be told after every word that it was saved; that it is not, everybody does.
  const isRoutine = state.kind === 'saved' || state.kind === 'saving'
  return (
    <>
      <span ref={line} className={classes.line} data-state={state.kind}>
        <Icon size={15} stroke={2} className={classes.icon} aria-hidden="true" />
        <span
          role="status"
          aria-live={isRoutine ? 'off' : 'polite'}
          className={classes.words}
          data-testid="save-state"
          data-state={state.kind}
        >
          {words}
        </span>
      </span>
      {isBehindText && <Tooltip label={detail} multiline maw={280} target={line} />}
    </>
  )
}

const NOTHING_SAID: SaveState = { kind: 'loading' }

let areTimesHere = false

/**
 * Whether times of day can be written. To write its first one a browser takes as long as for a page of text, so that it
 * comes behind the first text and what is laid out with it.
 */
function useTimes(hasText: boolean): boolean {
  const [isDue, setDue] = useState(areTimesHere)
  useEffect(() => {
    if (!hasText || isDue) return
    afterText(() => {
      areTimesHere = true
      startTransition(() => setDue(true))
    })
  }, [hasText, isDue])
  return isDue
}

const CALM_MS = 400

/** Says Saved only after a moment of quiet, instead of flickering with every letter; everything else at once. */
function useCalm(state: SaveState): SaveState {
  const [shown, setShown] = useState(state)
  const isTooSoon = state.kind === 'saved' && shown.kind === 'saving'
  useEffect(() => {
    if (!isTooSoon) {
      setShown(state)
      return
    }
    const timer = setTimeout(() => setShown(state), CALM_MS)
    return () => clearTimeout(timer)
  }, [state, isTooSoon])
  return isTooSoon ? shown : state
}
