import { randomUUID } from 'node:crypto'
import { and, asc, count, eq, isNull } from 'drizzle-orm'
import type { CreatedServiceAccount, ServiceAccount } from '../../shared/api/service-accounts.ts'
import { computeAuthorColor } from '../../shared/colors.ts'
import type { ServiceRole } from '../../shared/roles.ts'
import { createApiKey } from '../auth/api-keys.ts'
import type { Identity } from '../auth/identity.ts'
import { endSession } from '../auth/sessions.ts'
import type { Db, Tx } from '../database/connect.ts'
import { driveMembers, serviceAccounts, sessions, users } from '../database/schema.ts'
import type { Transact } from '../database/transaction.ts'
import { recordAudit } from './audit.ts'
import { requireDriveRole, requireWholePerson } from './authorize.ts'
import { lockDrive } from './drives.ts'
import type { WorkspaceEvent } from './events.ts'
import { notFound, Refusal } from './failures.ts'
import { removeMember, requireRoleInTurn, tellMembers, toMember } from './members.ts'

/** How many service accounts one drive can have. */
const MAX_ACCOUNTS = 100
const DAY_MS = 24 * 60 * 60 * 1000

/** Programs with keys: who makes them, which drives they are in and with what role, and how they end. */
export interface ServiceAccountOperations {
  /** Those that are in a drive, also those of other drives. */
  list(identity: Identity, driveId: string): Promise<ServiceAccount[]>
  /** The answer holds the key; it is not stored and cannot be shown again. */
  create(identity: Identity, driveId: string, body: NewServiceAccount): Promise<CreatedServiceAccount>
  /** Lets an account into a drive or changes its role there; it takes an admin of its own drive and of this one. */
  admit(identity: Identity, driveId: string, accountId: string, role: ServiceRole): Promise<ServiceAccount>
  /** Puts an account out of a drive; in its own drive, ends it and its key everywhere, at once. */
  remove(identity: Identity, driveId: string, accountId: string): Promise<void>
}

export interface NewServiceAccount {
  readonly name: string
  readonly role: ServiceRole
  readonly expiresInDays: number
}

export function createServiceAccountOperations(
  db: Db,
  transact: Transact<WorkspaceEvent>,
): ServiceAccountOperations {
  return {
    async list(identity, driveId) {
      await requireDriveRole(db, identity, driveId, 'admin')
      const rows = await selectAccounts(db)
        .where(and(eq(driveMembers.driveId, driveId), isNull(sessions.endedAt)))
        .orderBy(asc(serviceAccounts.createdAt), asc(users.id))
      return rows.map(toServiceAccount)
    },

    create: (identity, driveId, { name, role, expiresInDays }) =>
      transact(async (tx) => {
        // Its key would outlive the bounds of the token that made it.
        requireWholePerson(identity)
        await requireRoleInTurn(tx, identity, driveId, 'admin')
        const userId = randomUUID()
        const sessionId = randomUUID()
        const { apiKey, prefix, hash } = createApiKey()
        await tx.insert(users).values({ id: userId, kind: 'service', name })
        await tx
          .insert(sessions)
          .values({ id: sessionId, userId, expiresAt: new Date(Date.now() + expiresInDays * DAY_MS) })
        await tx.insert(serviceAccounts).values({
          ...{ userId, driveId, sessionId, createdBy: identity.userId },
          ...{ keyPrefix: prefix, keyHash: hash },
        })
        await recordAudit(tx, {
          ...{ actorId: identity.userId, action: 'service-account-created', driveId },
          target: { userId, keyPrefix: prefix },
        })
        const events = await setRole(tx, identity, driveId, userId, role)
        return { result: { ...(await readAccount(tx, driveId, userId)), apiKey }, events }
      }),

    admit: (identity, driveId, accountId, role) =>
      transact(async (tx) => {
        requireWholePerson(identity)
        await requireDriveRole(tx, identity, driveId, 'admin')
        const account = await lockAccount(tx, accountId)
        if (account.driveId !== driveId) await requireOwnDrive(tx, identity, account.driveId)
        await requireRoleInTurn(tx, identity, driveId, 'admin')
        const events = await setRole(tx, identity, driveId, accountId, role)
        return { result: await readAccount(tx, driveId, accountId), events }
      }),

    remove: (identity, driveId, accountId) =>
      transact(async (tx) => {
        requireWholePerson(identity)
        await requireDriveRole(tx, identity, driveId, 'admin')
        const { userId, sessionId, driveId: ownDriveId, keyPrefix } = await lockAccount(tx, accountId)
        const isOwn = ownDriveId === driveId
        const joined = await tx
          .select({ driveId: driveMembers.driveId })
          .from(driveMembers)
          .where(eq(driveMembers.userId, userId))
        const left = joined.map((member) => member.driveId).filter((id) => isOwn || id === driveId)
        if (left.length === 0) throw notFound('service account')
        // Drives in one order, whoever asks: two removals cannot wait for each other.
        for (const id of left.toSorted()) await lockDrive(tx, id)
        await requireDriveRole(tx, identity, driveId, 'admin')
        const actorId = identity.userId
        const events: WorkspaceEvent[] = []
        for (const id of left) events.push(...(await removeMember(tx, { driveId: id, userId, actorId })))
        if (!isOwn) return { result: undefined, events }
        await endSession(tx, sessionId, 'service-account-removed')
        await recordAudit(tx, {
          ...{ actorId, action: 'service-account-removed', driveId },
          target: { userId, keyPrefix },
        })
        const scope = { by: 'session', sessionIds: [sessionId] } as const
        return { result: undefined, events: [...events, { kind: 'access-changed', scope }] }
      }),
  }
}

/** Gives an account a role in a drive, whose row is locked, and tells everybody. */
async function setRole(
  tx: Tx,
  identity: Identity,
  driveId: string,
  userId: string,
  role: ServiceRole,
): Promise<WorkspaceEvent[]> {
  const [user] = await tx.select().from(users).where(eq(users.id, userId))
  if (user === undefined) throw notFound('service account')
  const changed = await tx
    .update(driveMembers)
    .set({ role })
    .where(and(eq(driveMembers.driveId, driveId), eq(driveMembers.userId, userId)))
    .returning({ userId: driveMembers.userId })
  const isNew = changed.length === 0
  if (isNew) {
    await requireRoom(tx, driveId)
    await tx.insert(driveMembers).values({ driveId, userId, role })
  }
  const reason = isNew ? 'member-added' : 'member-role-changed'
  return tellMembers(tx, identity, driveId, reason, [toMember(user, role)])
}

type AccountRow = typeof serviceAccounts.$inferSelect

/**
 * Makes other changes to an account wait for this one.
 * @throws Refusal `not-found` for one that does not exist or has ended
 */
async function lockAccount(tx: Tx, accountId: string): Promise<AccountRow> {
  const [row] = await tx
    .select({ account: serviceAccounts })
    .from(serviceAccounts)
    .innerJoin(sessions, eq(sessions.id, serviceAccounts.sessionId))
    .where(and(eq(serviceAccounts.userId, accountId), isNull(sessions.endedAt)))
    .for('no key update', { of: serviceAccounts })
  if (row === undefined) throw notFound('service account')
  return row.account
}

/** Of a drive that is not theirs to administer, nobody learns that it has this account. */
async function requireOwnDrive(tx: Tx, identity: Identity, driveId: string): Promise<void> {
  try {
    await requireDriveRole(tx, identity, driveId, 'admin')
  } catch (error) {
    if (error instanceof Refusal) throw notFound('service account')
    throw error
  }
}

/** @throws Refusal `limit-reached` unless one more fits into the drive, whose row is locked */
async function requireRoom(tx: Tx, driveId: string): Promise<void> {
  const [row] = await tx
    .select({ accounts: count() })
    .from(driveMembers)
    .innerJoin(users, eq(users.id, driveMembers.userId))
    .where(and(eq(driveMembers.driveId, driveId), eq(users.kind, 'service')))
  if ((row?.accounts ?? 0) >= MAX_ACCOUNTS)
    throw new Refusal('limit-reached', `A drive can have ${MAX_ACCOUNTS} service accounts. Remove one first.`)
}

async function readAccount(tx: Tx, driveId: string, accountId: string): Promise<ServiceAccount> {
  const [row] = await selectAccounts(tx).where(
    and(eq(driveMembers.driveId, driveId), eq(serviceAccounts.userId, accountId)),
  )
  if (row === undefined) throw notFound('service account')
  return toServiceAccount(row)
}

function selectAccounts(db: Db | Tx) {
  return db
    .select({ account: serviceAccounts, user: users, member: driveMembers, session: sessions })
    .from(serviceAccounts)
    .innerJoin(users, eq(users.id, serviceAccounts.userId))
    .innerJoin(sessions, eq(sessions.id, serviceAccounts.sessionId))
    .innerJoin(driveMembers, eq(driveMembers.userId, serviceAccounts.userId))
    .$dynamic()
}

function toServiceAccount(row: {
  account: AccountRow
  user: typeof users.$inferSelect
  member: typeof driveMembers.$inferSelect
  session: typeof sessions.$inferSelect
}): ServiceAccount {
  const { account, user, member, session } = row
  return {
    id: user.id,
    name: user.name,
    color: computeAuthorColor(user.id),
    role: member.role as ServiceRole,
    driveId: account.driveId,
    keyPrefix: account.keyPrefix,
    createdAt: account.createdAt.toISOString(),
    expiresAt: session.expiresAt.toISOString(),
    lastUsedAt: account.lastUsedAt?.toISOString() ?? null,
  }
}
