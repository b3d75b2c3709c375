import type { Access } from '../access/access.ts'
import { type RequestHandlers, refuse } from './answer-requests.ts'
import type { Presence } from './presence.ts'
import type { PresenceNews } from './presence-news.ts'
import type { Rooms } from './rooms.ts'

/** How many pages one socket may follow at once. */
const MAX_JOINED_PAGES = 100

/** Joining and leaving drives and pages. */
export function createRoomRequests(deps: {
  readonly access: Access
  readonly rooms: Rooms
  readonly presence: Presence
  readonly news: Pick<PresenceNews, 'listVisible'>
  readonly readRevision: (driveId: string) => Promise<number>
  readonly pageOpened: (userId: string, pageId: string) => void
  readonly readMessagesRevision: (pageId: string) => Promise<number>
}): RequestHandlers<'join_drive' | 'leave_drive' | 'join_page' | 'leave_page'> {
  const { access, rooms, presence, news, readRevision, readMessagesRevision } = deps
  return {
    async join_drive(socket, { driveId }) {
      const decidedAt = rooms.accessChanges()
      const role = await access.toDrive(socket.data.identity, driveId)
      if (role === null || !(await rooms.enterDrive(socket, driveId, decidedAt)))
        return refuse('not-found', 'There is no such drive.')
      const [revision, present] = await Promise.all([
        readRevision(driveId),
        news.listVisible(socket.data.identity, driveId),
      ])
      return { ok: true, revision, presence: present }
    },

    async leave_drive(socket, { driveId }) {
      await rooms.leaveDrive(socket, driveId)
      return { ok: true }
    },

    async join_page(socket, { pageId }) {
      const { identity, pageIds } = socket.data
      if (pageIds.size >= MAX_JOINED_PAGES && !pageIds.has(pageId)) {
        return refuse(
          'rate-limited',
          `A connection can follow ${MAX_JOINED_PAGES} pages at once. Leave one first.`,
        )
      }
      const decidedAt = rooms.accessChanges()
      const decision = await access.toPage(identity, pageId)
      if (decision.kind !== 'granted' || decision.driveId === null)
        return refuse('not-found', 'There is no such page.')
      const place = { pageId, driveId: decision.driveId }
      if (!(await rooms.enterPage(socket, place, decidedAt, decision.until)))
        return refuse('not-found', 'There is no such page.')
      deps.pageOpened(identity.userId, pageId)
      const revision = await readRevision(decision.driveId)
      const messagesRevision = await readMessagesRevision(pageId)
      return { ok: true, revision, messagesRevision, users: presence.list(pageId) }
    },

    async leave_page(socket, { pageId }) {
      await rooms.leavePage(socket, pageId)
      return { ok: true }
    },
  }
}
