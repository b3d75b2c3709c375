import { ActionIcon, Tooltip } from '@mantine/core'
import { IconMessage } from '@tabler/icons-react'
import { CountedIcon } from '../shell/CountedIcon.tsx'
import { useComments } from './comments-context.ts'

/** Shows and hides the comments, and says how many are open. */
export function CommentsToggle() {
  const { threads, isShown, toggle } = useComments()
  const open = threads.filter(({ resolvedAt }) => resolvedAt === null).length
  const label = `${isShown ? 'Hide' : 'Show'} comments${open === 0 ? '' : ` (${open})`}`
  return (
    <Tooltip label={label}>
      <ActionIcon aria-label={label} aria-expanded={isShown} onClick={toggle} data-testid="comments-toggle">
        <CountedIcon count={open}>
          <IconMessage size={19} stroke={1.6} />
        </CountedIcon>
      </ActionIcon>
    </Tooltip>
  )
}
