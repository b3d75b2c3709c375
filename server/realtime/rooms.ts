import { randomUUID } from 'node:crypto'
import { computeAuthorColor } from '../../shared/colors.ts'
import type { PresentUser } from '../../shared/protocol/presence.ts'
import type { Access, PageAccess } from '../access/access.ts'
import type { Logger } from '../operations/logger.ts'
import { createAccessEnds } from './access-ends.ts'
import type { Presence } from './presence.ts'
import type { PresenceNews } from './presence-news.ts'
import { driveRoom, pageRoom, type Room } from './room-names.ts'
import type { RealtimeNamespace, RealtimeSocket, SocketData } from './sockets.ts'
import type { Typing } from './typing.ts'

/** A page and the drive that it lies in. */
export interface PagePlace {
  readonly pageId: string
  readonly driveId: string
}

/**
 * Who follows what. A socket is let in after a decision, and decided again whenever access changes; if that
 * happens while it is on its way in, right behind the door.
 */
export interface Rooms {
  /** How many access changes there have been; a decision that was made at an earlier count may be out of date. */
  accessChanges(): number
  /** Says that access has changed for somebody. */
  accessChanged(): void
  /** Lets a socket in that was decided about at count `decidedAt`; false if it may not be there after all. */
  enterDrive(socket: RealtimeSocket, driveId: string, decidedAt: number): Promise<boolean>
  leaveDrive(socket: RealtimeSocket, driveId: string): Promise<void>
  /** `until` is when the access ends by itself. */
  enterPage(socket: RealtimeSocket, page: PagePlace, decidedAt: number, until: Date | null): Promise<boolean>
  leavePage(socket: RealtimeSocket, pageId: string): Promise<void>
  /** Takes a socket out of everything that it may not follow any more. Never fails: in doubt it is dropped. */
  redecideAll(socket: RealtimeSocket): Promise<void>
  /** The same for everybody on a page, with one question. */
  redecidePage(pageId: string): Promise<void>
  /** The same for everybody who follows a drive. */
  redecideDrive(driveId: string): Promise<void>
  /** Forgets a socket that has gone. */
  forget(socket: RealtimeSocket): void
}

export function createRooms(deps: {
  readonly namespace: RealtimeNamespace
  readonly access: Access
  readonly presence: Presence
  /** The revision that a drive stands at. */
  readonly readRevision: (driveId: string) => Promise<number>
  readonly news: Pick<PresenceNews, 'driveChanged'>
  readonly typing: Pick<Typing, 'stop'>
  readonly logger: Pick<Logger, 'error'>
}): Rooms {
  const { namespace, access, presence, news, typing } = deps
  let changes = 0
  const ends = createAccessEnds({
    now: Date.now,
    decideAgain: (socket, pageId) => void redecide(socket, () => endPage(socket, pageId)),
  })

  async function leaveDrive(socket: RealtimeSocket, driveId: string): Promise<void> {
    socket.data.driveIds.delete(driveId)
    await socket.leave(driveRoom(driveId))
  }

  async function leavePage(socket: RealtimeSocket, pageId: string): Promise<void> {
    if (!socket.data.pageIds.delete(pageId)) return
    ends.note(socket, pageId, null)
    await socket.leave(pageRoom(pageId))
    left(socket, pageId)
  }

  /** Tells the others what goes with a socket that is not on the page any more. */
  function left(socket: RealtimeSocket, pageId: string): void {
    const { userId } = socket.data.identity
    const driveId = presence.driveOf(pageId)
    typing.stop(socket, pageId)
    if (!presence.leave(pageId, userId, socket.id)) return
    if (driveId !== undefined) news.driveChanged(driveId, pageId)
    namespace.to(pageRoom(pageId)).emit('user_left', { eventId: randomUUID(), pageId, userId })
  }

  async function decideDrive(socket: RealtimeSocket, driveId: string): Promise<void> {
    if ((await access.toDrive(socket.data.identity, driveId)) === null) await leaveDrive(socket, driveId)
  }

  async function decidePage(socket: RealtimeSocket, pageId: string): Promise<void> {
    const decision = await access.toPage(socket.data.identity, pageId)
    placeIn(pageId, decision.driveId)
    await obey(socket, pageId, decision)
  }

  /** Tells a drive who is on a page that has been moved into it. Done before anybody leaves the page for that. */
  function placeIn(pageId: string, driveId: string | null): void {
    if (driveId !== null && presence.moveTo(pageId, driveId)) news.driveChanged(driveId, pageId)
  }

  async function obey(socket: RealtimeSocket, pageId: string, decision: PageAccess): Promise<void> {
    if (decision.kind !== 'granted') await leavePage(socket, pageId)
    else if (socket.data.pageIds.has(pageId)) ends.note(socket, pageId, decision.until)
  }

  /** A share link that led to a page has come to its end: nothing was changed, so nobody has told them yet. */
  async function endPage(socket: RealtimeSocket, pageId: string): Promise<void> {
    const decision = await access.toPage(socket.data.identity, pageId)
    await obey(socket, pageId, decision)
    if (decision.kind === 'granted' || decision.driveId === null) return
    const { driveId } = decision
    const revision = await deps.readRevision(driveId)
    const reason = 'share-link-expired'
    socket.emit('access_revoked', { eventId: randomUUID(), driveId, pageId, revision, reason })
  }

  function listSockets(room: Room): RealtimeSocket[] {
    return [...(namespace.adapter.rooms.get(room) ?? [])].flatMap((id) => namespace.sockets.get(id) ?? [])
  }

  /** Decides again; a socket for which that fails is dropped: not knowing is not a yes, and it comes back by itself. */
  async function redecide(socket: RealtimeSocket, decide: () => Promise<void>): Promise<void> {
    try {
      await decide()
    } catch (error) {
      deps.logger.error({ err: error }, 'access could not be decided again')
      socket.conn.close()
    }
  }

  return {
    accessChanges: () => changes,
    accessChanged() {
      changes++
    },

    async enterDrive(socket, driveId, decidedAt) {
      // While access was being decided the socket may have gone: joining it now would leave a ghost behind.
      if (!socket.connected) return false
      socket.data.driveIds.add(driveId)
      await socket.join(driveRoom(driveId))
      if (decidedAt !== changes) await redecide(socket, () => decideDrive(socket, driveId))
      return socket.data.driveIds.has(driveId)
    },

    leaveDrive,

    async enterPage(socket, { pageId, driveId }, decidedAt, until) {
      if (!socket.connected) return false
      if (!socket.data.pageIds.has(pageId)) {
        socket.data.pageIds.add(pageId)
        await socket.join(pageRoom(pageId))
        // It may have gone while it joined; then its disconnect has been handled already.
        if (!socket.connected) return false
        const user = toPresentUser(socket.data)
        if (presence.join({ pageId, driveId }, user, socket.id)) {
          news.driveChanged(driveId, pageId)
          socket.to(pageRoom(pageId)).emit('user_joined', { eventId: randomUUID(), pageId, user })
        }
      }
      ends.note(socket, pageId, until)
      if (decidedAt !== changes) await redecide(socket, () => decidePage(socket, pageId))
      return socket.data.pageIds.has(pageId)
    },

    leavePage,

    redecideAll: (socket) =>
      redecide(socket, async () => {
        const { pageIds, driveIds } = socket.data
        for (const pageId of [...pageIds]) await decidePage(socket, pageId)
        for (const driveId of [...driveIds]) await decideDrive(socket, driveId)
      }),

    async redecidePage(pageId) {
      const sockets = listSockets(pageRoom(pageId))
      if (sockets.length === 0) return
      const askers = sockets.map(({ data }) => data.identity)
      try {
        const decisions = await access.manyToPage(askers, pageId)
        placeIn(pageId, decisions[0]?.driveId ?? null)
        await Promise.all(sockets.map((socket, nr) => obey(socket, pageId, decisions[nr] as PageAccess)))
      } catch (error) {
        deps.logger.error({ err: error }, 'access could not be decided again')
        for (const socket of sockets) socket.conn.close()
      }
    },

    async redecideDrive(driveId) {
      const sockets = listSockets(driveRoom(driveId))
      await Promise.all(sockets.map((socket) => redecide(socket, () => decideDrive(socket, driveId))))
    },

    forget(socket) {
      ends.forget(socket)
      for (const pageId of socket.data.pageIds) left(socket, pageId)
      socket.data.pageIds.clear()
    },
  }
}

function toPresentUser({ identity: { userId, kind, name }, status }: SocketData): PresentUser {
  return { userId, kind, name, color: computeAuthorColor(userId), status }
}
