import type { z } from 'zod'
import { accessFacts } from './access.ts'
import { commentFacts, commentRequests } from './comments.ts'
import { messageFacts, messageRequests } from './messages.ts'
import { notificationFacts, notificationRequests } from './notifications.ts'
import { pageFacts, pageRequests } from './pages.ts'
import { presenceFacts, presenceRequests } from './presence.ts'
import { roomRequests } from './rooms.ts'
import { sessionFacts, sessionRequests } from './session.ts'
import { streamFacts, streamRequests } from './streams.ts'
import { systemFacts } from './system.ts'
import { typingFacts, typingRequests } from './typing.ts'

/** Every request that a client can make: one line a topic. */
export const requests = {
  ...roomRequests,
  ...pageRequests,
  ...presenceRequests,
  ...typingRequests,
  ...sessionRequests,
  ...messageRequests,
  ...commentRequests,
  ...notificationRequests,
  ...streamRequests,
} as const

/** Every fact that the server can send: one line a topic. */
export const facts = {
  ...pageFacts,
  ...presenceFacts,
  ...accessFacts,
  ...typingFacts,
  ...sessionFacts,
  ...systemFacts,
  ...messageFacts,
  ...commentFacts,
  ...notificationFacts,
  ...streamFacts,
} as const

export type RequestName = keyof typeof requests
export type RequestPayload<Name extends RequestName> = z.infer<(typeof requests)[Name]['payload']>
export type RequestAck<Name extends RequestName> = z.infer<(typeof requests)[Name]['ack']>

export type FactName = keyof typeof facts
/** What each fact carries. */
export type Facts = { [Name in FactName]: z.infer<(typeof facts)[Name]['payload']> }

/** The maps that type both ends of a Socket.IO connection. */
export type ClientToServerEvents = {
  [Name in RequestName]: (
    payload: z.input<(typeof requests)[Name]['payload']>,
    ack: (answer: RequestAck<Name>) => void,
  ) => void
}
export type ServerToClientEvents = { [Name in FactName]: (payload: Facts[Name]) => void }
