import { z } from 'zod'
import { USER_KINDS } from '../api/auth.ts'
import type { FactContract, RequestContract } from './contract.ts'
import { ackSchema } from './envelope.ts'

/** Whether somebody has touched anything lately, as their own client says. */
export const presenceStatusSchema = z.enum(['active', 'idle'])
export type PresenceStatus = z.infer<typeof presenceStatusSchema>

/** Somebody who has a page open: one entry a person, however many tabs they have. */
export const presentUserSchema = z.object({
  userId: z.uuid(),
  kind: z.enum(USER_KINDS),
  name: z.string(),
  color: z.string(),
  /** `active` when any of their tabs is. */
  status: presenceStatusSchema,
})
export type PresentUser = z.infer<typeof presentUserSchema>

/** Who is on one page; nobody, when the last one left. */
export const pagePresenceSchema = z.object({ pageId: z.uuid(), users: z.array(presentUserSchema) })
export type PagePresence = z.infer<typeof pagePresenceSchema>

export const presenceRequests = {
  set_presence: {
    summary: 'Say whether one is active or idle on the pages that this connection has joined or will join.',
    who: 'anyone connected',
    payload: z.object({ status: presenceStatusSchema }),
    ack: ackSchema({}),
    errors: [],
    rate: 'signal',
  },
} as const satisfies Record<string, RequestContract>

export const presenceFacts = {
  user_joined: {
    summary: 'A person’s first tab arrived on a page.',
    who: 'everyone on the page but the arriving connection, whose acknowledgement lists who is there',
    rooms: ['page'],
    payload: z.object({ eventId: z.uuid(), pageId: z.uuid(), user: presentUserSchema }),
  },
  user_left: {
    summary: 'A person’s last tab left a page.',
    who: 'everyone on the page',
    rooms: ['page'],
    payload: z.object({ eventId: z.uuid(), pageId: z.uuid(), userId: z.uuid() }),
  },
  user_list_updated: {
    summary: 'Somebody on a page became active or idle: the whole list, at most once a second.',
    who: 'everyone on the page',
    rooms: ['page'],
    payload: z.object({ eventId: z.uuid(), pageId: z.uuid(), users: z.array(presentUserSchema) }),
  },
  drive_presence_updated: {
    summary: 'Who is on the pages of a drive where that changed, at most once a second.',
    who: 'members who follow the drive; each is told of the pages that they may view',
    rooms: ['drive'],
    payload: z.object({ eventId: z.uuid(), driveId: z.uuid(), pages: z.array(pagePresenceSchema) }),
  },
} as const satisfies Record<string, FactContract>
