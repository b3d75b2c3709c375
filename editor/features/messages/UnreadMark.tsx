import classes from './UnreadMark.module.css'
import { useUnreadCount } from './use-unread.ts'

/** How much is unread on a page; nothing if all is read. */
export function UnreadMark({ pageId }: { pageId: string }) {
  const count = useUnreadCount(pageId)
  if (count === 0) return null
  return (
    <span className={classes.mark} role="img" aria-label={`${count} unread`} data-testid="unread">
      {count > 99 ? '99+' : count}
    </span>
  )
}
