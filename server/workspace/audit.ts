import { and, desc, eq, lt } from 'drizzle-orm'
import type { AuditAction, AuditList } from '../../shared/api/audit.ts'
import type { Identity } from '../auth/identity.ts'
import type { Db, Tx } from '../database/connect.ts'
import { auditEvents, users } from '../database/schema.ts'
import { requireDriveRole } from './authorize.ts'

/** The audit trail, for those who administer a drive. */
export interface AuditOperations {
  /** Newest first; `cursor` is the `nextCursor` of the page before. */
  list(
    identity: Identity,
    driveId: string,
    page: { cursor?: string | undefined; limit: number },
  ): Promise<AuditList>
}

export function createAuditOperations(db: Db): AuditOperations {
  return {
    async list(identity, driveId, { cursor, limit }) {
      await requireDriveRole(db, identity, driveId, 'admin')
      const rows = await db
        .select({ event: auditEvents, name: users.name })
        .from(auditEvents)
        .innerJoin(users, eq(users.id, auditEvents.actorId))
        .where(
          and(
            eq(auditEvents.driveId, driveId),
            cursor === undefined ? undefined : lt(auditEvents.id, Number(cursor)),
          ),
        )
        .orderBy(desc(auditEvents.id))
        .limit(limit + 1)
      const items = rows.slice(0, limit).map(({ event, name }) => ({
        id: event.id,
        action: event.action,
        actor: { userId: event.actorId, name },
        target: event.target,
        at: event.createdAt.toISOString(),
      }))
      const last = items.at(-1)
      return rows.length > limit && last !== undefined ? { items, nextCursor: String(last.id) } : { items }
    },
  }
}

/** Adds to the audit trail, in the transaction of what it records: neither is there without the other. */
export async function recordAudit(
  tx: Tx,
  event: {
    actorId: string
    action: AuditAction
    driveId: string | null
    target: Record<string, string | boolean | null>
  },
): Promise<void> {
  await tx.insert(auditEvents).values(event)
}
