import type { RequestHandlers } from './answer-requests.ts'
import type { Presence } from './presence.ts'
import type { PresenceNews } from './presence-news.ts'

/** Being active or idle. */
export function createPresenceRequests(deps: {
  readonly presence: Presence
  readonly news: Pick<PresenceNews, 'statusChanged'>
}): RequestHandlers<'set_presence'> {
  return {
    async set_presence(socket, { status }) {
      const { identity, pageIds } = socket.data
      socket.data.status = status
      for (const pageId of pageIds) {
        if (deps.presence.setStatus(pageId, identity.userId, socket.id, status))
          deps.news.statusChanged(pageId)
      }
      return { ok: true }
    },
  }
}
