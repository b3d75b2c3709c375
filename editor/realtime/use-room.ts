import { useCallback, useSyncExternalStore } from 'react'
import { useRealtime } from './realtime-context.ts'
import type { DriveRoomState, PageRoomState, Place } from './room-states.ts'

/** Follows a page or a drive while the component is there; however many do, it is joined once. */
export function useRoom(place: { readonly pageId: string }): PageRoomState
export function useRoom(place: { readonly driveId: string }): DriveRoomState
export function useRoom(place: Place): PageRoomState | DriveRoomState {
  const realtime = useRealtime()
  const isPage = 'pageId' in place
  const id = isPage ? place.pageId : place.driveId
  const follow = useCallback(
    (onChange: () => void) => realtime.follow(isPage ? { pageId: id } : { driveId: id }, onChange),
    [realtime, isPage, id],
  )
  return useSyncExternalStore(follow, () =>
    isPage ? realtime.stateOf({ pageId: id }) : realtime.stateOf({ driveId: id }),
  )
}
