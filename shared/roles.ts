/** The roles a person can hold on a drive or a page, from least to most. */
export const ROLES = ['viewer', 'commenter', 'editor', 'admin', 'owner'] as const

/** What somebody may do: each role includes everything the roles below it may do. */
export type Role = (typeof ROLES)[number]

/** The roles that an admin can give to a member; `owner` comes with creating the drive. */
export const MEMBER_ROLES = ['viewer', 'commenter', 'editor', 'admin'] as const

/** The roles that a service account can have: a program never administers. */
export const SERVICE_ROLES = ['viewer', 'commenter', 'editor'] as const

/** The roles that a share link can carry: a guest never administers. */
export const LINK_ROLES = ['viewer', 'commenter', 'editor'] as const

export type MemberRole = (typeof MEMBER_ROLES)[number]
export type ServiceRole = (typeof SERVICE_ROLES)[number]
export type LinkRole = (typeof LINK_ROLES)[number]

/** Whether `role` includes everything that `needed` may do. */
export function isAtLeast(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed)
}
