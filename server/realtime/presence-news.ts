import { randomUUID } from 'node:crypto'
import type { PagePresence } from '../../shared/protocol/presence.ts'
import type { Identity } from '../auth/identity.ts'
import type { Logger } from '../operations/logger.ts'
import { createCoalescer } from './coalescer.ts'
import type { Presence } from './presence.ts'
import { driveRoom, pageRoom } from './room-names.ts'
import type { RealtimeNamespace } from './sockets.ts'

/** How often the people on a page and in a drive are told who is where, ms. */
const EVERY_MS = 1_000

/** The pages of a drive that one of its members may not see. */
export type FindHiddenPages = (identity: Identity, driveId: string) => Promise<ReadonlySet<string>>
/** Of some pages those that lie in a drive. */
export type FindInDrive = (driveId: string, pageIds: readonly string[]) => Promise<ReadonlySet<string>>

/** Tells who is where, gathered: to those on a page, and to those who follow a drive. */
export interface PresenceNews {
  /** Somebody on a page became active or idle. */
  statusChanged(pageId: string): void
  /** Somebody came to a page of this drive or left it, or the page came to the drive with its people. */
  driveChanged(driveId: string, pageId: string): void
  /** Who is on the pages of a drive that this person may view. */
  listVisible(identity: Identity, driveId: string): Promise<PagePresence[]>
  count(): number
  close(): void
}

export function createPresenceNews(deps: {
  readonly namespace: RealtimeNamespace
  readonly presence: Presence
  readonly findHiddenPages: FindHiddenPages
  readonly findInDrive: FindInDrive
  readonly logger: Pick<Logger, 'error'>
}): PresenceNews {
  const { namespace, presence, findHiddenPages, findInDrive } = deps

  const pageNews = createCoalescer<null>(EVERY_MS, (pageId) => {
    const users = presence.list(pageId)
    namespace.to(pageRoom(pageId)).emit('user_list_updated', { eventId: randomUUID(), pageId, users })
  })

  const driveNews = createCoalescer<Set<string>>(EVERY_MS, (driveId, pageIds) => {
    tellDrive(driveId, pageIds).catch((error: unknown) =>
      deps.logger.error({ err: error, driveId }, 'a drive could not be told who is where'),
    )
  })

  /** One event for everybody who may view all of it; of the others each gets what they may view. */
  async function tellDrive(driveId: string, pageIds: ReadonlySet<string>): Promise<void> {
    const followers = [...namespace.sockets.values()].filter(({ data }) => data.driveIds.has(driveId))
    const people = new Map(followers.map(({ data: { identity } }) => [identity.userId, identity]))
    const hidden = new Map<string, ReadonlySet<string>>()
    await Promise.all(
      [...people.values()].map(async (identity) => {
        hidden.set(identity.userId, await findHiddenPages(identity, driveId))
      }),
    )
    // Asked behind what is hidden. A page that has left the drive is not hidden there any more, and not the
    // drive's to tell of either: that it is gone was said when it was moved.
    const inDrive = await findInDrive(driveId, [...pageIds])
    const eventId = randomUUID()
    const pages = [...inDrive].map((pageId) => ({ pageId, users: presence.list(pageId) }))
    if (pages.length === 0) return
    const partial: string[] = []
    for (const { id, data } of followers) {
      const unseen = hidden.get(data.identity.userId)
      if (unseen === undefined || !pages.some(({ pageId }) => unseen.has(pageId))) continue
      partial.push(id)
      const visible = pages.filter(({ pageId }) => !unseen.has(pageId))
      if (visible.length > 0 && data.driveIds.has(driveId))
        namespace.to(id).emit('drive_presence_updated', { eventId, driveId, pages: visible })
    }
    // Who came while the question was asked has not been decided about, and was told when joining.
    const known = new Set(followers.map(({ id }) => id))
    const late = [...(namespace.adapter.rooms.get(driveRoom(driveId)) ?? [])].filter((id) => !known.has(id))
    namespace
      .to(driveRoom(driveId))
      .except([...partial, ...late])
      .emit('drive_presence_updated', { eventId, driveId, pages })
  }

  return {
    statusChanged: (pageId) => pageNews.add(pageId, () => null),
    driveChanged: (driveId, pageId) =>
      driveNews.add(driveId, (pageIds = new Set()) => new Set(pageIds).add(pageId)),

    async listVisible(identity, driveId) {
      // What is hidden is asked last: nothing that became so meanwhile slips through.
      const present = presence.listDrive(driveId)
      const hidden = await findHiddenPages(identity, driveId)
      return present.filter(({ pageId }) => !hidden.has(pageId))
    },

    count: () => pageNews.count() + driveNews.count(),
    close() {
      pageNews.close()
      driveNews.close()
    },
  }
}
