import { Button } from '@mantine/core'
import { useComments } from './comments-context.ts'

/** Shows and hides the threads that are settled; nothing where there are none. */
export function SettledToggle() {
  const { threads, areSettledShown, toggleSettled } = useComments()
  const settled = threads.filter(({ resolvedAt }) => resolvedAt !== null).length
  if (settled === 0) return null
  return (
    <Button size="compact-sm" variant="subtle" color="gray" onClick={toggleSettled}>
      {areSettledShown ? 'Hide what is settled' : `Show what is settled (${settled})`}
    </Button>
  )
}
