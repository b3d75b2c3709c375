import type { DefaultEventsMap, Namespace, Socket } from 'socket.io'
import type { ClientToServerEvents, ServerToClientEvents } from '../../shared/protocol/events.ts'
import type { PresenceStatus } from '../../shared/protocol/presence.ts'
import type { Identity } from '../auth/identity.ts'

/** What we know of a socket besides what Socket.IO does. */
export interface SocketData {
  identity: Identity
  /** How many access changes there had been when the session was found to live. */
  admittedAt: number
  tokenExpiresAt: Date
  /** Whether the person is active or idle, as this client says. */
  status: PresenceStatus
  /** The pages and drives this socket follows. */
  pageIds: Set<string>
  driveIds: Set<string>
}

/** A connection of somebody who has proved who they are. */
export type RealtimeSocket = Socket<ClientToServerEvents, ServerToClientEvents, DefaultEventsMap, SocketData>
export type RealtimeNamespace = Namespace<
  ClientToServerEvents,
  ServerToClientEvents,
  DefaultEventsMap,
  SocketData
>
