import { randomUUID } from 'node:crypto'
import { and, asc, eq, isNull, sql } from 'drizzle-orm'
import type { AddMemberBody, Member } from '../../shared/api/drives.ts'
import { computeAuthorColor } from '../../shared/colors.ts'
import type { AccessChangeReason } from '../../shared/protocol/access.ts'
import type { MemberRole, Role } from '../../shared/roles.ts'
import type { Identity } from '../auth/identity.ts'
import type { Db, Tx } from '../database/connect.ts'
import { driveMembers, users } from '../database/schema.ts'
import type { Transact } from '../database/transaction.ts'
import { peopleChanged, toAccessFact } from './access-facts.ts'
import { recordAudit } from './audit.ts'
import { requireDriveRole, requireWholePerson } from './authorize.ts'
import { advanceRevision, lockDrive } from './drives.ts'
import type { FactEvent, WorkspaceEvent } from './events.ts'
import { notFound, Refusal } from './failures.ts'

/** Who belongs to a drive, and as what. A drive has exactly one owner at any time. */
export interface MemberOperations {
  list(identity: Identity, driveId: string): Promise<Member[]>
  /**
   * Idempotent by person and role: a member who is that already is answered as they are.
   * @throws Refusal `already-member` for one with another role, `unknown-user`
   */
  add(identity: Identity, driveId: string, body: AddMemberBody): Promise<Member>
  /** @throws Refusal `is-owner` for the owner's role, which only a transfer changes */
  changeRole(identity: Identity, driveId: string, userId: string, role: MemberRole): Promise<Member>
  /**
   * Puts a member out; everybody may do that to themselves, which is leaving.
   * @throws Refusal `is-owner` for the owner, who has to give the drive to somebody first
   */
  remove(identity: Identity, driveId: string, userId: string): Promise<void>
  /** Gives the drive to another member. Who owned it becomes an admin. */
  transfer(identity: Identity, driveId: string, userId: string): Promise<Member>
}

type UserRow = typeof users.$inferSelect

export function createMemberOperations(db: Db, transact: Transact<WorkspaceEvent>): MemberOperations {
  return {
    async list(identity, driveId) {
      await requireDriveRole(db, identity, driveId, 'viewer')
      const rows = await db
        .select({ user: users, role: driveMembers.role })
        .from(driveMembers)
        .innerJoin(users, eq(users.id, driveMembers.userId))
        .where(eq(driveMembers.driveId, driveId))
        .orderBy(asc(driveMembers.createdAt), asc(users.id))
      return rows.map(({ user, role }) => toMember(user, role))
    },

    add: (identity, driveId, body) =>
      transact(async (tx) => {
        await requireRoleInTurn(tx, identity, driveId, 'admin')
        const user = await findUserByEmail(tx, body.email)
        const added = await tx
          .insert(driveMembers)
          .values({ driveId, userId: user.id, role: body.role })
          .onConflictDoNothing()
          .returning()
        const member = toMember(user, body.role)
        if (added.length === 0) {
          const { role } = await findPerson(tx, driveId, user.id)
          if (role === body.role) return { result: member, events: [] }
          throw new Refusal(
            'already-member',
            'This person is a member of the drive already, with another role.',
          )
        }
        const events = await tellMembers(tx, identity, driveId, 'member-added', [member])
        return { result: member, events }
      }),

    changeRole: (identity, driveId, userId, role) =>
      transact(async (tx) => {
        await requireRoleInTurn(tx, identity, driveId, 'admin')
        const { user, role: before } = await findPerson(tx, driveId, userId)
        if (before === 'owner')
          throw isOwner('The owner’s role changes only by giving the drive to somebody else.')
        const member = toMember(user, role)
        if (before === role) return { result: member, events: [] }
        await setRole(tx, driveId, userId, role)
        return {
          result: member,
          events: await tellMembers(tx, identity, driveId, 'member-role-changed', [member]),
        }
      }),

    remove: (identity, driveId, userId) =>
      transact(async (tx) => {
        const isLeaving = userId === identity.userId
        if (isLeaving) requireWholePerson(identity)
        await requireRoleInTurn(tx, identity, driveId, isLeaving ? 'viewer' : 'admin')
        const { role } = await findPerson(tx, driveId, userId)
        if (role === 'owner') throw isOwner('Give the drive to another member first, or delete it.')
        return {
          result: undefined,
          events: await removeMember(tx, { driveId, userId, actorId: identity.userId }),
        }
      }),

    transfer: (identity, driveId, userId) =>
      transact(async (tx) => {
        await requireRoleInTurn(tx, identity, driveId, 'owner')
        const { user } = await findPerson(tx, driveId, userId)
        if (userId === identity.userId) throw isOwner('The drive is yours already.')
        const { user: self } = await findPerson(tx, driveId, identity.userId)
        // In this order: at no moment may there be two.
        await setRole(tx, driveId, identity.userId, 'admin')
        await setRole(tx, driveId, userId, 'owner')
        const members = [toMember(user, 'owner'), toMember(self, 'admin')]
        return {
          result: members[0] as Member,
          events: await tellMembers(tx, identity, driveId, 'ownership-transferred', members),
        }
      }),
  }
}

/**
 * Takes somebody out of a drive whose row is locked or will not change, and tells everybody. What they were
 * given by name on single pages goes as well: who is put out of a drive is out.
 */
export async function removeMember(
  tx: Tx,
  { driveId, userId, actorId }: { driveId: string; userId: string; actorId: string },
): Promise<WorkspaceEvent[]> {
  const revision = await advanceRevision(tx, driveId)
  await tx.delete(driveMembers).where(and(eq(driveMembers.driveId, driveId), eq(driveMembers.userId, userId)))
  await tx.execute(sql`
    DELETE FROM page_grants USING pages
    WHERE pages.id = page_grants.page_id AND pages.drive_id = ${driveId} AND page_grants.user_id = ${userId}`)
  const reason = 'member-removed'
  await recordAudit(tx, { actorId, action: reason, driveId, target: { userId } })
  const payload = { eventId: randomUUID(), driveId, revision, userId }
  return [
    { kind: 'fact', name: 'member_removed', payload, audience: { driveId, userId } },
    toAccessFact(userId, { driveId, pageId: null, revision, reason, role: null }),
    peopleChanged([userId]),
  ]
}

/** Moves the drive on, tells its room and the people themselves what they are now, and writes it down. */
export async function tellMembers(
  tx: Tx,
  { userId: actorId }: Identity,
  driveId: string,
  reason: Extract<AccessChangeReason, 'member-added' | 'member-role-changed' | 'ownership-transferred'>,
  members: readonly Member[],
): Promise<WorkspaceEvent[]> {
  const revision = await advanceRevision(tx, driveId)
  const [first] = members as [Member]
  await recordAudit(tx, {
    ...{ actorId, action: reason, driveId },
    target: { userId: first.userId, role: first.role },
  })
  const facts = members.flatMap((member): FactEvent[] => [
    {
      kind: 'fact',
      name: reason === 'member-added' ? 'member_added' : 'member_updated',
      payload: { eventId: randomUUID(), driveId, revision, member },
      audience: { driveId, userId: member.userId },
    },
    toAccessFact(member.userId, { driveId, pageId: null, revision, reason, role: member.role }),
  ])
  return [...facts, peopleChanged(members.map((member) => member.userId))]
}

/** Requires a role as it is once every change to the drive before this one is through. */
export async function requireRoleInTurn(
  tx: Tx,
  identity: Identity,
  driveId: string,
  needed: Role,
): Promise<Role> {
  await requireDriveRole(tx, identity, driveId, needed)
  await lockDrive(tx, driveId)
  return requireDriveRole(tx, identity, driveId, needed)
}

/**
 * A member who is a person.
 * @throws Refusal `forbidden` for a service account, which is changed and removed as such
 */
async function findPerson(tx: Tx, driveId: string, userId: string): Promise<{ user: UserRow; role: Role }> {
  const [row] = await tx
    .select({ user: users, role: driveMembers.role })
    .from(driveMembers)
    .innerJoin(users, eq(users.id, driveMembers.userId))
    .where(and(eq(driveMembers.driveId, driveId), eq(driveMembers.userId, userId)))
  if (row === undefined) throw notFound('member')
  if (row.user.kind === 'service')
    throw new Refusal('forbidden', 'This is a service account. Change it under the drive’s service accounts.')
  return row
}

/**
 * The account with this address.
 * @throws Refusal `unknown-user`
 */
async function findUserByEmail(tx: Tx, email: string): Promise<UserRow> {
  const [user] = await tx
    .select()
    .from(users)
    .where(and(eq(sql`lower(${users.email})`, email), isNull(users.deletedAt)))
  if (user !== undefined) return user
  throw new Refusal(
    'unknown-user',
    'Nobody has registered with this e-mail address yet. Ask them to create an account first.',
  )
}

async function setRole(tx: Tx, driveId: string, userId: string, role: Role): Promise<void> {
  await tx
    .update(driveMembers)
    .set({ role })
    .where(and(eq(driveMembers.driveId, driveId), eq(driveMembers.userId, userId)))
}

const isOwner = (message: string) => new Refusal('is-owner', message)

/** A member as everybody in the drive may know them. */
export function toMember(row: UserRow, role: Role): Member {
  const { id, kind, name, email } = row
  return { userId: id, kind, name, email, role, color: computeAuthorColor(id) }
}
