import type { CloseReason } from '../../shared/protocol/close-reasons.ts'
import type { Identity } from '../auth/identity.ts'

/** What Hocuspocus carries for us along with a connection; several documents can share one socket. */
export interface ConnectionContext {
  /** Closes the socket below, with all documents on it: a stock provider then comes back by itself. */
  readonly closeSocket: (reason: CloseReason) => void
  /** Who it is; there from the moment that the token was accepted. */
  readonly identity?: Identity
  /** How many access changes there had been when this connection was admitted. */
  readonly admittedAt?: number
}
