import { describe, expect, test } from 'vitest'
import { canAdminister, canEdit } from '../../server/access/decide-access.ts'
import { isAtLeast, LINK_ROLES, MEMBER_ROLES, ROLES, type Role } from '../../shared/roles.ts'

/** For each role, what it includes; written out, so that a change of the order is noticed. */
const INCLUDES: Record<Role, readonly Role[]> = {
  viewer: ['viewer'],
  commenter: ['viewer', 'commenter'],
  editor: ['viewer', 'commenter', 'editor'],
  admin: ['viewer', 'commenter', 'editor', 'admin'],
  owner: ['viewer', 'commenter', 'editor', 'admin', 'owner'],
}

describe('roles', () => {
  test.each(ROLES.flatMap((role) => ROLES.map((needed) => ({ role, needed }))))(
    'A1 · $role where $needed is needed',
    ({ role, needed }) => {
      expect(isAtLeast(role, needed)).toBe(INCLUDES[role].includes(needed))
    },
  )

  test('A2 · only editors and above may change a page', () => {
    expect(ROLES.filter(canEdit)).toEqual(['editor', 'admin', 'owner'])
  })

  test('A2 · only admins and owners may give others access', () => {
    expect(ROLES.filter(canAdminister)).toEqual(['admin', 'owner'])
  })

  test('A2 · nobody is made an owner, and no link makes an admin', () => {
    expect(MEMBER_ROLES).not.toContain('owner')
    expect(LINK_ROLES.filter((role) => isAtLeast(role, 'admin'))).toEqual([])
  })
})
