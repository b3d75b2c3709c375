import { createSecretKey } from 'node:crypto'
import jwt from 'jsonwebtoken'
import { z } from 'zod'
import { OWN_ISSUER, USER_KINDS, type UserKind } from '../../shared/api/auth.ts'

/** How long an access token lives, seconds. */
export const ACCESS_TOKEN_LIFETIME_S = 15 * 60
/** Pinned: whatever a token's header asks for, nothing but this is accepted. */
const ALGORITHM = 'HS256'
const AUDIENCE = 'copydesk'

const claimsSchema = z.object({
  sub: z.uuid(),
  sid: z.uuid(),
  kind: z.enum(USER_KINDS),
  name: z.string(),
  exp: z.number(),
})

/** What a valid token says; whether its session still lives is the session store's to answer. */
export interface AccessClaims {
  readonly userId: string
  readonly sessionId: string
  readonly kind: UserKind
  readonly name: string
  /** When the token expires. */
  readonly expiresAt: Date
}

export type TokenCheck = { kind: 'valid'; claims: AccessClaims } | { kind: 'expired' } | { kind: 'invalid' }

export interface AccessTokens {
  sign(subject: Omit<AccessClaims, 'expiresAt'>): { token: string; expiresAt: Date }
  verify(token: string): TokenCheck
}

/** Signs and verifies access tokens (JWT, RFC 7519) with one symmetric secret of at least 32 bytes. */
export function createAccessTokens(secret: string, now: () => number = Date.now): AccessTokens {
  // From a string, the library would try to make a public key at every call, which costs more than the rest.
  const key = createSecretKey(secret, 'utf8')
  return {
    sign({ userId, sessionId, kind, name }) {
      const issuedAtS = Math.floor(now() / 1000)
      const expiresAtS = issuedAtS + ACCESS_TOKEN_LIFETIME_S
      const payload = {
        sub: userId,
        sid: sessionId,
        kind,
        name,
        iat: issuedAtS,
        exp: expiresAtS,
        iss: OWN_ISSUER,
        aud: AUDIENCE,
      }
      return {
        token: jwt.sign(payload, key, { algorithm: ALGORITHM }),
        expiresAt: new Date(expiresAtS * 1000),
      }
    },

    verify(token) {
      try {
        const payload = jwt.verify(token, key, {
          algorithms: [ALGORITHM],
          issuer: OWN_ISSUER,
          audience: AUDIENCE,
          clockTimestamp: Math.floor(now() / 1000),
        })
        const claims = claimsSchema.safeParse(payload)
        if (!claims.success) return { kind: 'invalid' }
        const { sub, sid, kind, name, exp } = claims.data
        return {
          kind: 'valid',
          claims: { userId: sub, sessionId: sid, kind, name, expiresAt: new Date(exp * 1000) },
        }
      } catch (error) {
        return { kind: error instanceof jwt.TokenExpiredError ? 'expired' : 'invalid' }
      }
    },
  }
}
