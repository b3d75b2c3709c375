import { ActionIcon, Tooltip } from '@mantine/core'
import { IconMessage } from '@tabler/icons-react'
import classes from './CommentsToggle.module.css'
import { useComments } from './comments-context.ts'

/** Shows and hides the comments, and says how many are open. */
export function CommentsToggle() {
  const { threads, isShown, toggle } = useComments()
  const open = threads.filter(({ resolvedAt }) => resolvedAt === null).length
  const label = isShown ? 'Hide comments' : open === 0 ? 'Show comments' : `Show comments (${open})`
  return (
    <Tooltip label={label}>
      <ActionIcon
        aria-label={label}
        aria-expanded={isShown}
        className={classes.toggle}
        onClick={toggle}
        data-testid="comments-toggle"
      >
        <IconMessage size={19} stroke={1.6} />
        {open > 0 && (
          <span className={classes.count} aria-hidden="true">
            {open}
          </span>
        )}
      </ActionIcon>
    </Tooltip>
  )
}
