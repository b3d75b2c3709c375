import { randomUUID } from 'node:crypto'
import { asc, eq, sql } from 'drizzle-orm'
import type { AddMemberBody, Drive, Member } from '../../shared/api/drives.ts'
import { computeAuthorColor } from '../../shared/colors.ts'
import type { Role } from '../../shared/roles.ts'
import type { Identity } from '../auth/identity.ts'
import type { Db, Tx } from '../database/connect.ts'
import { driveMembers, drives, users } from '../database/schema.ts'
import type { Transact } from '../database/transaction.ts'
import { requireDriveRole } from './authorize.ts'
import type { WorkspaceEvent } from './events.ts'
import { notFound, Refusal } from './failures.ts'

/** Drives and who belongs to them. */
export interface DriveOperations {
  list(identity: Identity): Promise<Drive[]>
  read(identity: Identity, driveId: string): Promise<Drive>
  /** Idempotent by id: the creator sending the same id again gets the drive that is there. */
  create(identity: Identity, body: { id?: string | undefined; name: string }): Promise<Drive>
  /** The revision that a drive stands at; 0 if there is none. The caller has checked the access. */
  readRevision(driveId: string): Promise<number>
  listMembers(identity: Identity, driveId: string): Promise<Member[]>
  addMember(identity: Identity, driveId: string, body: AddMemberBody): Promise<Member>
}

export function createDriveOperations(db: Db, transact: Transact<WorkspaceEvent>): DriveOperations {
  return {
    async list(identity) {
      const rows = await db
        .select({ drive: drives, role: driveMembers.role })
        .from(driveMembers)
        .innerJoin(drives, eq(drives.id, driveMembers.driveId))
        .where(eq(driveMembers.userId, identity.userId))
        .orderBy(asc(drives.createdAt), asc(drives.id))
      return rows.map(({ drive, role }) => toDrive(drive, role))
    },

    async read(identity, driveId) {
      const role = await requireDriveRole(db, identity, driveId, 'viewer')
      const [drive] = await db.select().from(drives).where(eq(drives.id, driveId))
      if (drive === undefined) throw notFound('drive')
      return toDrive(drive, role)
    },

    create: (identity, body) =>
      transact(async (tx) => {
        if (identity.kind === 'guest')
          throw new Refusal('forbidden', 'Guests cannot create drives. Create an account first.')
        const drive = await insertDrive(tx, {
          id: body.id ?? randomUUID(),
          name: body.name,
          userId: identity.userId,
        })
        return { result: toDrive(drive, 'owner'), events: [] }
      }),

    async readRevision(driveId) {
      const [drive] = await db
        .select({ revision: drives.revision })
        .from(drives)
        .where(eq(drives.id, driveId))
      return drive?.revision ?? 0
    },

    async listMembers(identity, driveId) {
      await requireDriveRole(db, identity, driveId, 'viewer')
      const rows = await db
        .select({ user: users, role: driveMembers.role })
        .from(driveMembers)
        .innerJoin(users, eq(users.id, driveMembers.userId))
        .where(eq(driveMembers.driveId, driveId))
        .orderBy(asc(driveMembers.createdAt), asc(users.id))
      return rows.map(({ user, role }) => toMember(user, role))
    },

    addMember: (identity, driveId, body) =>
      transact(async (tx) => {
        await requireDriveRole(tx, identity, driveId, 'admin')
        const [user] = await tx
          .select()
          .from(users)
          .where(eq(sql`lower(${users.email})`, body.email))
        if (user === undefined) {
          throw new Refusal(
            'unknown-user',
            'Nobody has registered with this e-mail address yet. Ask them to create an account first.',
          )
        }
        const added = await tx
          .insert(driveMembers)
          .values({ driveId, userId: user.id, role: body.role })
          .onConflictDoNothing()
          .returning()
        if (added.length === 0)
          throw new Refusal('already-member', 'This person is a member of the drive already.')
        await advanceRevision(tx, driveId)
        return { result: toMember(user, body.role), events: [] }
      }),
  }
}

/** Adds a drive and its owner; with an id that the same person used before, answers what is there. */
export async function insertDrive(
  tx: Tx,
  drive: { id: string; name: string; userId: string },
): Promise<typeof drives.$inferSelect> {
  const [created] = await tx
    .insert(drives)
    .values({ id: drive.id, name: drive.name, createdBy: drive.userId })
    .onConflictDoNothing()
    .returning()
  if (created !== undefined) {
    await tx.insert(driveMembers).values({ driveId: drive.id, userId: drive.userId, role: 'owner' })
    return created
  }
  const [existing] = await tx.select().from(drives).where(eq(drives.id, drive.id))
  if (existing?.createdBy !== drive.userId)
    throw new Refusal('id-taken', 'This id is in use. Make a new one and try again.')
  return existing
}

/**
 * Makes other changes to a drive wait for this one, for what must look before it knows whether it is a
 * change. Answers the revision that the drive stands at meanwhile.
 */
export async function lockDrive(tx: Tx, driveId: string): Promise<number> {
  const [row] = await tx
    .select({ revision: drives.revision })
    .from(drives)
    .where(eq(drives.id, driveId))
    .for('no key update')
  if (row === undefined) throw notFound('drive')
  return row.revision
}

/**
 * Moves a drive's revision on by one and answers the new one. It locks the drive's row, so that changes
 * to one drive become visible in the order of their revisions.
 */
export async function advanceRevision(tx: Tx, driveId: string): Promise<number> {
  const [row] = await tx
    .update(drives)
    .set({ revision: sql`${drives.revision} + 1` })
    .where(eq(drives.id, driveId))
    .returning({ revision: drives.revision })
  if (row === undefined) throw notFound('drive')
  return row.revision
}

function toDrive(row: typeof drives.$inferSelect, role: Role): Drive {
  return { id: row.id, name: row.name, role, revision: row.revision, createdAt: row.createdAt.toISOString() }
}

function toMember(row: typeof users.$inferSelect, role: Role): Member {
  return { userId: row.id, name: row.name, email: row.email, role, color: computeAuthorColor(row.id) }
}
