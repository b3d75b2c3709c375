import type { CloseReason } from '../../shared/protocol/close-reasons.ts'
import type { Identity } from '../auth/identity.ts'
import type { PageConnection } from './socket-session.ts'

/** What Hocuspocus carries for us along with a connection; several documents can share one socket. */
export interface ConnectionContext {
  /** Closes the socket below, with all documents on it: a stock provider then comes back by itself. */
  readonly closeSocket: (reason: CloseReason) => void
  /** Says that Hocuspocus has established a connection, so that its frames can be handed on. */
  readonly opened: (connection: PageConnection) => void
  /** Who it is; there from the moment that the token was accepted. */
  readonly identity?: Identity
  /** This connection in the log. */
  readonly connectionId?: string
  /** Until when the token holds that it was admitted with. */
  readonly until?: Date | undefined
  /** How many access changes there had been when this connection was admitted. */
  readonly admittedAt?: number
}
