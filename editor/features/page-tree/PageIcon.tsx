import { IconFileText } from '@tabler/icons-react'
import classes from './PageIcon.module.css'

/** The sign of a page: the emoji that somebody chose, else a sheet of paper. */
export function PageIcon({ icon, size = 16 }: { icon: string | null; size?: number }) {
  // Names such as "book" may stand there too; nothing here draws them yet.
  if (icon === null || /^[a-z]/.test(icon))
    return <IconFileText size={size} stroke={1.5} className={classes.sheet} aria-hidden="true" />
  return (
    <span className={classes.emoji} style={{ fontSize: size - 2, width: size }} aria-hidden="true">
      {icon}
    </span>
  )
}
