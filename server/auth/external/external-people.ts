import { randomUUID } from 'node:crypto'
import { and, desc, eq, sql } from 'drizzle-orm'
import type { Db, Tx } from '../../database/connect.ts'
import { isUniqueViolation } from '../../database/errors.ts'
import { externalIdentities, externalSessions, sessions, users } from '../../database/schema.ts'
import type { Identity } from '../identity.ts'
import type { ExternalClaims } from './external-tokens.ts'

/** How long an external session may be used, ms; nothing extends it. */
export const EXTERNAL_SESSION_LIFETIME_MS = 30 * 24 * 60 * 60 * 1000

/** The people that another application vouches for, and their sessions here. */
export interface ExternalPeople {
  /**
   * Who a verified token belongs to. On first sight the account is made, and for a new family of tokens a
   * session; null if the token's session has ended.
   */
  identify(claims: ExternalClaims): Promise<Identity | null>
}

interface Known {
  readonly user: typeof users.$inferSelect
  readonly session: typeof sessions.$inferSelect | null
  readonly claimsAt: Date
  /** When the session of the family before that one ended. */
  readonly endedBefore: Date | null
}

export function createExternalPeople(db: Db, now: () => number = Date.now): ExternalPeople {
  return {
    async identify(claims) {
      const known = await find(db, claims)
      if (known !== undefined && !isNews(known, claims)) {
        const standing = judge(known, claims, now())
        if (standing !== 'new')
          return standing === 'ended' ? null : toIdentity(known.user, known.session, claims)
      }
      const admitOnce = () => db.transaction((tx) => admit(tx, claims, now()))
      return admitOnce().catch((error: unknown) => {
        // Somebody has taken the e-mail address this very moment: now it is seen as taken.
        if (isUniqueViolation(error)) return admitOnce()
        throw error
      })
    },
  }
}

/** Writes down what is new about somebody. Whoever comes at the same time waits, and then finds it. */
async function admit(tx: Tx, claims: ExternalClaims, nowMs: number): Promise<Identity | null> {
  const person = JSON.stringify([claims.issuer, claims.subject])
  await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended(${person}, 0))`)
  const known = (await find(tx, claims)) ?? (await provision(tx, claims))
  const standing = judge(known, claims, nowMs)
  if (standing === 'ended') return null
  const user = isNews(known, claims) ? await update(tx, known, claims) : known.user
  const session = standing === 'new' ? await begin(tx, known, claims, nowMs) : known.session
  return toIdentity(user, session, claims)
}

async function find(db: Db | Tx, { issuer, subject, family }: ExternalClaims): Promise<Known | undefined> {
  const [row] = await db
    .select({
      user: users,
      session: sessions,
      claimsAt: externalIdentities.claimsAt,
      endedBefore: externalSessions.endedBefore,
    })
    .from(externalIdentities)
    .innerJoin(users, eq(users.id, externalIdentities.userId))
    .leftJoin(
      externalSessions,
      and(eq(externalSessions.userId, users.id), eq(externalSessions.family, family)),
    )
    .leftJoin(sessions, eq(sessions.id, externalSessions.sessionId))
    .where(and(eq(externalIdentities.issuer, issuer), eq(externalIdentities.subject, subject)))
    .orderBy(desc(sessions.createdAt))
    .limit(1)
  return row
}

/**
 * What a token's session is worth. A deleted account stays deleted, and a session that has ended stays so for
 * its `sid`. Tokens that name none are all of one family: those that were issued behind its end are a new sign-in.
 */
function judge(
  { user, session, endedBefore }: Known,
  { family, issuedAt }: ExternalClaims,
  nowMs: number,
): 'alive' | 'new' | 'ended' {
  if (user.deletedAt !== null) return 'ended'
  if (session === null) return 'new'
  if (endedBefore !== null && issuedAt <= endedBefore) return 'ended'
  if (session.endedAt === null && session.expiresAt.getTime() > nowMs) return 'alive'
  return family === '' && issuedAt > endOf(session) ? 'new' : 'ended'
}

/** Whether a token is newer than what we know, and says something else. */
function isNews({ user, claimsAt }: Known, { name, email, issuedAt }: ExternalClaims): boolean {
  return issuedAt > claimsAt && (name !== user.name || (email !== null && email !== user.email))
}

async function provision(tx: Tx, claims: ExternalClaims): Promise<Known> {
  const { issuer, subject, name, issuedAt } = claims
  const email = await freeEmail(tx, claims.email)
  const [user] = await tx
    .insert(users)
    .values({ id: randomUUID(), kind: 'user', name, email, isExternal: true })
    .returning()
  if (user === undefined) throw new Error('an account could not be made')
  await tx.insert(externalIdentities).values({ issuer, subject, userId: user.id, claimsAt: issuedAt })
  return { user, session: null, claimsAt: issuedAt, endedBefore: null }
}

async function update(
  tx: Tx,
  { user }: Known,
  { name, email, issuedAt }: ExternalClaims,
): Promise<Known['user']> {
  const isNewEmail = email !== null && email !== user.email
  const changes = { name, ...(isNewEmail ? { email: await freeEmail(tx, email) } : {}) }
  const [changed] = await tx.update(users).set(changes).where(eq(users.id, user.id)).returning()
  await tx
    .update(externalIdentities)
    .set({ claimsAt: issuedAt })
    .where(eq(externalIdentities.userId, user.id))
  return changed ?? user
}

/** The address, unless another account has it: an account is never shared because of an address. */
async function freeEmail(tx: Tx, email: string | null): Promise<string | null> {
  if (email === null) return null
  const taken = await tx
    .select({ id: users.id })
    .from(users)
    .where(eq(sql`lower(${users.email})`, email))
  return taken.length === 0 ? email : null
}

async function begin(
  tx: Tx,
  { user: { id: userId }, session: before }: Known,
  { family }: ExternalClaims,
  nowMs: number,
): Promise<typeof sessions.$inferSelect> {
  const expiresAt = new Date(nowMs + EXTERNAL_SESSION_LIFETIME_MS)
  const [session] = await tx.insert(sessions).values({ id: randomUUID(), userId, expiresAt }).returning()
  if (session === undefined) throw new Error('a session could not be made')
  await tx
    .insert(externalSessions)
    .values({ sessionId: session.id, userId, family, endedBefore: before && endOf(before) })
  return session
}

function endOf({ endedAt, expiresAt }: typeof sessions.$inferSelect): Date {
  return endedAt ?? expiresAt
}

function toIdentity(
  user: typeof users.$inferSelect,
  session: typeof sessions.$inferSelect | null,
  { narrowing }: ExternalClaims,
): Identity | null {
  if (session === null) return null
  const { id: userId, name, email } = user
  return { userId, kind: 'user', name, email, sessionId: session.id, ...(narrowing && { narrowing }) }
}
