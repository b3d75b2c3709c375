import type { PresentUser } from '../../shared/protocol/presence.ts'

/** Who has which page open: people, not sockets. Lives and dies with the connections. */
export interface Presence {
  /** Notes a socket on a page; true if it is the person's first there. */
  join(pageId: string, user: PresentUser, socketId: string): boolean
  /** Forgets a socket on a page; true if it was the person's last there. */
  leave(pageId: string, userId: string, socketId: string): boolean
  /** The people on a page, in the order in which they came. */
  list(pageId: string): PresentUser[]
}

export function createPresence(): Presence {
  const pages = new Map<string, Map<string, { user: PresentUser; socketIds: Set<string> }>>()

  return {
    join(pageId, user, socketId) {
      let people = pages.get(pageId)
      if (people === undefined) {
        people = new Map()
        pages.set(pageId, people)
      }
      const present = people.get(user.userId)
      if (present !== undefined) {
        present.socketIds.add(socketId)
        return false
      }
      people.set(user.userId, { user, socketIds: new Set([socketId]) })
      return true
    },

    leave(pageId, userId, socketId) {
      const people = pages.get(pageId)
      const present = people?.get(userId)
      if (people === undefined || present === undefined || !present.socketIds.delete(socketId)) return false
      if (present.socketIds.size > 0) return false
      people.delete(userId)
      if (people.size === 0) pages.delete(pageId)
      return true
    },

    list: (pageId) => [...(pages.get(pageId)?.values() ?? [])].map(({ user }) => user),
  }
}
