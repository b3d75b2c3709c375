import classes from './Wordmark.module.css'

/** The name, with the caret that belongs to it. */
export function Wordmark({ size = 'md' }: { size?: 'md' | 'lg' }) {
  return (
    <span className={classes.wordmark} data-size={size}>
      Copydesk
      <span className={classes.caret} aria-hidden="true" />
    </span>
  )
}
