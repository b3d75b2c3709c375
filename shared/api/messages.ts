import { z } from 'zod'

/** The longest message, UTF-16 code units: a few screens of text; what is longer belongs on a page. */
export const MAX_MESSAGE_LENGTH = 10_000
/** How many people one message can mention. */
export const MAX_MENTIONS = 20
/** How many reactions one message can carry, of all people together: every fact about it lists them. */
export const MAX_REACTIONS = 200
/** The most messages that one answer lists. */
export const MAX_LISTED_MESSAGES = 100
/** Counting unread messages stops here: whoever has more is shown "100 or more". */
export const MAX_UNREAD_COUNT = 100

/** What somebody wrote: plain text, in which Markdown may stand as text; never HTML. Line ends are `\n`. */
export const messageTextSchema = z
  .string()
  .max(MAX_MESSAGE_LENGTH, `Use at most ${MAX_MESSAGE_LENGTH} characters.`)
  .overwrite((text) => text.replace(/\r\n?/g, '\n'))
  .trim()
  .min(1, 'Write something first.')
  .regex(/^(?:[\n\t]|[^\p{Cc}\p{Cs}])*$/u, 'Leave out control characters.')

/** One emoji, as Unicode's TR 51 spells it: a sign, a flag or a keycap, with its modifiers and joined parts. */
export const emojiSchema = z
  .string()
  .max(40)
  .regex(
    /^(?:\p{RI}\p{RI}|[0-9#*]\uFE0F?\u20E3|\p{ExtPict}(?:\p{EMod}|\uFE0F)?(?:[\u{E0020}-\u{E007E}]+\u{E007F})?(?:\u200D\p{ExtPict}(?:\p{EMod}|\uFE0F)?)*)$/u,
    'Send one emoji.',
  )

/** Who wrote or did something, as everybody who sees it may know them. */
export const personSchema = z.object({
  userId: z.uuid(),
  kind: z.enum(['user', 'guest', 'service']),
  name: z.string(),
  color: z.string(),
})
export type Person = z.infer<typeof personSchema>

/** One emoji below a message, and who put it there, the first one first. */
export const reactionSchema = z.object({ emoji: z.string(), userIds: z.array(z.uuid()) })
export type Reaction = z.infer<typeof reactionSchema>

/** A message on a page. One that was deleted keeps its place: `deletedAt` is set, and what it said is gone. */
export const messageSchema = z.object({
  id: z.uuid(),
  pageId: z.uuid(),
  /** The message that it replies to; null for one that starts a thread. Replies have no replies. */
  parentId: z.uuid().nullable(),
  author: personSchema,
  body: z.string(),
  /** The people it mentions. */
  mentions: z.array(z.uuid()),
  reactions: z.array(reactionSchema),
  /** Its place among the page's messages: the revision of the page's messages that it was written at. */
  number: z.int(),
  /** The revision of the page's messages that its last change led to. */
  revision: z.int(),
  createdAt: z.iso.datetime(),
  editedAt: z.iso.datetime().nullable(),
  deletedAt: z.iso.datetime().nullable(),
})
export type Message = z.infer<typeof messageSchema>

const mentionsSchema = z
  .array(z.uuid().toLowerCase())
  .max(MAX_MENTIONS, `Mention at most ${MAX_MENTIONS} people.`)
  .default([])

/** `id` is made by the client so that sending twice writes one message. */
export const sendMessageBodySchema = z.object({
  id: z.uuid().toLowerCase().optional(),
  body: messageTextSchema,
  parentId: z.uuid().toLowerCase().nullable().default(null),
  mentions: mentionsSchema,
})
export const editMessageBodySchema = z.object({ body: messageTextSchema, mentions: mentionsSchema })

const placeSchema = z.coerce.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER)

/**
 * Which messages to list. Newest first, or with `after` oldest first: those behind a place. `parentId` asks
 * for the replies to one message.
 */
export const messageListQuerySchema = z.object({
  before: placeSchema.optional(),
  after: placeSchema.optional(),
  parentId: z.uuid().toLowerCase().optional(),
  limit: z.coerce.number().int().min(1).max(MAX_LISTED_MESSAGES).default(50),
})
export type MessageListQuery = z.infer<typeof messageListQuerySchema>

/** Some messages, and the revision of the page's messages that they show; go on with `nextCursor`, if there is one, as `before` (or `after`). */
export const messageListSchema = z.object({
  items: z.array(messageSchema),
  revision: z.int(),
  nextCursor: z.int().optional(),
})
export type MessageList = z.infer<typeof messageListSchema>

/** How far somebody has read on a page, and how many messages of others are behind that. */
export const unreadCountSchema = z.object({
  pageId: z.uuid(),
  /** The revision of the page's messages at which this was counted. */
  revision: z.int(),
  /** Everything up to this place has been read. */
  readRevision: z.int(),
  /** At most `MAX_UNREAD_COUNT`. */
  unreadCount: z.int().max(MAX_UNREAD_COUNT),
})
export type UnreadCount = z.infer<typeof unreadCountSchema>

/** The pages with something unread, those where something was said last first. */
export const unreadListSchema = z.object({ items: z.array(unreadCountSchema) })

/** Everything up to `revision` has been read. */
export const markMessagesReadBodySchema = z.object({ revision: z.int().nonnegative() })

export const messageParamsSchema = z.object({ messageId: z.uuid() })
export const reactionParamsSchema = z.object({ messageId: z.uuid(), emoji: emojiSchema })
