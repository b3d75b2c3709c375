import { useQuery } from '@tanstack/react-query'
import type { PageWithRole } from '../../../shared/api/pages.ts'
import { usePerson } from '../../app/person.ts'
import { queryKeys } from '../../app/query-keys.ts'
import { usePresence } from '../../realtime/use-presence.ts'

/** Somebody who can be mentioned. */
export interface Mentionable {
  readonly userId: string
  readonly name: string
  readonly color: string
}

/** Who can be mentioned on a page besides oneself: the members of its drive, and whoever is there. */
export function useMentionable(page: PageWithRole | undefined): Mentionable[] {
  const { api, userId, isGuest } = usePerson()
  const present = usePresence(page?.id ?? '')
  const driveId = page?.driveId ?? ''
  const members = useQuery({
    queryKey: queryKeys.members(driveId),
    queryFn: () => api.listMembers(driveId),
    enabled: driveId !== '' && !isGuest,
    // Whoever was only given the page may not see who belongs to the drive.
    retry: false,
  })
  const known = [...(members.data?.items ?? []).filter(({ kind }) => kind === 'user'), ...present]
  const byId = new Map(known.map((person) => [person.userId, person]))
  byId.delete(userId)
  return [...byId.values()]
}
