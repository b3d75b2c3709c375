import type { ReactNode } from 'react'
import classes from './Notice.module.css'

/** Something to know before going on (`warn`), or why it did not go on (`danger`, read out at once). */
export function Notice({ tone, children }: { tone: 'warn' | 'danger'; children: ReactNode }) {
  return (
    <p className={classes.notice} data-tone={tone} role={tone === 'danger' ? 'alert' : undefined}>
      {children}
    </p>
  )
}
