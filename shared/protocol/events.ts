import type { z } from 'zod'
import { type PageFacts, pageFactSchemas } from './pages.ts'
import {
  type JoinDriveAck,
  type JoinPageAck,
  joinDriveSchema,
  joinPageSchema,
  type OkAck,
  type PresenceFacts,
  presenceFactSchemas,
} from './rooms.ts'

/** Every request that a client can make, with the schema that the server parses its payload with. */
export const requestSchemas = {
  join_drive: joinDriveSchema,
  leave_drive: joinDriveSchema,
  join_page: joinPageSchema,
  leave_page: joinPageSchema,
} as const

type Acks = { join_drive: JoinDriveAck; leave_drive: OkAck; join_page: JoinPageAck; leave_page: OkAck }

/** Every fact that the server can send, with the schema its payload follows. */
export const factSchemas = { ...pageFactSchemas, ...presenceFactSchemas } as const

export type RequestName = keyof typeof requestSchemas
export type RequestPayload<Name extends RequestName> = z.infer<(typeof requestSchemas)[Name]>
export type RequestAck<Name extends RequestName> = Acks[Name]

export type Facts = PageFacts & PresenceFacts
export type FactName = keyof Facts

/** The maps that type both ends of a Socket.IO connection. */
export type ClientToServerEvents = {
  [Name in RequestName]: (payload: RequestPayload<Name>, ack: (answer: RequestAck<Name>) => void) => void
}
export type ServerToClientEvents = { [Name in FactName]: (payload: Facts[Name]) => void }
