import { describe, expect, test } from 'vitest'
import type { AccessDecision } from '../../server/access/decide-access.ts'
import { narrowDecision, narrowDriveRole } from '../../server/access/narrow-decision.ts'
import { isSameNarrowing, type Narrowing } from '../../server/auth/narrowing.ts'
import { isAtLeast, ROLES, type Role } from '../../shared/roles.ts'

const PLACE = { driveId: 'drive', pathIds: ['page', 'parent'] }
const granted = (role: Role) => ({ kind: 'granted', role, until: null }) as unknown as AccessDecision

describe('A1 · a token that names its places', () => {
  test.each<[string, Narrowing, boolean]>([
    ['the drive', { drives: ['drive'] }, true],
    ['another drive', { drives: ['other'] }, false],
    ['no drive', { drives: [] }, false],
    ['the page', { pages: ['page'] }, true],
    ['the page above', { pages: ['parent'] }, true],
    ['another page', { pages: ['other'] }, false],
    ['no page', { pages: [] }, false],
    ['another drive, and the page', { drives: ['other'], pages: ['page'] }, true],
    ['the drive, and another page', { drives: ['drive'], pages: ['other'] }, true],
    ['neither', { drives: ['other'], pages: ['other'] }, false],
    ['nothing', {}, true],
  ])('%s', (_what, narrowing, isInside) => {
    expect(narrowDecision(granted('editor'), PLACE, narrowing)).toEqual(
      isInside ? granted('editor') : { kind: 'not-found' },
    )
    const deleted = narrowDecision({ kind: 'page-deleted' }, PLACE, narrowing)
    expect(deleted.kind).toBe(isInside ? 'page-deleted' : 'not-found')
  })

  test('has no role in a drive by its pages', () => {
    expect(narrowDriveRole('owner', 'drive', { pages: ['page'] })).toBeNull()
    expect(narrowDriveRole('owner', 'drive', { drives: ['other'] })).toBeNull()
    expect(narrowDriveRole('owner', 'drive', { drives: ['drive'] })).toBe('owner')
  })
})

test('A2 · a role is the lower of the person’s and the token’s, whatever they are', () => {
  for (const role of ROLES) {
    for (const most of ROLES) {
      const lower = isAtLeast(role, most) ? most : role
      expect(narrowDecision(granted(role), PLACE, { role: most })).toEqual(granted(lower))
      expect(narrowDriveRole(role, 'drive', { role: most })).toBe(lower)
    }
  }
})

test('A1 · a token gives nothing that the person does not have', () => {
  const narrowing: Narrowing = { pages: ['page'], drives: ['drive'], role: 'owner' }
  for (const kind of ['not-found', 'page-deleted', 'session-ended'] as const)
    expect(narrowDecision({ kind }, PLACE, narrowing)).toEqual({ kind })
  expect(narrowDriveRole(null, 'drive', narrowing)).toBeNull()
})

test('without bounds a decision stays as it is', () => {
  expect(narrowDecision(granted('owner'), PLACE, undefined)).toEqual(granted('owner'))
  expect(narrowDriveRole('owner', 'drive', undefined)).toBe('owner')
})

test('two tokens are as narrow when they name the same, in whatever order', () => {
  expect(isSameNarrowing({ pages: ['a', 'b'] }, { pages: ['b', 'a'] })).toBe(true)
  expect(isSameNarrowing(undefined, undefined)).toBe(true)
  for (const other of [undefined, {}, { pages: ['a'] }, { pages: ['a', 'b'], role: 'viewer' as const }])
    expect(isSameNarrowing({ pages: ['a', 'b'] }, other)).toBe(false)
})
