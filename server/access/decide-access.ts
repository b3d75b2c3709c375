import { isAtLeast, type LinkRole, type MemberRole, type Role } from '../../shared/roles.ts'

/** One page on the way from a page up to the top of its tree, and what it gives to the person. */
export interface PathStep {
  /** What is given further up does not lead into this page or below it, except to those who administer the drive. */
  readonly restricted: boolean
  /** The role that the person was named with on this page. */
  readonly grantRole: MemberRole | null
  /** The share links to this page that the person came through and that nobody has revoked. */
  readonly links: readonly LinkFacts[]
}

export interface LinkFacts {
  readonly role: LinkRole
  /** From this moment on the link gives nothing; null if it has no end. */
  readonly expiresAt: Date | null
}

/** Everything that the decision about one person and one page depends on. */
export interface AccessFacts {
  readonly session: 'active' | 'ended'
  readonly page: 'present' | 'deleted' | 'unknown'
  /** The person's role in the page's drive. */
  readonly memberRole: Role | null
  /** The page itself first, then what it lies in, up to the top. */
  readonly path: readonly PathStep[]
  readonly now: Date
}

export type AccessDecision =
  | {
      readonly kind: 'granted'
      readonly role: Role
      /** When this must be decided again because a share link ends; null if nothing ends by itself. */
      readonly until: Date | null
    }
  | { readonly kind: 'session-ended' }
  | { readonly kind: 'page-deleted' }
  /** No such page, or not theirs to know of: outside, the two look alike. */
  | { readonly kind: 'not-found' }

/**
 * Decides what somebody may do with a page. Pure, and the only place where it is decided.
 *
 * The role is the highest of what the drive, grants and share links give. Where the page or one above it is
 * restricted, only grants on the innermost restricted page or below it count, beside the roles of those who
 * administer the drive; share links lead to nothing there.
 */
export function decideAccess(facts: AccessFacts): AccessDecision {
  if (facts.session === 'ended') return { kind: 'session-ended' }
  const lasting = highest([...grantsOf(facts), memberRoleOf(facts)])
  const links = linksOf(facts)
  const role = highest([lasting, ...links.map((link) => link.role)])
  if (facts.page === 'unknown' || role === null) return { kind: 'not-found' }
  if (facts.page === 'deleted') return { kind: 'page-deleted' }
  return { kind: 'granted', role, until: role === lasting ? null : endOf(links, role) }
}

/** Whether a page is restricted by itself or by one that it lies in. */
export function isRestricted(path: readonly Pick<PathStep, 'restricted'>[]): boolean {
  return path.some((step) => step.restricted)
}

function memberRoleOf({ memberRole, path }: AccessFacts): Role | null {
  return isRestricted(path) && (memberRole === null || !canAdminister(memberRole)) ? null : memberRole
}

function grantsOf({ path }: AccessFacts): (Role | null)[] {
  const border = path.findIndex((step) => step.restricted)
  return path.slice(0, border === -1 ? path.length : border + 1).map((step) => step.grantRole)
}

function linksOf({ path, now }: AccessFacts): LinkFacts[] {
  if (isRestricted(path)) return []
  return path.flatMap((step) => step.links).filter(({ expiresAt }) => expiresAt === null || expiresAt > now)
}

/** Until when links give `role`; null if one of them does so without an end. */
function endOf(links: readonly LinkFacts[], role: Role): Date | null {
  let end: Date | null = null
  for (const link of links) {
    if (link.role !== role) continue
    if (link.expiresAt === null) return null
    if (end === null || link.expiresAt > end) end = link.expiresAt
  }
  return end
}

function highest(roles: readonly (Role | null)[]): Role | null {
  let found: Role | null = null
  for (const role of roles) {
    if (role !== null && (found === null || isAtLeast(role, found))) found = role
  }
  return found
}

/** Whether a role may change a page's text, title and place. */
export function canEdit(role: Role): boolean {
  return isAtLeast(role, 'editor')
}

/** Whether a role may give others access. */
export function canAdminister(role: Role): boolean {
  return isAtLeast(role, 'admin')
}
