import { sql } from 'drizzle-orm'
import type { Role } from '../../shared/roles.ts'
import type { Identity } from '../auth/identity.ts'
import type { Db, Tx } from '../database/connect.ts'
import { type AccessDecision, canEdit, decideAccess } from './decide-access.ts'
import { narrowDecision, narrowDriveRole } from './narrow-decision.ts'
import { type Asker, readPageFacts, readRestrictedFacts, toArray } from './page-facts.ts'

/** What `toPage` answers: the decision, and the drive when there is one to speak of. */
export type PageAccess = AccessDecision & { readonly driveId: string | null }

/** Asks the database for the facts and `decideAccess` for the answer. */
export interface Access {
  toPage(identity: Identity, pageId: string): Promise<PageAccess>
  /** The same for several people at once, in their order. */
  manyToPage(askers: readonly Asker[], pageId: string): Promise<PageAccess[]>
  /**
   * The pages of these drives that a member of them may not see. Ask it after the list that is filtered was
   * read: then nothing that was made below a restricted page meanwhile slips through.
   */
  hiddenPages(identity: Pick<Identity, 'userId'>, driveIds: readonly string[]): Promise<ReadonlySet<string>>
  /** The restricted pages of a drive that are still there or in the trash and that somebody may not edit, seen or not. */
  uneditablePages(identity: Pick<Identity, 'userId'>, driveId: string): Promise<ReadonlySet<string>>
  /** Of some pages those that lie in a drive, whoever may see them. */
  findInDrive(driveId: string, pageIds: readonly string[]): Promise<ReadonlySet<string>>
  /** The person's role in a drive, or null if it is not theirs to know of. */
  toDrive(identity: Identity, driveId: string): Promise<Role | null>
  /** Whether the identity's session still lives. */
  isSessionActive(identity: Identity): Promise<boolean>
}

/** Access as seen by one connection or transaction. */
export function createAccess(db: Db | Tx): Access {
  async function manyToPage(askers: readonly Asker[], pageId: string): Promise<PageAccess[]> {
    const found = await readPageFacts(db, pageId, askers)
    return found.map(({ facts, ...place }, nr) => ({
      ...narrowDecision(decideAccess(facts), place, askers[nr]?.narrowing),
      driveId: place.driveId,
    }))
  }

  return {
    async toPage(identity, pageId) {
      const [decision] = await manyToPage([identity], pageId)
      return decision as PageAccess
    },

    manyToPage,

    async hiddenPages({ userId }, driveIds) {
      const restricted = await readRestrictedFacts(db, userId, driveIds)
      return new Set(
        restricted.filter(({ facts }) => decideAccess(facts).kind !== 'granted').map(({ pageId }) => pageId),
      )
    },

    async uneditablePages({ userId }, driveId) {
      const restricted = await readRestrictedFacts(db, userId, [driveId])
      const uneditable = restricted.filter(({ isGivenUp, facts }) => {
        const decision = decideAccess(facts)
        return !isGivenUp && !(decision.kind === 'granted' && canEdit(decision.role))
      })
      return new Set(uneditable.map(({ pageId }) => pageId))
    },

    async findInDrive(driveId, pageIds) {
      const { rows } = await db.execute<{ id: string }>(sql`
        SELECT id FROM pages WHERE drive_id = ${driveId} AND id = ANY(${toArray(pageIds)}::uuid[])`)
      return new Set(rows.map(({ id }) => id))
    },

    async toDrive(identity, driveId) {
      const { rows } = await db.execute<{ role: Role }>(sql`
        SELECT m.role FROM drive_members m
        JOIN sessions s ON s.user_id = m.user_id
        JOIN drives d ON d.id = m.drive_id
        WHERE m.drive_id = ${driveId} AND m.user_id = ${identity.userId} AND d.deleted_at IS NULL
          AND s.id = ${identity.sessionId} AND s.ended_at IS NULL AND s.expires_at > now()`)
      return narrowDriveRole(rows[0]?.role ?? null, driveId, identity.narrowing)
    },

    async isSessionActive(identity) {
      const { rows } = await db.execute(sql`
        SELECT FROM sessions WHERE id = ${identity.sessionId} AND ended_at IS NULL AND expires_at > now()`)
      return rows.length > 0
    },
  }
}
