import { randomUUID } from 'node:crypto'
import { eq, sql } from 'drizzle-orm'
import type { GuestBody, LoginBody, RegisterBody } from '../../shared/api/auth.ts'
import { createAccess } from '../access/access.ts'
import type { Identity } from '../auth/identity.ts'
import { hashPassword, verifyPassword } from '../auth/passwords.ts'
import {
  endSession,
  findSessionByRefreshToken,
  type NewSession,
  type Refresh,
  refreshSession,
  startSession,
} from '../auth/sessions.ts'
import type { Db, Tx } from '../database/connect.ts'
import { isUniqueViolation } from '../database/errors.ts'
import { shareLinks, users } from '../database/schema.ts'
import type { Transact } from '../database/transaction.ts'
import { advanceRevision, insertDrive } from './drives.ts'
import type { AccessChangedEvent, WorkspaceEvent } from './events.ts'
import { notFound, Refusal } from './failures.ts'
import { insertPage } from './pages.ts'
import { requireStrongPassword } from './require-strong-password.ts'
import type { UnlockShareLink } from './share-links.ts'

/** Somebody who is in: who they are, their session, and for guests the page they came for. */
export interface SignedIn {
  readonly identity: Identity
  readonly session: NewSession
  readonly pageId: string | null
}

/** Registering, signing in and out, and coming as a guest. */
export interface AccountOperations {
  /**
   * Makes the account, a drive of its own with a welcome page, and a session.
   * @throws Refusal `weak-password`, `email-taken`
   */
  register(body: RegisterBody): Promise<SignedIn>
  login(body: LoginBody): Promise<SignedIn>
  enterAsGuest(body: GuestBody): Promise<SignedIn>
  refresh(refreshToken: string): Promise<SignedIn>
  /** Ends the session that the refresh token belongs to; without one there is nothing to do. */
  logout(refreshToken: string): Promise<void>
}

/** What a new drive's first page says. */
export interface WelcomePage {
  readonly title: string
  /** Its text, as a Yjs update. */
  readonly update: Uint8Array
}

export function createAccountOperations(deps: {
  db: Db
  transact: Transact<WorkspaceEvent>
  unlock: UnlockShareLink
  welcomePage: WelcomePage
}): AccountOperations {
  const { db, transact, unlock, welcomePage } = deps
  return {
    async register(body) {
      requireStrongPassword(body.password, body)
      const passwordHash = await hashPassword(body.password)
      try {
        return await transact(async (tx) => {
          const userId = randomUUID()
          await tx
            .insert(users)
            .values({ id: userId, kind: 'user', name: body.name, email: body.email, passwordHash })
          const drive = await insertDrive(tx, { id: randomUUID(), name: `${body.name}’s drive`, userId })
          await insertPage(tx, {
            driveId: drive.id,
            revision: await advanceRevision(tx, drive.id),
            parentId: null,
            title: welcomePage.title,
            userId,
            firstUpdate: welcomePage.update,
          })
          const session = await startSession(tx, { userId, kind: 'user' })
          const identity = {
            userId,
            kind: 'user',
            name: body.name,
            email: body.email,
            sessionId: session.sessionId,
          } as const
          return { result: { identity, session, pageId: null }, events: [] }
        })
      } catch (error) {
        if (!isUniqueViolation(error)) throw error
        throw new Refusal(
          'email-taken',
          'There is an account with this e-mail address already. Sign in instead.',
        )
      }
    },

    async login(body) {
      const [user] = await db
        .select()
        .from(users)
        .where(eq(sql`lower(${users.email})`, body.email))
      const right = await verifyPassword(user?.passwordHash ?? null, body.password)
      if (user === undefined || !right) {
        throw new Refusal('invalid-credentials', 'The e-mail address or the password is wrong.')
      }
      return transact(async (tx) => {
        const session = await startSession(tx, { userId: user.id, kind: 'user' })
        const identity = {
          userId: user.id,
          kind: 'user',
          name: user.name,
          email: user.email,
          sessionId: session.sessionId,
        } as const
        return { result: { identity, session, pageId: null }, events: [] }
      })
    },

    async enterAsGuest(body) {
      const { id: linkId, pageId } = await unlock(body)
      return transact(async (tx) => {
        // Locked, so that nobody comes in through a link that is being taken back.
        const [link] = await tx.select().from(shareLinks).where(eq(shareLinks.id, linkId)).for('share')
        if (link === undefined || link.revokedAt !== null) throw notFound('share link')
        const userId = randomUUID()
        await tx.insert(users).values({ id: userId, kind: 'guest', name: body.name })
        const session = await startSession(tx, { userId, kind: 'guest', shareLinkId: link.id })
        const identity = {
          userId,
          kind: 'guest',
          name: body.name,
          email: null,
          sessionId: session.sessionId,
        } as const
        const decision = await createAccess(tx).toPage(identity, pageId)
        if (decision.kind !== 'granted') throw notFound('share link')
        return { result: { identity, session, pageId }, events: [] }
      })
    },

    async refresh(refreshToken) {
      const refreshed = await transact(async (tx) => {
        const result = await refreshSession(tx, refreshToken)
        const events = result.kind === 'reused' ? [sessionChanged(result.sessionId)] : []
        return { result: { refresh: result, pageId: await findGuestPage(tx, result) }, events }
      })
      // Decided outside of the transaction: a session that ended because of a reuse must stay ended.
      const { refresh, pageId } = refreshed
      if (refresh.kind === 'refreshed')
        return { identity: refresh.identity, session: refresh.session, pageId }
      throw new Refusal(
        refresh.kind === 'reused' ? 'refresh-token-reused' : 'session-ended',
        'Your session has ended. Sign in again.',
      )
    },

    logout: (refreshToken) =>
      transact(async (tx) => {
        const sessionId = await findSessionByRefreshToken(tx, refreshToken)
        if (sessionId === undefined) return { result: undefined, events: [] }
        await endSession(tx, sessionId, 'signed-out')
        return { result: undefined, events: [sessionChanged(sessionId)] }
      }),
  }
}

async function findGuestPage(tx: Tx, refresh: Refresh): Promise<string | null> {
  if (refresh.kind !== 'refreshed' || refresh.shareLinkId === null) return null
  const [link] = await tx
    .select({ pageId: shareLinks.pageId })
    .from(shareLinks)
    .where(eq(shareLinks.id, refresh.shareLinkId))
  return link?.pageId ?? null
}

function sessionChanged(sessionId: string): AccessChangedEvent {
  return { kind: 'access-changed', scope: { by: 'session', sessionIds: [sessionId] } }
}
