import type { ReactNode } from 'react'
import classes from './CountedIcon.module.css'

/** A button's icon with how much there is behind it; nothing where there is nothing. The button's name says it too. */
export function CountedIcon({ count, children }: { count: number; children: ReactNode }) {
  return (
    <span className={classes.icon} aria-hidden="true">
      {children}
      {/* Drawn, not text, for the same reason. */}
      {count > 0 && <span className={classes.count} data-count={count > 99 ? '99+' : count} />}
    </span>
  )
}
