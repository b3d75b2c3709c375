import type { Socket } from 'socket.io'
import { PROBLEM_STATUS, type ProblemCode } from '../../shared/api/problem.ts'
import { handshakeAuthSchema } from '../../shared/protocol/envelope.ts'
import { OLDEST_PROTOCOL_VERSION } from '../../shared/protocol/version.ts'
import type { Authenticate } from '../auth/authenticate.ts'
import type { SocketData } from './sockets.ts'

/** Who a socket has proved to be; otherwise the code of what is wrong. */
export async function identify(
  authenticate: Authenticate,
  { handshake }: Pick<Socket, 'handshake'>,
): Promise<Pick<SocketData, 'identity' | 'tokenExpiresAt'> | ProblemCode> {
  const auth = handshakeAuthSchema.safeParse(handshake.auth)
  if (!auth.success) return 'unauthenticated'
  if (auth.data.protocol < OLDEST_PROTOCOL_VERSION) return 'client-outdated'
  const authentication = await authenticate(auth.data.token)
  if (authentication.kind !== 'authenticated') return authentication.kind
  const { identity, tokenExpiresAt } = authentication
  return { identity, tokenExpiresAt }
}

/** What the client gets as `connect_error`, with the code in `data`. */
export function toHandshakeError(code: ProblemCode): Error {
  return Object.assign(new Error(code), { data: { code, status: PROBLEM_STATUS[code] } })
}
