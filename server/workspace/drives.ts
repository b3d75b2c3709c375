import { randomUUID } from 'node:crypto'
import { and, asc, eq, isNull, sql } from 'drizzle-orm'
import type { Drive } from '../../shared/api/drives.ts'
import type { Role } from '../../shared/roles.ts'
import { narrowDriveRole } from '../access/narrow-decision.ts'
import type { Identity } from '../auth/identity.ts'
import type { Db, Tx } from '../database/connect.ts'
import { driveMembers, drives, pages } from '../database/schema.ts'
import type { Transact } from '../database/transaction.ts'
import { toAccessFact } from './access-facts.ts'
import { recordAudit } from './audit.ts'
import { requireDriveRole, requireWholePerson } from './authorize.ts'
import type { WorkspaceEvent } from './events.ts'
import { idTaken, notFound, Refusal } from './failures.ts'

/** Drives. */
export interface DriveOperations {
  list(identity: Identity): Promise<Drive[]>
  read(identity: Identity, driveId: string): Promise<Drive>
  /** Idempotent by id: the creator sending the same id again gets the drive that is there. */
  create(identity: Identity, body: { id?: string | undefined; name: string }): Promise<Drive>
  /** The revision that a drive stands at; 0 if there is none. The caller has checked the access. */
  readRevision(driveId: string): Promise<number>
  /** Deletes a drive with everything in it, for everybody. Its rows stay for as long as those of a page in the trash. */
  remove(identity: Identity, driveId: string): Promise<void>
}

export function createDriveOperations(db: Db, transact: Transact<WorkspaceEvent>): DriveOperations {
  return {
    async list(identity) {
      const rows = await db
        .select({ drive: drives, role: driveMembers.role })
        .from(driveMembers)
        .innerJoin(drives, eq(drives.id, driveMembers.driveId))
        .where(and(eq(driveMembers.userId, identity.userId), isNull(drives.deletedAt)))
        .orderBy(asc(drives.createdAt), asc(drives.id))
      return rows.flatMap(({ drive, role: whole }) => {
        const role = narrowDriveRole(whole, drive.id, identity.narrowing)
        return role === null ? [] : [toDrive(drive, role)]
      })
    },

    async read(identity, driveId) {
      const role = await requireDriveRole(db, identity, driveId, 'viewer')
      const [drive] = await db.select().from(drives).where(eq(drives.id, driveId))
      if (drive === undefined) throw notFound('drive')
      return toDrive(drive, role)
    },

    create: (identity, body) =>
      transact(async (tx) => {
        if (identity.kind !== 'user')
          throw new Refusal('forbidden', 'Only people with an account can create drives.')
        requireWholePerson(identity)
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

    remove: (identity, driveId) =>
      transact(async (tx) => {
        await requireDriveRole(tx, identity, driveId, 'owner')
        const revision = await advanceRevision(tx, driveId)
        await tx.update(drives).set({ deletedAt: sql`now()` }).where(eq(drives.id, driveId))
        const members = await tx.select().from(driveMembers).where(eq(driveMembers.driveId, driveId))
        const inside = await tx.select({ id: pages.id }).from(pages).where(eq(pages.driveId, driveId))
        const reason = 'drive-deleted'
        await recordAudit(tx, { actorId: identity.userId, action: reason, driveId, target: {} })
        const facts = members.map(({ userId }) =>
          toAccessFact(userId, { driveId, pageId: null, revision, reason, role: null }),
        )
        const scope = { by: 'drive', driveId, pageIds: inside.map(({ id }) => id) } as const
        return { result: undefined, events: [...facts, { kind: 'access-changed', scope }] }
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
  if (existing?.createdBy !== drive.userId || existing.deletedAt !== null) throw idTaken()
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
