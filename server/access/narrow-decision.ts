import { isAtLeast, type Role } from '../../shared/roles.ts'
import { isNarrowedToPlaces, type Narrowing } from '../auth/narrowing.ts'
import type { AccessDecision } from './decide-access.ts'

/** Where a page is. */
export interface PagePlace {
  readonly driveId: string | null
  /** The page itself and the pages that it lies in. */
  readonly pathIds: readonly string[]
}

/**
 * Holds a decision about a page to what the asker's token may touch. It only ever takes away: outside of the
 * token's places there is no such page, and inside them no role above the token's.
 */
export function narrowDecision<Decision extends AccessDecision>(
  decision: Decision,
  place: PagePlace,
  narrowing: Narrowing | undefined,
): Decision | { readonly kind: 'not-found' } {
  if (narrowing === undefined || decision.kind === 'session-ended') return decision
  const isInside =
    !isNarrowedToPlaces(narrowing) ||
    (place.driveId !== null && narrowing.drives?.includes(place.driveId)) ||
    place.pathIds.some((id) => narrowing.pages?.includes(id))
  if (!isInside) return { kind: 'not-found' }
  if (decision.kind !== 'granted') return decision
  return { ...decision, role: narrowRole(decision.role, narrowing) }
}

/** The same for a role in a drive: a token that names only pages has none there. */
export function narrowDriveRole(
  role: Role | null,
  driveId: string,
  narrowing: Narrowing | undefined,
): Role | null {
  if (role === null || narrowing === undefined) return role
  if (isNarrowedToPlaces(narrowing) && !narrowing.drives?.includes(driveId)) return null
  return narrowRole(role, narrowing)
}

function narrowRole(role: Role, { role: most }: Narrowing): Role {
  return most === undefined || isAtLeast(most, role) ? role : most
}
