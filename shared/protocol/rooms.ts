import { z } from 'zod'
import { errorAckSchema } from './envelope.ts'

/**
 * Requests to follow a drive or a page. The client names the thing; the server derives the room, from the
 * id as PostgreSQL writes it.
 */
export const joinDriveSchema = z.object({ driveId: z.uuid().toLowerCase() })
export const joinPageSchema = z.object({ pageId: z.uuid().toLowerCase() })

/** Somebody who has a page open: one entry a person, however many tabs they have. */
export const presentUserSchema = z.object({
  userId: z.uuid(),
  kind: z.enum(['user', 'guest']),
  name: z.string(),
  color: z.string(),
})
export type PresentUser = z.infer<typeof presentUserSchema>

/** Leaving answers nothing but `ok`. */
export const okAckSchema = z.discriminatedUnion('ok', [z.object({ ok: z.literal(true) }), errorAckSchema])

/** Joining a drive answers the revision to compare later facts with. */
export const joinDriveAckSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), revision: z.int() }),
  errorAckSchema,
])

/** Joining a page also answers who is on it already. */
export const joinPageAckSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), revision: z.int(), users: z.array(presentUserSchema) }),
  errorAckSchema,
])
export type OkAck = z.infer<typeof okAckSchema>
export type JoinDriveAck = z.infer<typeof joinDriveAckSchema>
export type JoinPageAck = z.infer<typeof joinPageAckSchema>

/** A person's first tab arrived on a page, or their last one left. Sent to the page's room. */
export const userJoinedSchema = z.object({ eventId: z.uuid(), pageId: z.uuid(), user: presentUserSchema })
export const userLeftSchema = z.object({ eventId: z.uuid(), pageId: z.uuid(), userId: z.uuid() })

export const presenceFactSchemas = { user_joined: userJoinedSchema, user_left: userLeftSchema } as const
export type PresenceFactName = keyof typeof presenceFactSchemas
export type PresenceFacts = { [Name in PresenceFactName]: z.infer<(typeof presenceFactSchemas)[Name]> }
