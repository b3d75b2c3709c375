import { z } from 'zod'
import type { RequestContract } from './contract.ts'
import { ackSchema } from './envelope.ts'
import { pagePresenceSchema, presentUserSchema } from './presence.ts'

/**
 * Requests to follow a drive or a page. The client names the thing; the server derives the room, from the
 * id as PostgreSQL writes it.
 */
export const joinDriveSchema = z.object({ driveId: z.uuid().toLowerCase() })
export const joinPageSchema = z.object({ pageId: z.uuid().toLowerCase() })

/** Leaving answers nothing but `ok`. */
export const okAckSchema = ackSchema({})

/** Joining a drive answers the revision to compare later facts with, and who is on the pages one may view. */
export const joinDriveAckSchema = ackSchema({ revision: z.int(), presence: z.array(pagePresenceSchema) })

/** Joining a page also answers the revision of its messages, and who is on it already. */
export const joinPageAckSchema = ackSchema({
  revision: z.int(),
  messagesRevision: z.int(),
  users: z.array(presentUserSchema),
})

export const roomRequests = {
  join_drive: {
    summary: 'Follow what happens in a drive; answers the revision it stands at and who is on its pages.',
    who: 'members of the drive',
    payload: joinDriveSchema,
    ack: joinDriveAckSchema,
    errors: ['not-found'],
    rate: 'room',
  },
  leave_drive: {
    summary: 'Stop following a drive.',
    who: 'anyone; leaving what one has not joined changes nothing',
    payload: joinDriveSchema,
    ack: okAckSchema,
    errors: [],
    rate: 'room',
  },
  join_page: {
    summary:
      'Follow a page and be shown on it; answers its drive’s revision, its messages’, and who is on it.',
    who: 'anyone who may view the page',
    payload: joinPageSchema,
    ack: joinPageAckSchema,
    errors: ['not-found'],
    rate: 'room',
  },
  leave_page: {
    summary: 'Stop following a page.',
    who: 'anyone; leaving what one has not joined changes nothing',
    payload: joinPageSchema,
    ack: okAckSchema,
    errors: [],
    rate: 'room',
  },
} as const satisfies Record<string, RequestContract>
