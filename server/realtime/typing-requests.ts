import { type RequestHandlers, refuse } from './answer-requests.ts'
import type { Typing } from './typing.ts'

/** Typing notices, for pages that the connection has joined: what has been joined may be viewed. */
export function createTypingRequests(typing: Typing): RequestHandlers<'start_typing' | 'stop_typing'> {
  const notJoined = refuse('not-found', 'Join the page first.')
  return {
    async start_typing(socket, { pageId }) {
      if (!socket.data.pageIds.has(pageId)) return notJoined
      typing.start(socket, pageId)
      return { ok: true }
    },

    async stop_typing(socket, { pageId }) {
      if (!socket.data.pageIds.has(pageId)) return notJoined
      typing.stop(socket, pageId)
      return { ok: true }
    },
  }
}
