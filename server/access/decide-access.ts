import { isAtLeast, type LinkRole, type Role } from '../../shared/roles.ts'

/** Everything that the decision about one person and one page depends on. */
export interface AccessFacts {
  readonly session: 'active' | 'ended'
  readonly page: 'present' | 'deleted' | 'unknown'
  /** The person's role in the page's drive. */
  readonly memberRole: Role | null
  /** The role of the share link they came through, if it leads to this page or one above it and still holds. */
  readonly linkRole: LinkRole | null
}

export type AccessDecision =
  | { readonly kind: 'granted'; readonly role: Role }
  | { readonly kind: 'session-ended' }
  | { readonly kind: 'page-deleted' }
  /** No such page, or not theirs to know of: outside, the two look alike. */
  | { readonly kind: 'not-found' }

/** Decides what somebody may do with a page. Pure, and the only place where it is decided. */
export function decideAccess(facts: AccessFacts): AccessDecision {
  if (facts.session === 'ended') return { kind: 'session-ended' }
  const role = highest(facts.memberRole, facts.linkRole)
  if (facts.page === 'unknown' || role === null) return { kind: 'not-found' }
  if (facts.page === 'deleted') return { kind: 'page-deleted' }
  return { kind: 'granted', role }
}

function highest(a: Role | null, b: Role | null): Role | null {
  if (a === null || b === null) return a ?? b
  return isAtLeast(a, b) ? a : b
}

/** Whether a role may change a page's text, title and place. */
export function canEdit(role: Role): boolean {
  return isAtLeast(role, 'editor')
}

/** Whether a role may give others access. */
export function canAdminister(role: Role): boolean {
  return isAtLeast(role, 'admin')
}
