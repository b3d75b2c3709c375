import { IconChevronRight } from '@tabler/icons-react'
import classes from './Twist.module.css'

/** Shows and hides what is below a page in a list of pages. */
export function Twist(props: { title: string; isOpen: boolean; onToggle: () => void }) {
  return (
    <button
      type="button"
      className={classes.twist}
      aria-expanded={props.isOpen}
      aria-label={`Pages inside ${props.title}`}
      onClick={props.onToggle}
    >
      <IconChevronRight size={14} stroke={2} aria-hidden="true" />
    </button>
  )
}

/** As much room, where nothing is below. */
export function NoTwist() {
  return <span className={classes.room} />
}
