import { sql } from 'drizzle-orm'
import type { LinkRole, Role } from '../../shared/roles.ts'
import type { Identity } from '../auth/identity.ts'
import type { Db, Tx } from '../database/connect.ts'
import { type AccessDecision, type AccessFacts, decideAccess } from './decide-access.ts'

/** Pages nested deeper than this are treated as if the tree ended there: a broken tree cannot loop. */
const MAX_DEPTH = 100

/** What `toPage` answers: the decision, and the drive when there is one to speak of. */
export type PageAccess = AccessDecision & { readonly driveId: string | null }

/** Asks the database for the facts and `decideAccess` for the answer. */
export interface Access {
  toPage(identity: Identity, pageId: string): Promise<PageAccess>
  /** The person's role in a drive, or null if it is not theirs to know of. */
  toDrive(identity: Identity, driveId: string): Promise<Role | null>
  /** Whether the identity's session still lives. */
  isSessionActive(identity: Identity): Promise<boolean>
}

interface FactsRow extends Record<string, unknown> {
  drive_id: string | null
  deleted: boolean | null
  session_active: boolean
  member_role: Role | null
  link_role: LinkRole | null
}

/** Access as seen by one connection or transaction. */
export function createAccess(db: Db | Tx): Access {
  return {
    async toPage(identity, pageId) {
      // Up the tree from the page: a link to any page above it leads here too, and a page below a
      // deleted one is deleted with it.
      const { rows } = await db.execute<FactsRow>(sql`
        WITH RECURSIVE path AS (
          SELECT id, parent_id, drive_id, deleted_at, 1 AS depth FROM pages WHERE id = ${pageId}
          UNION ALL
          SELECT above.id, above.parent_id, above.drive_id, above.deleted_at, path.depth + 1
          FROM pages above JOIN path ON above.id = path.parent_id
          WHERE path.depth < ${MAX_DEPTH}
        ),
        session AS (
          SELECT share_link_id FROM sessions
          WHERE id = ${identity.sessionId} AND user_id = ${identity.userId}
            AND ended_at IS NULL AND expires_at > now()
        )
        SELECT
          (SELECT drive_id FROM path WHERE depth = 1) AS drive_id,
          (SELECT bool_or(deleted_at IS NOT NULL) FROM path) AS deleted,
          EXISTS (SELECT FROM session) AS session_active,
          (SELECT role FROM drive_members
            WHERE user_id = ${identity.userId} AND drive_id = (SELECT drive_id FROM path WHERE depth = 1)
          ) AS member_role,
          (SELECT role FROM share_links
            WHERE id = (SELECT share_link_id FROM session) AND revoked_at IS NULL
              AND page_id IN (SELECT id FROM path)
          ) AS link_role`)
      const row = rows[0] as FactsRow
      const facts: AccessFacts = {
        session: row.session_active ? 'active' : 'ended',
        page: row.drive_id === null ? 'unknown' : row.deleted ? 'deleted' : 'present',
        memberRole: row.member_role,
        linkRole: row.link_role,
      }
      return { ...decideAccess(facts), driveId: row.drive_id }
    },

    async toDrive(identity, driveId) {
      const { rows } = await db.execute<{ role: Role }>(sql`
        SELECT m.role FROM drive_members m
        JOIN sessions s ON s.user_id = m.user_id
        WHERE m.drive_id = ${driveId} AND m.user_id = ${identity.userId}
          AND s.id = ${identity.sessionId} AND s.ended_at IS NULL AND s.expires_at > now()`)
      return rows[0]?.role ?? null
    },

    async isSessionActive(identity) {
      const { rows } = await db.execute(sql`
        SELECT FROM sessions WHERE id = ${identity.sessionId} AND ended_at IS NULL AND expires_at > now()`)
      return rows.length > 0
    },
  }
}
