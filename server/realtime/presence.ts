import type { PagePresence, PresenceStatus, PresentUser } from '../../shared/protocol/presence.ts'

/** Who has which page open: people, not sockets. Lives and dies with the connections. */
export interface Presence {
  /** Notes a socket on a page of a drive, with the status it has; true if it is the person's first there. */
  join(place: { pageId: string; driveId: string }, user: PresentUser, socketId: string): boolean
  /** Forgets a socket on a page; true if it was the person's last there. */
  leave(pageId: string, userId: string, socketId: string): boolean
  /** Notes whether a socket on a page is idle; true if the person as a whole changed by it. */
  setStatus(pageId: string, userId: string, socketId: string, status: PresenceStatus): boolean
  /** The people on a page, in the order in which they came. */
  list(pageId: string): PresentUser[]
  /** The pages of a drive that somebody is on. */
  listDrive(driveId: string): PagePresence[]
  /** The drive of a page that somebody is on. */
  driveOf(pageId: string): string | undefined
  /** Notes the drive that a page lies in now; true if somebody is on it and it was another one. */
  moveTo(pageId: string, driveId: string): boolean
  /** How many pages somebody is on. */
  count(): number
}

interface Present {
  readonly user: PresentUser
  readonly statuses: Map<string, PresenceStatus>
}

interface PresentPage {
  driveId: string
  readonly people: Map<string, Present>
}

export function createPresence(): Presence {
  const pages = new Map<string, PresentPage>()

  function list(pageId: string): PresentUser[] {
    const present = [...(pages.get(pageId)?.people.values() ?? [])]
    return present.map(({ user, statuses }) => ({ ...user, status: combine(statuses) }))
  }

  return {
    join({ pageId, driveId }, user, socketId) {
      let page = pages.get(pageId)
      if (page === undefined) {
        page = { driveId, people: new Map() }
        pages.set(pageId, page)
      }
      // It may have been moved since the first came.
      page.driveId = driveId
      const present = page.people.get(user.userId)
      if (present !== undefined) {
        present.statuses.set(socketId, user.status)
        return false
      }
      page.people.set(user.userId, { user, statuses: new Map([[socketId, user.status]]) })
      return true
    },

    leave(pageId, userId, socketId) {
      const people = pages.get(pageId)?.people
      const present = people?.get(userId)
      if (people === undefined || present === undefined || !present.statuses.delete(socketId)) return false
      if (present.statuses.size > 0) return false
      people.delete(userId)
      if (people.size === 0) pages.delete(pageId)
      return true
    },

    setStatus(pageId, userId, socketId, status) {
      const statuses = pages.get(pageId)?.people.get(userId)?.statuses
      if (statuses === undefined || !statuses.has(socketId)) return false
      const before = combine(statuses)
      statuses.set(socketId, status)
      return combine(statuses) !== before
    },

    list,

    listDrive: (driveId) =>
      [...pages]
        .filter(([, page]) => page.driveId === driveId)
        .map(([pageId]) => ({ pageId, users: list(pageId) })),

    driveOf: (pageId) => pages.get(pageId)?.driveId,

    moveTo(pageId, driveId) {
      const page = pages.get(pageId)
      if (page === undefined || page.driveId === driveId) return false
      page.driveId = driveId
      return true
    },

    count: () => pages.size,
  }
}

/** Somebody is active when any of their tabs is. */
function combine(statuses: ReadonlyMap<string, PresenceStatus>): PresenceStatus {
  return [...statuses.values()].includes('active') ? 'active' : 'idle'
}
