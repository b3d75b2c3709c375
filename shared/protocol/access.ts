import { z } from 'zod'
import { memberSchema } from '../api/drives.ts'
import { ROLES } from '../roles.ts'
import type { FactContract } from './contract.ts'

/** Why somebody's access changed. */
export const ACCESS_CHANGE_REASONS = [
  'member-added',
  'member-role-changed',
  'member-removed',
  'ownership-transferred',
  'drive-deleted',
  'grant-set',
  'grant-removed',
  'page-restricted',
  'page-opened-up',
  'page-moved',
  'share-link-opened',
  'share-link-revoked',
  'share-link-expired',
] as const
export type AccessChangeReason = (typeof ACCESS_CHANGE_REASONS)[number]

const memberFactSchema = z.object({ eventId: z.uuid(), driveId: z.uuid(), revision: z.int() })

/** About one person's own access to a page and what lies below it or, with `pageId` null, to a drive. */
const accessFactSchema = memberFactSchema.extend({
  pageId: z.uuid().nullable(),
  reason: z.enum(ACCESS_CHANGE_REASONS),
})

const toDrive = {
  who: 'members who follow the drive, and the person concerned',
  rooms: ['drive', 'user'],
} as const
const toPerson = { who: 'the person concerned, on every connection', rooms: ['user'] } as const

/** Facts about members and about one's own access. `revision` is the drive's. */
export const accessFacts = {
  member_added: {
    ...{ summary: 'Somebody belongs to a drive now.', ...toDrive },
    payload: memberFactSchema.extend({ member: memberSchema }),
  },
  member_updated: {
    ...{ summary: 'A member has another role now.', ...toDrive },
    payload: memberFactSchema.extend({ member: memberSchema }),
  },
  member_removed: {
    ...{ summary: 'Somebody does not belong to a drive any more.', ...toDrive },
    payload: memberFactSchema.extend({ userId: z.uuid() }),
  },
  access_changed: {
    summary: 'I have a role now, on a page and below it or on a drive, that I did not have before.',
    ...toPerson,
    payload: accessFactSchema.extend({ role: z.enum(ROLES) }),
  },
  access_revoked: {
    summary: 'I have no access any more: rooms, document and entry in the tree are gone already.',
    ...toPerson,
    payload: accessFactSchema,
  },
} as const satisfies Record<string, FactContract>
