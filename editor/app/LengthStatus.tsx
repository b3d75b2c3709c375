import { VisuallyHidden } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'

/** How long nobody has typed before it is read out, ms: not at each letter. */
const PAUSE_MS = 1_000

/** Reads out what a field says of the length of its text; it stands below the field for those who see it. */
export function LengthStatus({ words }: { words: string | null }) {
  const [said] = useDebouncedValue(words, PAUSE_MS)
  return <VisuallyHidden role="status">{said}</VisuallyHidden>
}
