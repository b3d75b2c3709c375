import { randomUUID } from 'node:crypto'
import { and, asc, desc, eq, gt, isNull, sql } from 'drizzle-orm'
import type { OwnSession } from '../../shared/api/auth.ts'
import type { Identity } from '../auth/identity.ts'
import { hashPassword, verifyPassword } from '../auth/passwords.ts'
import { endSession } from '../auth/sessions.ts'
import type { Db, Tx } from '../database/connect.ts'
import { driveMembers, drives, openedLinks, pageGrants, sessions, users } from '../database/schema.ts'
import type { Transact } from '../database/transaction.ts'
import { recordAudit } from './audit.ts'
import { requireWholePerson } from './authorize.ts'
import { advanceRevision } from './drives.ts'
import type { WorkspaceEvent } from './events.ts'
import { notFound, Refusal } from './failures.ts'
import { removeMember, toMember } from './members.ts'
import { requireStrongPassword } from './require-strong-password.ts'

/** What is left of the name of somebody who has deleted their account. */
export const DELETED_NAME = 'Deleted user'

/** One's own sessions, and the end of one's account. None of it is for a narrowed token. */
export interface OwnAccountOperations {
  /** The sessions that live, newest first. */
  listSessions(identity: Identity): Promise<OwnSession[]>
  /** Signs out one of one's own devices. */
  endSession(identity: Identity, sessionId: string): Promise<void>
  /** Signs out everywhere, here as well. */
  endAllSessions(identity: Identity): Promise<void>
  /** Changes the name that others see; the members of one's drives are told. */
  rename(identity: Identity, name: string): Promise<Identity>
  /**
   * Changes the password and signs out all other devices.
   * @throws Refusal `invalid-credentials`, `weak-password`
   */
  changePassword(identity: Identity, current: string, next: string): Promise<void>
  /**
   * What was written stays; the name and the address go, and everything that was open ends.
   * @throws Refusal `owns-drives`, `invalid-credentials`
   */
  remove(identity: Identity, password: string): Promise<void>
}

export function createOwnAccountOperations(db: Db, transact: Transact<WorkspaceEvent>): OwnAccountOperations {
  return {
    async listSessions(identity) {
      requireWholePerson(identity)
      const { userId, sessionId } = identity
      const rows = await db
        .select()
        .from(sessions)
        .where(and(eq(sessions.userId, userId), isNull(sessions.endedAt), gt(sessions.expiresAt, sql`now()`)))
        .orderBy(desc(sessions.createdAt), desc(sessions.id))
      return rows.map((row) => ({
        id: row.id,
        isCurrent: row.id === sessionId,
        createdAt: row.createdAt.toISOString(),
        expiresAt: row.expiresAt.toISOString(),
      }))
    },

    endSession: (identity, sessionId) =>
      transact(async (tx) => {
        requireWholePerson(identity)
        const { userId } = identity
        const [own] = await tx
          .select({ id: sessions.id })
          .from(sessions)
          .where(and(eq(sessions.id, sessionId), eq(sessions.userId, userId), isNull(sessions.endedAt)))
        if (own === undefined) throw notFound('session')
        return { result: undefined, events: await endSessions(tx, userId, [sessionId]) }
      }),

    endAllSessions: (identity) =>
      transact(async (tx) => {
        requireWholePerson(identity)
        const { userId } = identity
        return { result: undefined, events: await endSessions(tx, userId, await listLiving(tx, userId)) }
      }),

    rename: (identity, name) =>
      transact(async (tx) => {
        requireWholePerson(identity)
        const { userId } = identity
        const memberships = await lockMemberships(tx, userId)
        const [user] = await tx.update(users).set({ name }).where(eq(users.id, userId)).returning()
        if (user === undefined) throw notFound('person')
        const events: WorkspaceEvent[] = []
        for (const { driveId, role, deletedAt } of memberships) {
          if (deletedAt !== null) continue
          const revision = await advanceRevision(tx, driveId)
          const payload = { eventId: randomUUID(), driveId, revision, member: toMember(user, role) }
          events.push({ kind: 'fact', name: 'member_updated', payload, audience: { driveId, userId } })
        }
        return { result: { ...identity, name }, events }
      }),

    async changePassword(identity, current, next) {
      requireWholePerson(identity)
      const { userId, sessionId } = identity
      const known = await requirePassword(db, userId, current)
      requireStrongPassword(next, identity)
      const passwordHash = await hashPassword(next)
      await transact(async (tx) => {
        // Of two that know the same password only one changes it.
        const changed = await tx
          .update(users)
          .set({ passwordHash })
          .where(and(eq(users.id, userId), eq(users.passwordHash, known)))
          .returning({ id: users.id })
        if (changed.length === 0) throw wrongPassword()
        await recordAudit(tx, { actorId: userId, action: 'password-changed', driveId: null, target: {} })
        const others = (await listLiving(tx, userId)).filter((id) => id !== sessionId)
        return { result: undefined, events: await endSessions(tx, userId, others) }
      })
    },

    async remove(identity, password) {
      requireWholePerson(identity)
      const { userId } = identity
      await requirePassword(db, userId, password)
      await transact(async (tx) => {
        const memberships = await lockMemberships(tx, userId)
        const owned = memberships.filter(({ role, deletedAt }) => role === 'owner' && deletedAt === null)
        if (owned.length > 0) {
          throw new Refusal(
            'owns-drives',
            `You still own ${owned.length === 1 ? 'a drive' : `${owned.length} drives`}. Give them to other members or delete them first.`,
          )
        }
        const events: WorkspaceEvent[] = []
        for (const { driveId, role } of memberships) {
          // A deleted drive keeps its last owner: there is nobody left to be told.
          if (role !== 'owner') events.push(...(await removeMember(tx, { driveId, userId, actorId: userId })))
        }
        await tx.delete(pageGrants).where(eq(pageGrants.userId, userId))
        await tx.delete(openedLinks).where(eq(openedLinks.userId, userId))
        await tx
          .update(users)
          .set({ name: DELETED_NAME, email: null, passwordHash: null, deletedAt: sql`now()` })
          .where(eq(users.id, userId))
        await recordAudit(tx, { actorId: userId, action: 'account-deleted', driveId: null, target: {} })
        events.push(...(await endSessions(tx, userId, await listLiving(tx, userId))))
        return { result: undefined, events }
      })
    },
  }
}

/** The hash of somebody's password, which this is. @throws Refusal `invalid-credentials` */
async function requirePassword(db: Db, userId: string, password: string): Promise<string> {
  const [user] = await db.select().from(users).where(eq(users.id, userId))
  const hash = user?.passwordHash ?? null
  const isRight = await verifyPassword(hash, password)
  if (hash === null || !isRight) throw wrongPassword()
  return hash
}

const wrongPassword = () => new Refusal('invalid-credentials', 'The password is wrong.')

/** The drives of somebody, locked in the order of their ids so that two who do this cannot wait for each other. */
function lockMemberships(tx: Tx, userId: string) {
  return tx
    .select({ driveId: drives.id, deletedAt: drives.deletedAt, role: driveMembers.role })
    .from(driveMembers)
    .innerJoin(drives, eq(drives.id, driveMembers.driveId))
    .where(eq(driveMembers.userId, userId))
    .orderBy(asc(drives.id))
    .for('no key update', { of: drives })
}

async function listLiving(tx: Tx, userId: string): Promise<string[]> {
  const rows = await tx
    .select({ id: sessions.id })
    .from(sessions)
    .where(and(eq(sessions.userId, userId), isNull(sessions.endedAt)))
  return rows.map(({ id }) => id)
}

async function endSessions(
  tx: Tx,
  actorId: string,
  sessionIds: readonly string[],
): Promise<WorkspaceEvent[]> {
  for (const sessionId of sessionIds) {
    await endSession(tx, sessionId, 'signed-out')
    await recordAudit(tx, { actorId, action: 'session-ended', driveId: null, target: { sessionId } })
  }
  return [{ kind: 'access-changed', scope: { by: 'session', sessionIds } }]
}
