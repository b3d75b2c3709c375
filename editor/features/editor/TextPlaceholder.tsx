import { Skeleton } from '@mantine/core'
import { useEffect, useState } from 'react'
import classes from './TextPlaceholder.module.css'

/** Lines that were there for no longer than this, ms, would only flicker; and drawing them costs the text its time. */
const QUICK_MS = 250
const WIDTHS = [96, 88, 93, 60, 91, 84]

/** Where the text will stand; without a network, why it does not yet. */
export function TextPlaceholder({ isOffline }: { isOffline: boolean }) {
  const [isSlow, setSlow] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), QUICK_MS)
    return () => clearTimeout(timer)
  }, [])
  if (isOffline) {
    return (
      <p className={classes.offline}>
        This page is not on this device yet. It opens as soon as the server can be reached.
      </p>
    )
  }
  return (
    <div className={classes.lines} role="status" aria-label="The text is loading">
      {isSlow && WIDTHS.map((width) => <Skeleton key={width} height={12} width={`${width}%`} radius="xl" />)}
    </div>
  )
}
