import type { Audience, FactEvent } from '../workspace/events.ts'
import type { ActingSocket } from './acting-socket.ts'
import { driveRoom, pageRoom, type Room, userRoom } from './room-names.ts'
import type { RealtimeNamespace } from './sockets.ts'

/** Sends committed facts to those who should hear of them. */
export type PublishFacts = (facts: readonly FactEvent[]) => void

export function createPublishFacts(namespace: RealtimeNamespace, acting: ActingSocket): PublishFacts {
  return (facts) => {
    for (const { name, payload, audience } of facts) {
      const rooms = toRooms(audience)
      // To no room is to everybody, as Socket.IO has it.
      if (rooms.length === 0) continue
      const knowing = acting.whoKnows(name)
      const recipients = namespace.to(rooms)
      if (knowing === undefined) recipients.emit(name, payload as never)
      else recipients.except(knowing).emit(name, payload as never)
    }
  }
}

function toRooms({ driveId, pageId, userId }: Audience): Room[] {
  return [
    ...(driveId === undefined ? [] : [driveRoom(driveId)]),
    ...(pageId === undefined ? [] : [pageRoom(pageId)]),
    ...(userId === undefined ? [] : [userRoom(userId)]),
  ]
}
