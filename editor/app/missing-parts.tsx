import { notifications } from '@mantine/notifications'
import { MissingPart } from './MissingPart.tsx'
import { showNotice } from './show-notice.ts'

interface Missing {
  readonly retry: () => void
  /** Closes what was asked for, if that can be closed. */
  readonly giveUp: (() => void) | undefined
}

const NOTICE = 'missing-part'
const missing = new Set<Missing>()

/** Says in one notice that parts of the app could not be loaded; the answered function takes one of them back. */
export function reportMissing(part: Missing): () => void {
  missing.add(part)
  showNotice({
    id: NOTICE,
    message: <MissingPart onRetry={retryAll} />,
    color: 'yellow',
    autoClose: false,
    onClose: giveUpAll,
  })
  return () => {
    missing.delete(part)
    if (missing.size === 0) notifications.hide(NOTICE)
  }
}

function retryAll(): void {
  for (const { retry } of missing) retry()
}

function giveUpAll(): void {
  for (const { giveUp } of missing) giveUp?.()
}
