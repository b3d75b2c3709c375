import type { Authenticate } from '../auth/authenticate.ts'
import { hasSameStanding } from '../auth/identity.ts'
import { type RequestHandlers, refuse } from './answer-requests.ts'
import type { Rooms } from './rooms.ts'
import type { Sessions } from './sessions.ts'
import type { RealtimeSocket } from './sockets.ts'

const WHAT_TO_DO = {
  'token-invalid': 'This token is not valid. Sign in again.',
  'token-expired': 'This token has expired. Get a new one and send that.',
  'session-ended': 'The session has ended. Sign in again.',
  'identity-unavailable': 'This token cannot be checked at the moment. Try again in a few seconds.',
} as const

/** Going on with another token in place, so that neither rooms nor presence flicker. */
export function createSessionRequests(deps: {
  readonly authenticate: Authenticate
  readonly sessions: Pick<Sessions, 'watch'>
  readonly rooms: Pick<Rooms, 'accessChanges'>
  readonly redecide: (socket: RealtimeSocket) => Promise<void>
}): RequestHandlers<'renew_token'> {
  return {
    async renew_token(socket, { token }) {
      const decidedAt = deps.rooms.accessChanges()
      const authentication = await deps.authenticate(token)
      if (authentication.kind !== 'authenticated')
        return refuse(authentication.kind, WHAT_TO_DO[authentication.kind])
      const { identity, tokenExpiresAt } = authentication
      const before = socket.data.identity
      if (identity.userId !== before.userId)
        return refuse('token-invalid', 'This token is somebody else’s. Connect anew with it.')
      socket.data.identity = identity
      socket.data.tokenExpiresAt = tokenExpiresAt
      deps.sessions.watch(socket)
      if (!hasSameStanding(identity, before) || decidedAt !== deps.rooms.accessChanges())
        await deps.redecide(socket)
      return { ok: true, expiresAt: tokenExpiresAt.toISOString() }
    },
  }
}
