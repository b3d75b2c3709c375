import type { User, UserKind } from '../../shared/api/auth.ts'
import { computeAuthorColor } from '../../shared/colors.ts'
import { isSameNarrowing, type Narrowing } from './narrowing.ts'

/** Who is asking, as the server established it; nothing in here was chosen by the client at hand. */
export interface Identity {
  readonly userId: string
  readonly kind: UserKind
  readonly name: string
  readonly email: string | null
  readonly sessionId: string
  /** What the token at hand may touch at most; without it, all that the person may. */
  readonly narrowing?: Narrowing
}

/** Whether a decision that was made for one holds for the other: the same person, session and bounds. */
export function hasSameStanding(a: Identity, b: Identity): boolean {
  return a.userId === b.userId && a.sessionId === b.sessionId && isSameNarrowing(a.narrowing, b.narrowing)
}

/** What the person themselves and the interface may know of an identity. */
export function toUser(identity: Identity): User {
  return {
    id: identity.userId,
    kind: identity.kind,
    name: identity.name,
    email: identity.email,
    color: computeAuthorColor(identity.userId),
  }
}
