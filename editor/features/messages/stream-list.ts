import type { Stream } from '../../../shared/api/streams.ts'
import type { Facts } from '../../../shared/protocol/events.ts'

/** Everything that can happen to a stream after it was started. */
export type StreamStep =
  | { readonly name: 'stream_chunk'; readonly fact: Facts['stream_chunk'] }
  | { readonly name: 'tool'; readonly fact: Facts['tool_started'] }
  | { readonly name: 'stream_completed'; readonly fact: Facts['stream_completed'] }
  | { readonly name: 'stream_failed'; readonly fact: Facts['stream_failed'] }

/** A stream as it stands when it has just been started. */
export function toStream({ eventId: _, streamId, ...fact }: Facts['stream_started']): Stream {
  return {
    ...{ ...fact, id: streamId, status: 'open', text: '', length: 0, nextIndex: 0, tools: [] },
    ...{ failure: null, messageId: null, endedAt: null },
  }
}

/**
 * A stream after a fact about it; `refetch` when one before it was missed. One that it shows already changes
 * nothing.
 */
export function applyStreamStep(stream: Stream, { name, fact }: StreamStep): Stream | 'refetch' {
  const { revision } = fact
  if (revision <= stream.revision) return stream
  if (revision > stream.revision + 1) return 'refetch'
  switch (name) {
    case 'stream_chunk': {
      const text = stream.text.slice(0, fact.offset) + fact.text
      return { ...stream, revision, text, length: text.length }
    }
    case 'tool': {
      const isKnown = stream.tools.some(({ id }) => id === fact.tool.id)
      const tools = isKnown
        ? stream.tools.map((tool) => (tool.id === fact.tool.id ? fact.tool : tool))
        : [...stream.tools, fact.tool]
      return { ...stream, revision, tools }
    }
    case 'stream_completed':
      return { ...stream, revision, status: 'completed', messageId: fact.messageId }
    case 'stream_failed':
      return {
        ...{ ...stream, revision, failure: fact.failure },
        status: fact.failure.reason === 'cancelled' ? 'cancelled' : 'failed',
      }
  }
}
