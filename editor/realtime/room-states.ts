import type { FactName, Facts } from '../../shared/protocol/events.ts'
import type { PagePresence, PresentUser } from '../../shared/protocol/presence.ts'

/** What can be followed: a page or a drive. */
export type Place = { readonly pageId: string } | { readonly driveId: string }

/** `joining` also while there is no connection; `refused`: there is no such place for this person. */
export type RoomStatus = 'joining' | 'joined' | 'refused'

/** What is known of a page's room. Nobody is on it as long as one is not joined: then nobody can know. */
export interface PageRoomState {
  readonly status: RoomStatus
  readonly users: readonly PresentUser[]
  /** Who writes a message right now, besides this connection. */
  readonly typingUserIds: readonly string[]
}

/** What is known of a drive's room: who is on which of its pages. */
export interface DriveRoomState {
  readonly status: RoomStatus
  readonly presence: ReadonlyMap<string, readonly PresentUser[]>
}

/** A page's room before anything is known of it. */
export const UNKNOWN_PAGE: PageRoomState = { status: 'joining', users: [], typingUserIds: [] }
/** A drive's room before anything is known of it. */
export const UNKNOWN_DRIVE: DriveRoomState = { status: 'joining', presence: new Map() }

/** The page's room after a fact; the same object if the fact does not change it. */
export function applyToPage<Name extends FactName>(
  state: PageRoomState,
  pageId: string,
  name: Name,
  fact: Facts[Name],
): PageRoomState {
  if (!('pageId' in fact) || fact.pageId !== pageId) return state
  const { userId } = fact as { userId?: string }
  const typing = state.typingUserIds
  switch (name) {
    case 'user_joined': {
      const { user } = fact as Facts['user_joined']
      return { ...state, users: [...state.users.filter((other) => other.userId !== user.userId), user] }
    }
    case 'user_left':
      return { ...state, users: state.users.filter((other) => other.userId !== userId) }
    case 'user_list_updated':
      return { ...state, users: (fact as Facts['user_list_updated']).users }
    case 'typing_started':
      return typing.includes(userId as string)
        ? state
        : { ...state, typingUserIds: [...typing, userId as string] }
    case 'typing_stopped':
      return { ...state, typingUserIds: typing.filter((other) => other !== userId) }
    default:
      return state
  }
}

/** The drive's room after a fact; the same object if the fact does not change it. */
export function applyToDrive<Name extends FactName>(
  state: DriveRoomState,
  driveId: string,
  name: Name,
  fact: Facts[Name],
): DriveRoomState {
  if (name !== 'drive_presence_updated') return state
  const news = fact as Facts['drive_presence_updated']
  return news.driveId === driveId ? { ...state, presence: mergePresence(state.presence, news.pages) } : state
}

/** Who is on which page, after some pages were told anew. */
export function mergePresence(
  before: DriveRoomState['presence'],
  pages: readonly PagePresence[],
): DriveRoomState['presence'] {
  const presence = new Map(before)
  for (const { pageId, users } of pages) {
    if (users.length === 0) presence.delete(pageId)
    else presence.set(pageId, users)
  }
  return presence
}
