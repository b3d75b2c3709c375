import type { ReactNode } from 'react'
import { Wordmark } from '../shell/Wordmark.tsx'
import classes from './AccountFrame.module.css'

/** The stage for signing in: what Copydesk promises on one side, the form on the other. */
export function AccountFrame({ children }: { children: ReactNode }) {
  return (
    <div className={classes.frame}>
      <aside className={classes.promise}>
        <Wordmark size="lg" />
        <div className={classes.words}>
          <p className={classes.motto}>
            Saved <br />
            means saved.
          </p>
          <p className={classes.detail}>
            Write together on one page. What your co-authors see is on disk already, and what you write
            without a network waits for you.
          </p>
        </div>
        <div className={classes.lines} aria-hidden="true">
          <span />
          <span />
          <span />
        </div>
      </aside>
      <main className={classes.form}>
        <div className={classes.column}>{children}</div>
      </main>
    </div>
  )
}
