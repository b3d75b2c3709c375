import { Skeleton } from '@mantine/core'
import classes from './TextPlaceholder.module.css'

const WIDTHS = [96, 88, 93, 60, 91, 84]

/** Where the text will stand; without a network, why it does not yet. */
export function TextPlaceholder({ isOffline }: { isOffline: boolean }) {
  if (isOffline) {
    return (
      <p className={classes.offline}>
        This page is not on this device yet. It opens as soon as the server can be reached.
      </p>
    )
  }
  return (
    <div className={classes.lines} role="status" aria-label="The text is loading">
      {WIDTHS.map((width) => (
        <Skeleton key={width} height={12} width={`${width}%`} radius="xl" />
      ))}
    </div>
  )
}
