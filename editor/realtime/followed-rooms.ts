/*
 * The rooms that somebody on this tab follows, each joined once however many follow it.
 *
 *   followed ──▶ asking ──ok──▶ in ──last follower gone──▶ asking to leave ──ok──▶ forgotten
 *                  │ └──not-found──▶ refused ──access changed──▶ asking
 *                  └──no answer, too often──▶ waiting ──▶ asking
 *   Of each room one request at most is under way, and what is wanted is looked at again when it is answered:
 *   following and leaving a hundred times in a moment asks once or twice. A lost connection loses all rooms;
 *   those that are followed are asked for again after the next connect.
 */
import type { z } from 'zod'
import type { ErrorAck } from '../../shared/protocol/envelope.ts'
import type { FactName, Facts, RequestAck, RequestName } from '../../shared/protocol/events.ts'
import type { joinDriveAckSchema, joinPageAckSchema } from '../../shared/protocol/rooms.ts'
import {
  applyToDrive,
  applyToPage,
  type DriveRoomState,
  mergePresence,
  type PageRoomState,
  type Place,
  UNKNOWN_DRIVE,
  UNKNOWN_PAGE,
} from './room-states.ts'

export type Joined =
  | ({ readonly pageId: string } & Extract<z.infer<typeof joinPageAckSchema>, { ok: true }>)
  | ({ readonly driveId: string } & Extract<z.infer<typeof joinDriveAckSchema>, { ok: true }>)

export interface FollowedRooms {
  /** Follows a place until the returned function is called; `onChange` is called when its state is another. */
  follow(place: Place, onChange: () => void): () => void
  /** What is known of a place; the same object until it changes. */
  stateOf(place: { readonly pageId: string }): PageRoomState
  stateOf(place: { readonly driveId: string }): DriveRoomState
  /** The connection is there: everything that is followed is joined. */
  connected(): void
  /** The connection is gone, and with it what was known. */
  disconnected(): void
  /** Access has changed: every room is asked for again. */
  recheck(): void
  hear<Name extends FactName>(name: Name, fact: Facts[Name]): void
  countHeld(): Record<'rooms' | 'followers' | 'timers', number>
  close(): void
}

export interface FollowedRoomsDeps {
  isConnected(): boolean
  /** Rejects when there is no answer. */
  request<Name extends RequestName>(name: Name, payload: object): Promise<RequestAck<Name>>
  /** Called after every (re)join, with what it was answered. */
  onJoined(joined: Joined): void
}

interface Room {
  readonly place: Place
  state: PageRoomState | DriveRoomState
  readonly followers: Set<() => void>
  /** As far as we know. In doubt it is true, so that we leave. */
  isIn: boolean
  /** We may not be in any more, or never got the answer: ask again. */
  isDoubtful: boolean
  isRefused: boolean
  /** Counts what was asked; answers to earlier questions are not listened to. */
  asked: number
  isAsking: boolean
  timer: ReturnType<typeof setTimeout> | undefined
}

/** How long to wait after a request that was not answered, ms. */
const RETRY_MS = 3_000

/** Owns who follows what; knows the socket as a function that asks. */
export function createFollowedRooms(deps: FollowedRoomsDeps): FollowedRooms {
  const rooms = new Map<string, Room>()

  function settle(room: Room): void {
    if (!deps.isConnected() || room.isAsking || room.timer !== undefined) return
    if (room.followers.size === 0) {
      if (room.isIn) void ask(room, false)
      else forget(room)
      return
    }
    if (!room.isRefused && (!room.isIn || room.isDoubtful)) void ask(room, true)
  }

  function forget(room: Room): void {
    clearTimeout(room.timer)
    room.asked++
    rooms.delete(toKey(room.place))
  }

  async function ask(room: Room, isJoin: boolean): Promise<void> {
    room.isAsking = true
    const asked = ++room.asked
    const answer = await deps.request(toRequest(room.place, isJoin), room.place).catch(() => null)
    if (room.asked !== asked) return
    room.isAsking = false
    if (answer?.ok) {
      room.isIn = isJoin
      room.isDoubtful = false
      if (isJoin) enter(room, { ...room.place, ...answer } as Joined)
    } else if (isJoin && answer?.error.code === 'not-found') {
      room.isIn = false
      room.isRefused = true
      setState(room, { ...toUnknown(room.place), status: 'refused' })
    } else {
      if (isJoin && answer === null) Object.assign(room, { isIn: true, isDoubtful: true })
      waitAndSettle(room, answer)
    }
    settle(room)
  }

  function enter(room: Room, joined: Joined): void {
    setState(
      room,
      'pageId' in joined
        ? { ...(room.state as PageRoomState), status: 'joined', users: joined.users }
        : { status: 'joined', presence: mergePresence(new Map(), joined.presence) },
    )
    if (room.followers.size > 0) deps.onJoined(joined)
  }

  function waitAndSettle(room: Room, answer: ErrorAck | null): void {
    room.timer = setTimeout(() => {
      room.timer = undefined
      settle(room)
    }, answer?.error.retryAfterMs ?? RETRY_MS)
  }

  function setState(room: Room, state: Room['state']): void {
    if (state === room.state) return
    room.state = state
    for (const tell of room.followers) tell()
  }

  return {
    follow(place, onChange) {
      const key = toKey(place)
      const room = rooms.get(key) ?? createRoom(place)
      rooms.set(key, room)
      // Of one's own, because the same function may follow twice.
      const follower = (): void => onChange()
      room.followers.add(follower)
      settle(room)
      return () => {
        if (!room.followers.delete(follower) || room.followers.size > 0) return
        if (deps.isConnected()) settle(room)
        else forget(room)
      }
    },

    stateOf: ((place: Place) =>
      rooms.get(toKey(place))?.state ?? toUnknown(place)) as FollowedRooms['stateOf'],

    connected() {
      for (const room of [...rooms.values()]) settle(room)
    },

    disconnected() {
      for (const room of [...rooms.values()]) {
        clearTimeout(room.timer)
        room.asked++
        Object.assign(room, {
          ...{ isIn: false, isDoubtful: false, isRefused: false, isAsking: false },
          timer: undefined,
        })
        if (room.followers.size === 0) forget(room)
        else setState(room, toUnknown(room.place))
      }
    },

    recheck() {
      for (const room of [...rooms.values()]) {
        room.isDoubtful = true
        room.isRefused = false
        settle(room)
      }
    },

    hear(name, fact) {
      for (const room of rooms.values()) {
        // What comes before the answer is in the answer.
        if (room.state.status !== 'joined') continue
        setState(
          room,
          'pageId' in room.place
            ? applyToPage(room.state as PageRoomState, room.place.pageId, name, fact)
            : applyToDrive(room.state as DriveRoomState, room.place.driveId, name, fact),
        )
      }
    },

    countHeld() {
      const all = [...rooms.values()]
      return {
        rooms: all.length,
        followers: all.reduce((sum, { followers }) => sum + followers.size, 0),
        timers: all.filter(({ timer }) => timer !== undefined).length,
      }
    },

    close() {
      for (const room of [...rooms.values()]) forget(room)
    },
  }
}

function createRoom(place: Place): Room {
  return {
    ...{ place, state: toUnknown(place), followers: new Set() },
    ...{ isIn: false, isDoubtful: false, isRefused: false },
    ...{ asked: 0, isAsking: false, timer: undefined },
  }
}

const toKey = (place: Place): string =>
  'pageId' in place ? `page:${place.pageId}` : `drive:${place.driveId}`

const toUnknown = (place: Place): PageRoomState | DriveRoomState =>
  'pageId' in place ? UNKNOWN_PAGE : UNKNOWN_DRIVE

function toRequest(place: Place, isJoin: boolean) {
  if ('pageId' in place) return isJoin ? 'join_page' : 'leave_page'
  return isJoin ? 'join_drive' : 'leave_drive'
}
