import { z } from 'zod'
import { personSchema } from '../api/messages.ts'
import { STREAM_STATUSES, streamFailureSchema, streamToolSchema } from '../api/streams.ts'
import type { FactContract, RequestContract } from './contract.ts'
import { ackSchema } from './envelope.ts'

export const streamRequests = {
  cancel_stream: {
    summary:
      'Stop a stream; its author is told. Cancelling again changes nothing. As POST /api/streams/:streamId/cancel.',
    who: 'whoever may edit the page',
    payload: z.object({ streamId: z.uuid().toLowerCase() }),
    ack: ackSchema({ status: z.enum(STREAM_STATUSES), revision: z.int() }),
    errors: ['not-found', 'forbidden', 'stream-ended', 'session-ended'],
    rate: 'change',
  },
} as const satisfies Record<string, RequestContract>

/** `revision` is the stream's own and grows by one with each fact about it. */
const factSchema = z.object({
  eventId: z.uuid(),
  pageId: z.uuid(),
  streamId: z.uuid(),
  revision: z.int(),
})

const who = 'everyone on the page'
const ending = 'everyone on the page, and the author’s own connections'

export const streamFacts = {
  stream_started: {
    ...{ summary: 'An assistant began to stream an answer.', who, rooms: ['page'] },
    payload: factSchema.extend({
      author: personSchema,
      title: z.string(),
      startedAt: z.iso.datetime(),
    }),
  },
  stream_chunk: {
    summary: 'A stream has more text: what arrived within about 75 ms together, beginning at `offset`.',
    ...{ who, rooms: ['page'] },
    payload: factSchema.extend({ offset: z.int(), text: z.string() }),
  },
  stream_completed: {
    summary: 'A stream is complete; the message that it is kept as was told of before.',
    ...{ who, rooms: ['page'] },
    payload: factSchema.extend({ length: z.int(), messageId: z.uuid().nullable() }),
  },
  stream_failed: {
    summary: 'A stream ended early: it failed, was cancelled, or its author was not heard of any more.',
    ...{ who: ending, rooms: ['page', 'user'] },
    payload: factSchema.extend({ length: z.int(), failure: streamFailureSchema }),
  },
  tool_started: {
    ...{ summary: 'The author of a stream began to use a tool.', who, rooms: ['page'] },
    payload: factSchema.extend({ tool: streamToolSchema }),
  },
  tool_progressed: {
    ...{ summary: 'A tool of a stream came further.', who, rooms: ['page'] },
    payload: factSchema.extend({ tool: streamToolSchema }),
  },
  tool_completed: {
    ...{ summary: 'A tool of a stream is done.', who, rooms: ['page'] },
    payload: factSchema.extend({ tool: streamToolSchema }),
  },
} as const satisfies Record<string, FactContract>
