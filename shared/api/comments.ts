import { z } from 'zod'
import { MAX_MENTIONS, messageTextSchema, personSchema } from './messages.ts'

/** The longest comment, UTF-16 code units. */
export const MAX_COMMENT_LENGTH = 2_000
/** How many comments one thread can hold, those included that were deleted. */
export const MAX_THREAD_COMMENTS = 100
/** How many threads one page can have at a time. */
export const MAX_PAGE_THREADS = 300
/** How much of the text that a thread is about is kept with it, UTF-16 code units. */
export const MAX_QUOTE_LENGTH = 300

const commentTextSchema = messageTextSchema.max(
  MAX_COMMENT_LENGTH,
  `Use at most ${MAX_COMMENT_LENGTH} characters.`,
)
const mentionsSchema = z
  .array(z.uuid().toLowerCase())
  .max(MAX_MENTIONS, `Mention at most ${MAX_MENTIONS} people.`)
  .default([])

/** One comment of a thread. One that was deleted keeps its place: `deletedAt` is set, and what it said is gone. */
export const commentSchema = z.object({
  id: z.uuid(),
  threadId: z.uuid(),
  author: personSchema,
  /** Plain text. */
  body: z.string(),
  /** The people it mentions. */
  mentions: z.array(z.uuid()),
  /** Its place: the revision of the page's comments that it was written at. */
  number: z.int(),
  /** The revision of the page's comments that its last change led to. */
  revision: z.int(),
  createdAt: z.iso.datetime(),
  editedAt: z.iso.datetime().nullable(),
  deletedAt: z.iso.datetime().nullable(),
})
export type Comment = z.infer<typeof commentSchema>

/** Comments about a piece of a page's text. The text itself carries the mark `comment` with the thread's id. */
export const threadSchema = z.object({
  id: z.uuid(),
  pageId: z.uuid(),
  /** The text as it was when the thread was begun, cut if it is long. */
  quote: z.string(),
  author: personSchema,
  /** Its place: the revision of the page's comments that it was begun at. */
  number: z.int(),
  /** The revision of the page's comments that its last change led to, those to its comments left out. */
  revision: z.int(),
  createdAt: z.iso.datetime(),
  resolvedAt: z.iso.datetime().nullable(),
  resolvedBy: personSchema.nullable(),
  /** In the order in which they were written; the first one began the thread. */
  comments: z.array(commentSchema),
})
export type Thread = z.infer<typeof threadSchema>

/** A place in a page's text that stays where it is when the text changes: a Yjs relative position, Base64. */
const placeSchema = z.base64().min(1).max(200)

/** From where to where the text goes that a thread is about. */
export const anchorSchema = z.object({ start: placeSchema, end: placeSchema })
export type Anchor = z.infer<typeof anchorSchema>

/** The ids are made by the client so that sending twice writes once. */
export const addCommentBodySchema = z.object({
  id: z.uuid().toLowerCase().optional(),
  body: commentTextSchema,
  mentions: mentionsSchema,
})

/** `quote` counts only if the text has been deleted meanwhile: else it is read from the page. */
export const createThreadBodySchema = z.object({
  id: z.uuid().toLowerCase().optional(),
  anchor: anchorSchema,
  quote: z.string().min(1).max(MAX_QUOTE_LENGTH),
  comment: addCommentBodySchema,
})
export type CreateThreadBody = z.infer<typeof createThreadBodySchema>

export const editCommentBodySchema = z.object({ body: commentTextSchema, mentions: mentionsSchema })
export const resolveThreadBodySchema = z.object({ resolved: z.boolean() })

/** Which threads to list: in the order in which they were begun, those behind a place. */
export const threadListQuerySchema = z.object({
  after: z.coerce.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(100),
})
export type ThreadListQuery = z.infer<typeof threadListQuerySchema>

/** Some of a page's threads, and the revision of its comments that they show; go on with `nextCursor` as `after`. */
export const threadListSchema = z.object({
  items: z.array(threadSchema),
  revision: z.int(),
  nextCursor: z.int().optional(),
})
export type ThreadList = z.infer<typeof threadListSchema>

export const threadParamsSchema = z.object({ pageId: z.uuid(), threadId: z.uuid().toLowerCase() })
export const commentParamsSchema = threadParamsSchema.extend({ commentId: z.uuid().toLowerCase() })
