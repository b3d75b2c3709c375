import jwt from 'jsonwebtoken'
import { z } from 'zod'
import { emailSchema } from '../../../shared/api/auth.ts'
import type { ExternalSettings } from '../../config.ts'
import { type Narrowing, narrowingSchema } from '../narrowing.ts'
import type { FindKey } from './external-keys.ts'

/** How far the other application's clock may be from ours, seconds. */
export const CLOCK_TOLERANCE_S = 30
/** A token counts for so long after it was issued at most, seconds, even if it says that it lives longer. */
export const MAX_EXTERNAL_TOKEN_AGE_S = 24 * 60 * 60
/** Longer tokens are not looked at, characters. */
const MAX_TOKEN_LENGTH = 16 * 1024
/** Names are cut here, characters, as those are refused that people choose themselves. */
const MAX_NAME_LENGTH = 80
/** What somebody is called whose token says nothing that could be a name. */
const NAMELESS = 'Somebody'

const headerSchema = z.object({
  kid: z.string().max(256).optional(),
  // Extensions that must be understood, and none is (RFC 7515, section 4.1.11).
  crit: z.never().optional(),
})

/** NUL cannot be stored, and the others have no place in an id. */
const idSchema = z
  .string()
  .min(1)
  .max(255)
  .regex(/^\P{Cc}+$/u)

const claimsSchema = z.object({
  sub: idSchema,
  iat: z.number(),
  exp: z.number(),
  /** Their session at the other application. */
  sid: idSchema.optional(),
  name: z.string().optional().catch(undefined),
  preferred_username: z.string().optional().catch(undefined),
  email: emailSchema.optional().catch(undefined),
  email_verified: z.boolean().optional().catch(undefined),
  copydesk: narrowingSchema.optional(),
})

/** What a valid token of the other application says. */
export interface ExternalClaims {
  readonly issuer: string
  readonly subject: string
  /** Tokens of one family stand for one session; empty for all that name none. */
  readonly family: string
  readonly name: string
  /** Only an address that the application has verified. */
  readonly email: string | null
  readonly issuedAt: Date
  /** From this moment on it does not count, tolerance included. */
  readonly expiresAt: Date
  readonly narrowing: Narrowing | undefined
}

export type ExternalCheck =
  | { kind: 'valid'; claims: ExternalClaims }
  | { kind: 'expired' }
  | { kind: 'invalid' }
  /** The keys cannot be had at the moment. */
  | { kind: 'unavailable' }

export interface ExternalTokens {
  /** Whether a token says that it comes from there. Nothing is proved by that yet. */
  isFor(token: string): boolean
  verify(token: string): Promise<ExternalCheck>
}

/** Verifies tokens of one other application: its key, its algorithm, its issuer, and us as the audience. */
export function createExternalTokens(
  { issuer, audience, algorithm }: Pick<ExternalSettings, 'issuer' | 'audience' | 'algorithm'>,
  findKey: FindKey,
  now: () => number = Date.now,
): ExternalTokens {
  function decode(token: string): jwt.Jwt | null {
    if (token.length > MAX_TOKEN_LENGTH) return null
    try {
      return jwt.decode(token, { complete: true })
    } catch {
      // What does not decode is no token: that is the answer.
      return null
    }
  }

  return {
    isFor(token) {
      const payload = decode(token)?.payload
      return typeof payload === 'object' && payload?.iss === issuer
    },

    async verify(token) {
      const decoded = decode(token)
      const header = headerSchema.safeParse(decoded?.header)
      // The library compares as well; before that, no key is fetched for what cannot be valid.
      if (!header.success || decoded?.header.alg !== algorithm) return { kind: 'invalid' }
      const key = await findKey(header.data.kid)
      if (key === 'unavailable') return { kind: 'unavailable' }
      if (key === 'unknown') return { kind: 'invalid' }
      const nowS = Math.floor(now() / 1000)
      try {
        const payload = jwt.verify(token, key, {
          algorithms: [algorithm],
          issuer,
          audience,
          clockTimestamp: nowS,
          clockTolerance: CLOCK_TOLERANCE_S,
        })
        const parsed = claimsSchema.safeParse(payload)
        if (!parsed.success || parsed.data.iat > nowS + CLOCK_TOLERANCE_S) return { kind: 'invalid' }
        const { iat, exp } = parsed.data
        const expiresAtS = Math.min(exp, iat + MAX_EXTERNAL_TOKEN_AGE_S) + CLOCK_TOLERANCE_S
        if (expiresAtS <= nowS) return { kind: 'expired' }
        return { kind: 'valid', claims: toClaims(issuer, parsed.data, expiresAtS) }
      } catch (error) {
        return { kind: error instanceof jwt.TokenExpiredError ? 'expired' : 'invalid' }
      }
    },
  }
}

function toClaims(issuer: string, claims: z.infer<typeof claimsSchema>, expiresAtS: number): ExternalClaims {
  const email = claims.email ?? null
  return {
    issuer,
    subject: claims.sub,
    family: claims.sid ?? '',
    name: toName([claims.name, claims.preferred_username, email?.split('@')[0]]),
    email: claims.email_verified === true ? email : null,
    issuedAt: new Date(claims.iat * 1000),
    expiresAt: new Date(expiresAtS * 1000),
    narrowing: claims.copydesk,
  }
}

/** The first that leaves something to call somebody by. */
function toName(candidates: readonly (string | undefined)[]): string {
  for (const candidate of candidates) {
    const name = [...(candidate ?? '').replaceAll(/\p{Cc}+/gu, ' ').trim()].slice(0, MAX_NAME_LENGTH).join('')
    if (name !== '') return name.trim()
  }
  return NAMELESS
}
