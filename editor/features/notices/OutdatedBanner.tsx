import { Button } from '@mantine/core'
import { useRealtimeState } from '../../realtime/use-realtime-state.ts'
import classes from './OutdatedBanner.module.css'

/** Asks for a reload when the server has moved on and does not understand this editor any more. */
export function OutdatedBanner() {
  if (useRealtimeState() !== 'outdated') return null
  return (
    <div className={classes.banner} role="alert" data-testid="outdated">
      <p>
        <strong>There is a newer Copydesk.</strong> Your text is saved as before, but until you reload you do
        not see who else is here.
      </p>
      <Button size="xs" onClick={() => location.reload()}>
        Reload
      </Button>
    </div>
  )
}
