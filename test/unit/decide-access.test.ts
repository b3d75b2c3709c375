import { describe, expect, test } from 'vitest'
import { type AccessFacts, decideAccess } from '../../server/access/decide-access.ts'
import type { LinkRole, Role } from '../../shared/roles.ts'

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

function decide({ member, link }: Case, session: AccessFacts['session'], page: AccessFacts['page']) {
  return decideAccess({
    session,
    page,
    memberRole: member === 'none' ? null : member,
    linkRole: link === 'none' ? null : link,
  })
}

describe('with a session that lives, on a page that is there', () => {
  test.each(CASES)('A1 · member as $member, link as $link: $combined', (facts) => {
    expect(decide(facts, 'active', 'present')).toEqual(
      facts.combined === null ? { kind: 'not-found' } : { kind: 'granted', role: facts.combined },
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
