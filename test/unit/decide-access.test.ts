import { describe, expect, test } from 'vitest'
import {
  type AccessFacts,
  decideAccess,
  type LinkFacts,
  type PathStep,
} from '../../server/access/decide-access.ts'
import { isAtLeast, LINK_ROLES, type LinkRole, MEMBER_ROLES, ROLES, type Role } from '../../shared/roles.ts'

/** The role that somebody has with a role in the drive (row) and through a share link (column). */
const COMBINED: Record<Role | 'none', Record<LinkRole | 'none', Role | null>> = {
  none: { none: null, viewer: 'viewer', commenter: 'commenter', editor: 'editor' },
  viewer: { none: 'viewer', viewer: 'viewer', commenter: 'commenter', editor: 'editor' },
  commenter: { none: 'commenter', viewer: 'commenter', commenter: 'commenter', editor: 'editor' },
  editor: { none: 'editor', viewer: 'editor', commenter: 'editor', editor: 'editor' },
  admin: { none: 'admin', viewer: 'admin', commenter: 'admin', editor: 'admin' },
  owner: { none: 'owner', viewer: 'owner', commenter: 'owner', editor: 'owner' },
}

interface Case {
  readonly member: keyof typeof COMBINED
  readonly link: LinkRole | 'none'
  readonly combined: Role | null
}

const CASES: Case[] = (Object.keys(COMBINED) as Case['member'][]).flatMap((member) =>
  (Object.keys(COMBINED[member]) as Case['link'][]).map((link) => ({
    member,
    link,
    combined: COMBINED[member][link],
  })),
)

const NOW = new Date('2026-01-01T12:00:00Z')
const BEFORE = new Date('2026-01-01T11:59:59Z')
const LATER = new Date('2026-01-01T13:00:00Z')
const MUCH_LATER = new Date('2026-01-02T00:00:00Z')

const step = (changes: Partial<PathStep> = {}): PathStep => ({
  ...{ restricted: false, grantRole: null, links: [] },
  ...changes,
})
const link = (role: LinkRole, expiresAt: Date | null = null): LinkFacts => ({ role, expiresAt })

function decide(found: Case, session: AccessFacts['session'], page: AccessFacts['page']) {
  return decideAccess({
    ...{ session, page, now: NOW },
    memberRole: found.member === 'none' ? null : found.member,
    path: [step({ links: found.link === 'none' ? [] : [link(found.link)] })],
  })
}

describe('with a session that lives, on a page that is there', () => {
  test.each(CASES)('A1 · member as $member, link as $link: $combined', (facts) => {
    expect(decide(facts, 'active', 'present')).toEqual(
      facts.combined === null
        ? { kind: 'not-found' }
        : { kind: 'granted', role: facts.combined, until: null },
    )
  })
})

describe('with a session that lives, on a deleted page', () => {
  test.each(CASES)('A1 · member as $member, link as $link is told only if it was theirs', (facts) => {
    expect(decide(facts, 'active', 'deleted')).toEqual({
      kind: facts.combined === null ? 'not-found' : 'page-deleted',
    })
  })
})

describe('with a session that lives, on a page that never was', () => {
  test.each(CASES)('A1 · member as $member, link as $link: not found', (facts) => {
    expect(decide(facts, 'active', 'unknown')).toEqual({ kind: 'not-found' })
  })
})

describe('with a session that has ended', () => {
  test.each(CASES)('A3 · member as $member, link as $link may do nothing, anywhere', (facts) => {
    for (const page of ['present', 'deleted', 'unknown'] as const) {
      expect(decide(facts, 'ended', page)).toEqual({ kind: 'session-ended' })
    }
  })
})

describe('by name', () => {
  const roleOf = (memberRole: Role | null, ...path: PathStep[]) => {
    const decision = decideAccess({ session: 'active', page: 'present', now: NOW, memberRole, path })
    return decision.kind === 'granted' ? decision.role : null
  }

  const higher = (a: Role | null, b: Role | null) => (a === null || (b !== null && isAtLeast(b, a)) ? b : a)
  const EVERY_MEMBER = [null, ...ROLES]
  const EVERY_GRANT = [null, ...MEMBER_ROLES]
  const PAIRS = EVERY_MEMBER.flatMap((member) => EVERY_GRANT.map((grant) => ({ member, grant })))

  test.each(PAIRS)('A1 A2 · as $member in the drive and $grant on the page: the higher one', (facts) => {
    const { member, grant } = facts
    expect(roleOf(member, step({ grantRole: grant }))).toBe(higher(member, grant))
    expect(roleOf(member, step({ grantRole: grant }), step(), step())).toBe(higher(member, grant))
  })

  test.each(PAIRS)('A1 A2 · as $member in the drive and $grant further up: it leads down', (facts) => {
    const { member, grant } = facts
    expect(roleOf(member, step(), step(), step({ grantRole: grant }))).toBe(higher(member, grant))
  })

  /** What is left of a role in the drive where a page is restricted. */
  const left = (member: Role | null) => (member === 'admin' || member === 'owner' ? member : null)

  test.each(PAIRS)('A1 A2 · as $member in the drive and $grant on a restricted page', ({ member, grant }) => {
    const own = step({ restricted: true, grantRole: grant })
    expect(roleOf(member, own)).toBe(higher(left(member), grant))
    expect(roleOf(member, step(), own, step())).toBe(higher(left(member), grant))
  })

  test.each(PAIRS)(
    'A1 A2 · as $member in the drive and $grant below a restricted page',
    ({ member, grant }) => {
      const path = [step({ grantRole: grant }), step({ restricted: true }), step()]
      expect(roleOf(member, ...path)).toBe(higher(left(member), grant))
    },
  )

  test.each(PAIRS)(
    'A1 · as $member in the drive and $grant above a restricted page: it stops there',
    (facts) => {
      const { member, grant } = facts
      const above = step({ grantRole: grant })
      expect(roleOf(member, step({ restricted: true }), above)).toBe(left(member))
      expect(roleOf(member, step(), step({ restricted: true }), above)).toBe(left(member))
      // Of two restricted pages the inner one is the one that counts.
      const outer = step({ restricted: true, grantRole: grant })
      expect(roleOf(member, step({ restricted: true }), outer)).toBe(left(member))
    },
  )

  test.each(LINK_ROLES)('A1 · a link as %s leads into nothing that is restricted', (role) => {
    const shared = { links: [link(role)] }
    expect(roleOf(null, step({ ...shared, restricted: true }))).toBe(null)
    expect(roleOf(null, step(shared), step({ restricted: true }))).toBe(null)
    expect(roleOf(null, step({ restricted: true }), step(shared))).toBe(null)
    expect(roleOf(null, step(shared), step())).toBe(role)
  })
})

describe('through links that end', () => {
  const decideWith = (
    links: LinkFacts[],
    memberRole: Role | null = null,
    grantRole: 'editor' | null = null,
  ) =>
    decideAccess({
      ...{ session: 'active', page: 'present', now: NOW, memberRole },
      path: [step({ grantRole }), step({ links })],
    })
  const granted = (role: Role, until: Date | null) => ({ kind: 'granted', role, until })

  test('A3 · one that has ended gives nothing, to the moment', () => {
    expect(decideWith([link('editor', BEFORE)])).toEqual({ kind: 'not-found' })
    expect(decideWith([link('editor', NOW)])).toEqual({ kind: 'not-found' })
    expect(decideWith([link('editor', BEFORE)], 'viewer')).toEqual(granted('viewer', null))
  })

  test('A3 · one that will end says when to decide again', () => {
    expect(decideWith([link('editor', LATER)])).toEqual(granted('editor', LATER))
    expect(decideWith([link('editor', LATER)], 'viewer')).toEqual(granted('editor', LATER))
  })

  test('A3 · nothing ends by itself where something else gives as much for good', () => {
    expect(decideWith([link('editor', LATER)], 'editor')).toEqual(granted('editor', null))
    expect(decideWith([link('viewer', LATER)], null, 'editor')).toEqual(granted('editor', null))
    expect(decideWith([link('editor', LATER), link('editor')])).toEqual(granted('editor', null))
  })

  test('A3 · of several that give the same the last one counts; a lower one does not make it longer', () => {
    expect(decideWith([link('editor', LATER), link('editor', MUCH_LATER)])).toEqual(
      granted('editor', MUCH_LATER),
    )
    expect(decideWith([link('editor', LATER), link('viewer', MUCH_LATER)])).toEqual(granted('editor', LATER))
    expect(decideWith([link('editor', LATER), link('viewer')])).toEqual(granted('editor', LATER))
  })
})
