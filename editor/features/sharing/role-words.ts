import type { Role } from '../../../shared/roles.ts'

/** What each role is called, and what it means for a page. */
export const ROLE_WORDS: Record<Role, { name: string; can: string }> = {
  viewer: { name: 'Viewer', can: 'can read' },
  commenter: { name: 'Commenter', can: 'can read and comment' },
  editor: { name: 'Editor', can: 'can write' },
  admin: { name: 'Admin', can: 'can write and let others in' },
  owner: { name: 'Owner', can: 'can do everything' },
}

/** The options of a role select: the short name to show when chosen. */
export function listRoleOptions<Choice extends Role>(
  roles: readonly Choice[],
): { value: Choice; label: string }[] {
  return roles.map((value) => ({ value, label: ROLE_WORDS[value].name }))
}
