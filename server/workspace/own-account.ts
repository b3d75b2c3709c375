import { and, asc, desc, eq, gt, isNull, sql } from 'drizzle-orm'
import type { OwnSession } from '../../shared/api/auth.ts'
import type { Identity } from '../auth/identity.ts'
import { verifyPassword } from '../auth/passwords.ts'
import { endSession } from '../auth/sessions.ts'
import type { Db, Tx } from '../database/connect.ts'
import { driveMembers, drives, openedLinks, pageGrants, sessions, users } from '../database/schema.ts'
import type { Transact } from '../database/transaction.ts'
import { recordAudit } from './audit.ts'
import { requireWholePerson } from './authorize.ts'
import type { WorkspaceEvent } from './events.ts'
import { notFound, Refusal } from './failures.ts'
import { removeMember } from './members.ts'

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

    async remove(identity, password) {
      requireWholePerson(identity)
      const { userId } = identity
      const [user] = await db.select().from(users).where(eq(users.id, userId))
      if (!(await verifyPassword(user?.passwordHash ?? null, password)))
        throw new Refusal('invalid-credentials', 'The password is wrong.')
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
