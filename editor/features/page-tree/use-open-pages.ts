import { useLocalStorage } from '@mantine/hooks'
import { useCallback } from 'react'
import { usePerson } from '../../app/person.ts'

/** How many pages are remembered as open; the oldest are closed beyond. */
const MAX_OPEN = 300

/** Where the open pages of somebody are remembered on this device. */
export const toOpenPagesKey = (userId: string): string => `copydesk:open-pages:${userId}`

/** Which pages of the tree show what is below them, and a way to change that. */
export function useOpenPages(): {
  readonly open: readonly string[]
  setOpen(pageIds: readonly string[], isOpen: boolean): void
} {
  const { userId } = usePerson()
  const [open, write] = useLocalStorage<string[]>({
    key: toOpenPagesKey(userId),
    defaultValue: [],
    getInitialValueInEffect: false,
  })
  const setOpen = useCallback(
    (pageIds: readonly string[], isOpen: boolean) =>
      write((before) => {
        const added = isOpen ? pageIds.filter((id) => !before.includes(id)) : []
        const kept = isOpen ? before : before.filter((id) => !pageIds.includes(id))
        if (added.length === 0 && kept.length === before.length) return before
        return [...kept, ...added].slice(-MAX_OPEN)
      }),
    [write],
  )
  return { open, setOpen }
}
