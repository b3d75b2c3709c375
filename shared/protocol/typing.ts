import { z } from 'zod'
import type { FactContract, RequestContract } from './contract.ts'
import { ackSchema } from './envelope.ts'

/** How long somebody is shown as typing after they last said so, ms: say it again before that. */
export const TYPING_LIFETIME_MS = 5_000

const typingSchema = z.object({ pageId: z.uuid().toLowerCase() })
const who = 'everyone who has joined the page'

export const typingRequests = {
  start_typing: {
    summary: 'Say that one is writing a message; it expires by itself after 5 seconds.',
    ...{ who, payload: typingSchema, ack: ackSchema({}), errors: ['not-found'], rate: 'signal' },
  },
  stop_typing: {
    summary: 'Say that one has stopped writing; without having started it changes nothing.',
    ...{ who, payload: typingSchema, ack: ackSchema({}), errors: ['not-found'], rate: 'signal' },
  },
} as const satisfies Record<string, RequestContract>

const factSchema = z.object({ eventId: z.uuid(), pageId: z.uuid(), userId: z.uuid() })
const hearers = 'everyone on the page but the typing connection'

export const typingFacts = {
  typing_started: {
    summary: 'A person began to write a message in one of their tabs.',
    ...{ who: hearers, rooms: ['page'], payload: factSchema },
  },
  typing_stopped: {
    summary: 'A person writes in none of their tabs any more: they stopped, paused for 5 seconds, or left.',
    ...{ who: hearers, rooms: ['page'], payload: factSchema },
  },
} as const satisfies Record<string, FactContract>
