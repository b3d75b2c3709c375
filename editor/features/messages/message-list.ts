import type { Message, MessageList } from '../../../shared/api/messages.ts'

/** A page's messages as far as they are loaded, in the order in which they were written. */
export interface Conversation {
  readonly items: readonly Message[]
  /** The revision of the page's messages that this shows. */
  readonly revision: number
  /** Where older ones begin; undefined if there are none. */
  readonly older: number | undefined
}

/** What a message started, in the order in which it was said. */
export interface Thread {
  readonly message: Message
  readonly replies: readonly Message[]
}

/** The newest messages, as the server answers them. */
export function toConversation({ items, revision, nextCursor }: MessageList): Conversation {
  return { items: [...items].sort(byNumber), revision, older: nextCursor }
}

/** The same with older ones before them. */
export function withOlder(conversation: Conversation, { items, nextCursor }: MessageList): Conversation {
  return { ...conversation, items: upsert(conversation.items, items), older: nextCursor }
}

/**
 * The conversation with a message as it stands at a revision; `refetch` when a change before it was missed.
 * What is shown already changes nothing.
 */
export function takeMessage(
  conversation: Conversation,
  message: Message,
  revision: number,
): Conversation | 'refetch' {
  if (revision <= conversation.revision) return conversation
  if (revision > conversation.revision + 1) return 'refetch'
  const isOlder = conversation.older !== undefined && message.number < conversation.older
  const items = isOlder ? conversation.items : upsert(conversation.items, [message])
  return { ...conversation, items, revision }
}

/** The messages by what they reply to. A reply to one that is not loaded stands by itself. */
export function listThreads(messages: readonly Message[]): Thread[] {
  const ids = new Set(messages.map(({ id }) => id))
  const isReply = ({ parentId }: Message): boolean => parentId !== null && ids.has(parentId)
  return messages
    .filter((message) => !isReply(message))
    .map((message) => ({ message, replies: messages.filter(({ parentId }) => parentId === message.id) }))
    .filter(({ message, replies }) => message.deletedAt === null || replies.some((one) => !one.deletedAt))
}

function upsert(before: readonly Message[], changed: readonly Message[]): Message[] {
  const byId = new Map(before.map((message) => [message.id, message]))
  for (const message of changed) {
    const known = byId.get(message.id)
    if (!known || known.revision <= message.revision) byId.set(message.id, message)
  }
  return [...byId.values()].sort(byNumber)
}

const byNumber = (left: Message, right: Message): number => left.number - right.number
