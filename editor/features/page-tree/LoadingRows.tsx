import { Skeleton } from '@mantine/core'
import classes from './PageTree.module.css'

/** Where pages will stand in a moment. */
export function LoadingRows() {
  return (
    <div className={classes.loading} role="status" aria-label="Loading pages">
      {[72, 54, 63].map((width) => (
        <Skeleton key={width} height={10} width={`${width}%`} radius="xl" />
      ))}
    </div>
  )
}
