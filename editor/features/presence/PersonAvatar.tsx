import { computeInitials } from './initials.ts'
import classes from './PersonAvatar.module.css'

/** Somebody's initials on their own colour, the one that their caret has. */
export function PersonAvatar({ name, color, size = 30 }: { name: string; color: string; size?: number }) {
  return (
    <span
      className={classes.avatar}
      style={{ background: color, width: size, height: size, fontSize: size * 0.38 }}
      aria-hidden="true"
      // Drawn, not text: they are no part of the name that somebody says to a button.
      data-initials={computeInitials(name)}
    />
  )
}
