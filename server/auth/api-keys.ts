import { randomBytes, timingSafeEqual } from 'node:crypto'
import { eq, sql } from 'drizzle-orm'
import type { Db } from '../database/connect.ts'
import { serviceAccounts, sessions, users } from '../database/schema.ts'
import type { Authenticate, Authentication } from './authenticate.ts'
import { createSecretToken, hashSecretToken } from './secret-tokens.ts'

/** What every API key begins with, so that people and scanners recognise one that has leaked. */
const KEY_START = 'cdk_'
/** The public part, by which the key is found; behind it 256 secret bits. */
const KEY = /^(cdk_[0-9a-f]{12})_[\w-]{43}$/
/** The last use is noted to this precision, ms, so that reading does not mean writing each time. */
const LAST_USED_PRECISION_MS = 60_000

/** A new API key: shown once, kept as prefix and hash. */
export function createApiKey(): { apiKey: string; prefix: string; hash: Buffer } {
  const prefix = `${KEY_START}${randomBytes(6).toString('hex')}`
  const apiKey = `${prefix}_${createSecretToken()}`
  return { apiKey, prefix, hash: hashSecretToken(apiKey) }
}

/** Says which service account an API key belongs to; `token-invalid` for anything that is no living key's. */
export function createAuthenticateApiKey(db: Db, now: () => number = Date.now): Authenticate {
  return async (apiKey): Promise<Authentication> => {
    const prefix = KEY.exec(apiKey)?.[1]
    if (prefix === undefined) return { kind: 'token-invalid' }
    const [row] = await db
      .select({ account: serviceAccounts, session: sessions, user: users })
      .from(serviceAccounts)
      .innerJoin(sessions, eq(sessions.id, serviceAccounts.sessionId))
      .innerJoin(users, eq(users.id, serviceAccounts.userId))
      .where(eq(serviceAccounts.keyPrefix, prefix))
    if (row === undefined || !timingSafeEqual(hashSecretToken(apiKey), row.account.keyHash))
      return { kind: 'token-invalid' }
    const { account, session, user } = row
    if (session.endedAt !== null || session.expiresAt.getTime() <= now()) return { kind: 'session-ended' }
    if ((account.lastUsedAt?.getTime() ?? 0) < now() - LAST_USED_PRECISION_MS) await noteUse(account.userId)
    return {
      kind: 'authenticated',
      identity: {
        ...{ userId: user.id, kind: user.kind, name: user.name, email: user.email },
        sessionId: session.id,
      },
      tokenExpiresAt: session.expiresAt,
    }
  }

  /** A request that only reads goes on also where the database takes no writes. */
  async function noteUse(userId: string): Promise<void> {
    await db
      .update(serviceAccounts)
      .set({ lastUsedAt: sql`now()` })
      .where(eq(serviceAccounts.userId, userId))
      .catch(() => undefined)
  }
}

/** For REST: takes an API key as well as an access token. Documents and events take tokens only. */
export function acceptApiKeys(authenticate: Authenticate, authenticateApiKey: Authenticate): Authenticate {
  return (token) => (token.startsWith(KEY_START) ? authenticateApiKey(token) : authenticate(token))
}
