import { z } from 'zod'
import { personSchema } from './messages.ts'

/** The longest text of one stream, UTF-16 code units. */
export const MAX_STREAM_LENGTH = 40_000
/** The longest text that one chunk can bring, UTF-16 code units. */
export const MAX_CHUNK_LENGTH = 10_000
/** How many tools one stream can report. */
export const MAX_STREAM_TOOLS = 50

/** Words of one line, such as a tool's name. */
const line = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'Keep it on one line.')

/** What is streamed: plain text, in which Markdown may stand as text. Line ends are `\n`; no half characters. */
const chunkTextSchema = z
  .string()
  .min(1, 'A chunk has some text.')
  .max(MAX_CHUNK_LENGTH, `Use at most ${MAX_CHUNK_LENGTH} characters a chunk.`)
  .regex(
    /^(?:[\n\t]|[^\p{Cc}\p{Cs}])*$/u,
    'End lines with \\n alone, leave out control characters, and do not cut a character in two.',
  )

export const STREAM_STATUSES = ['open', 'completed', 'failed', 'cancelled'] as const
export const TOOL_STATUSES = ['started', 'progressed', 'completed'] as const

/** Something that the author does besides writing: looking something up, running something. */
export const streamToolSchema = z.object({
  id: z.uuid(),
  name: line(80).min(1, 'Name the tool.'),
  status: z.enum(TOOL_STATUSES),
  /** What it is at, or what came of it. */
  note: line(500).default(''),
  /** How much of it is done, 0 to 1; null if nobody knows. */
  progress: z.number().min(0).max(1).nullable().default(null),
})
export type StreamTool = z.infer<typeof streamToolSchema>

/** Why a stream ended without being completed. */
export const streamFailureSchema = z.object({
  reason: z.enum(['failed', 'cancelled', 'author-vanished']),
  message: z.string(),
})
export type StreamFailure = z.infer<typeof streamFailureSchema>

/**
 * A stream as it stands. Every fact about it carries the `revision` that it led to: whoever has this one
 * skips facts up to it and applies the others, which follow without a gap.
 */
export const streamSchema = z.object({
  id: z.uuid(),
  pageId: z.uuid(),
  author: personSchema,
  title: z.string(),
  status: z.enum(STREAM_STATUSES),
  revision: z.int(),
  /** The text so far. */
  text: z.string(),
  /** How long it is, UTF-16 code units: the `offset` of the next chunk. */
  length: z.int(),
  /** The `index` that the author's next chunk must have. */
  nextIndex: z.int(),
  tools: z.array(streamToolSchema),
  failure: streamFailureSchema.nullable(),
  /** The message that a completed stream is kept as; null for one that said nothing. */
  messageId: z.uuid().nullable(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
})
export type Stream = z.infer<typeof streamSchema>

/** What the author is told after each step. */
export const streamProgressSchema = streamSchema.pick({
  status: true,
  revision: true,
  length: true,
  nextIndex: true,
})
export type StreamProgress = z.infer<typeof streamProgressSchema>

export const streamListSchema = z.object({ items: z.array(streamSchema) })
export const streamParamsSchema = z.object({ streamId: z.uuid() })

/** `id` is made by the client so that sending twice starts one stream. */
export const startStreamBodySchema = z.object({ id: z.uuid(), title: line(200).default('') })
/** Chunks are counted from 0; sending one again changes nothing. */
export const appendChunkBodySchema = z.object({ index: z.int().min(0), text: chunkTextSchema })
export const failStreamBodySchema = z.object({ message: line(500).min(1, 'Say what went wrong.') })
