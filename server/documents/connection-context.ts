import type { CloseReason } from '../../shared/protocol/close-reasons.ts'
import type { Role } from '../../shared/roles.ts'
import type { Identity } from '../auth/identity.ts'
import type { PageConnection } from './socket-session.ts'

/** Somebody's permission to write to a page, over one connection or once, as the commit queue looks at it. */
export interface WritePermit {
  readonly identity: Identity
  readonly pageId: string
  /** The role that it takes: an editor's, but for a comment's mark, which the server writes. */
  readonly needed: Role
  /** Why they may not write any more; null as long as they may. */
  endedWith: CloseReason | null
  /**
   * Whether an update was refused because the page is full. What the connection sends later may build on
   * that one, so it may only delete until it comes back with everything.
   */
  isFull: boolean
  /** Whether something was refused because it may only read: a client sends that again only when it comes back. */
  isBehind: boolean
}

/** A permit that holds. Written out: with a spread in it, each would get a hidden class of its own from V8. */
export function createWritePermit(identity: Identity, pageId: string, needed: Role): WritePermit {
  return { identity, pageId, needed, endedWith: null, isFull: false, isBehind: false }
}

/** What may be done with the socket below a connection; several documents can share one. */
export interface ClientSocket {
  /** Whether the client's document schema is too old to write with. */
  readonly isOutdated: boolean
  /** Closes the socket, with all documents on it: a stock provider then comes back by itself. */
  closeFor(reason: CloseReason): void
  /** Says that Hocuspocus has established a connection, so that its frames can be handed on. */
  opened(connection: PageConnection): void
  /** Sends the page to whoever waits for it on this socket, before it is loaded; see SocketSession. */
  answerEarly(pageId: string, state: Uint8Array): boolean
  /** Takes a place among the person's sockets; false when they have too many. The socket gives it back. */
  takeSeat(userId: string): boolean
}

/** What Hocuspocus carries for us along with a connection. */
export interface ConnectionContext {
  readonly socket: ClientSocket
  /** Who it is; there from the moment that the token was accepted. */
  readonly identity?: Identity
  /** Whether it may write; there whenever `identity` is. */
  readonly permit?: WritePermit
  /** This connection in the log. */
  readonly connectionId?: string
  /** Until when the token holds that it was admitted with. */
  readonly until?: Date | undefined
  /** When the access it was admitted with ends by itself. */
  readonly accessUntil?: Date | null
  /** How many access changes there had been when this connection was admitted. */
  readonly admittedAt?: number
}
