import { randomUUID } from 'node:crypto'
import { and, eq, isNull, sql } from 'drizzle-orm'
import type { Tx } from '../database/connect.ts'
import { refreshTokens, sessions, users } from '../database/schema.ts'
import type { Identity } from './identity.ts'
import { createSecretToken, hashSecretToken } from './secret-tokens.ts'

/** How long a session lives without being refreshed, ms: each refresh starts this anew. */
export const SESSION_LIFETIME_MS = 30 * 24 * 60 * 60 * 1000
/** A guest comes for a visit. */
export const GUEST_SESSION_LIFETIME_MS = 24 * 60 * 60 * 1000
export interface NewSession {
  readonly sessionId: string
  readonly refreshToken: string
  readonly expiresAt: Date
}

/** Starts a session for somebody who has just proved who they are. */
export async function startSession(
  tx: Tx,
  person: { userId: string; kind: 'user' | 'guest'; shareLinkId?: string },
): Promise<NewSession> {
  const sessionId = randomUUID()
  const lifetimeMs = person.kind === 'guest' ? GUEST_SESSION_LIFETIME_MS : SESSION_LIFETIME_MS
  const expiresAt = new Date(Date.now() + lifetimeMs)
  await tx
    .insert(sessions)
    .values({ id: sessionId, userId: person.userId, shareLinkId: person.shareLinkId ?? null, expiresAt })
  return { sessionId, refreshToken: await issueRefreshToken(tx, sessionId), expiresAt }
}

async function issueRefreshToken(tx: Tx, sessionId: string): Promise<string> {
  const token = createSecretToken()
  await tx.insert(refreshTokens).values({ tokenHash: hashSecretToken(token), sessionId })
  return token
}

export type Refresh =
  | { kind: 'refreshed'; identity: Identity; session: NewSession; shareLinkId: string | null }
  | { kind: 'unknown' }
  | { kind: 'ended' }
  /** The token had been used before: somebody else has it. The session was ended by this call. */
  | { kind: 'reused'; sessionId: string }

/** Exchanges a refresh token for the next one (rotation as in RFC 9700, section 4.14.2). */
export async function refreshSession(tx: Tx, token: string): Promise<Refresh> {
  const tokenHash = hashSecretToken(token)
  const [row] = await tx
    .select({ session: sessions, user: users })
    .from(refreshTokens)
    .innerJoin(sessions, eq(sessions.id, refreshTokens.sessionId))
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(eq(refreshTokens.tokenHash, tokenHash))
    .for('update', { of: sessions })
  if (row === undefined) return { kind: 'unknown' }
  const { session, user } = row
  if (session.endedAt !== null || session.expiresAt <= new Date()) return { kind: 'ended' }

  // Marking is the test: of two refreshes with one token, however close, only one finds it unmarked.
  const marked = await tx
    .update(refreshTokens)
    .set({ usedAt: sql`clock_timestamp()` })
    .where(and(eq(refreshTokens.tokenHash, tokenHash), isNull(refreshTokens.usedAt)))
    .returning({ sessionId: refreshTokens.sessionId })
  if (marked.length === 0) {
    await endSession(tx, session.id, 'refresh-token-reused')
    return { kind: 'reused', sessionId: session.id }
  }

  const kind = user.kind === 'guest' ? 'guest' : 'user'
  const lifetimeMs = kind === 'guest' ? GUEST_SESSION_LIFETIME_MS : SESSION_LIFETIME_MS
  const expiresAt = new Date(Date.now() + lifetimeMs)
  await tx.update(sessions).set({ expiresAt }).where(eq(sessions.id, session.id))
  const refreshToken = await issueRefreshToken(tx, session.id)
  return {
    kind: 'refreshed',
    identity: { userId: user.id, kind, name: user.name, email: user.email, sessionId: session.id },
    session: { sessionId: session.id, refreshToken, expiresAt },
    shareLinkId: session.shareLinkId,
  }
}

/** The session that a refresh token belongs to, used or not. */
export async function findSessionByRefreshToken(tx: Tx, token: string): Promise<string | undefined> {
  const [row] = await tx
    .select({ sessionId: refreshTokens.sessionId })
    .from(refreshTokens)
    .where(eq(refreshTokens.tokenHash, hashSecretToken(token)))
  return row?.sessionId
}

/** Ends a session for good; its refresh tokens are forgotten and its access tokens stop counting. */
export async function endSession(tx: Tx, sessionId: string, reason: string): Promise<void> {
  await tx
    .update(sessions)
    .set({ endedAt: sql`now()`, endedReason: reason })
    .where(and(eq(sessions.id, sessionId), isNull(sessions.endedAt)))
}
