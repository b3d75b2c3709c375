import type { ReactNode } from 'react'
import classes from './Message.module.css'

/** A whole-area message: what happened, what it means, and what to do now. */
export function Message({ title, text, children }: { title: string; text: string; children?: ReactNode }) {
  return (
    <section className={classes.message}>
      <span className={classes.mark} aria-hidden="true" />
      <h1 className={classes.title}>{title}</h1>
      <p className={classes.text}>{text}</p>
      {children && <div className={classes.actions}>{children}</div>}
    </section>
  )
}
