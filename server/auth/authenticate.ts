import { eq, sql } from 'drizzle-orm'
import type { Db } from '../database/connect.ts'
import { sessions, users } from '../database/schema.ts'
import type { AccessTokens } from './access-tokens.ts'
import type { ExternalAuthentication } from './external/external-authentication.ts'
import type { Identity } from './identity.ts'

export type Authentication =
  | { kind: 'authenticated'; identity: Identity; tokenExpiresAt: Date }
  | { kind: 'token-invalid' }
  | { kind: 'token-expired' }
  | { kind: 'session-ended' }
  /** Whether the token is valid cannot be found out at the moment. */
  | { kind: 'identity-unavailable' }

export type Authenticate = (token: string) => Promise<Authentication>

/**
 * Says whom an access token belongs to, the same for HTTP, documents and events. The session is looked
 * up each time: one that has ended stops counting at once, not when its last token expires. Tokens of another
 * application are checked with its key alone: which of the two keys is tried, a token can say; with what, not.
 */
export function createAuthenticate(
  db: Db,
  tokens: AccessTokens,
  external?: ExternalAuthentication,
): Authenticate {
  // Asked with everything that anybody does: PostgreSQL plans it once on each connection.
  const findSession = db
    .select({ session: sessions, user: users })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(eq(sessions.id, sql.placeholder('sessionId')))
    .prepare('find-session')

  return async (token) => {
    if (external?.isFor(token)) return external.authenticate(token)
    const check = tokens.verify(token)
    if (check.kind === 'invalid') return { kind: 'token-invalid' }
    if (check.kind === 'expired') return { kind: 'token-expired' }
    const { sessionId, userId, expiresAt } = check.claims
    const [row] = await findSession.execute({ sessionId })
    if (row === undefined || row.user.id !== userId) return { kind: 'token-invalid' }
    const { session, user } = row
    if (session.endedAt !== null || session.expiresAt <= new Date()) return { kind: 'session-ended' }
    return {
      kind: 'authenticated',
      identity: { userId, kind: user.kind, name: user.name, email: user.email, sessionId },
      tokenExpiresAt: expiresAt,
    }
  }
}
