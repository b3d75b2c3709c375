import { type SQL, sql } from 'drizzle-orm'
import type { LinkRole, MemberRole, Role } from '../../shared/roles.ts'
import type { Narrowing } from '../auth/narrowing.ts'
import type { Db, Tx } from '../database/connect.ts'
import type { AccessFacts, PathStep } from './decide-access.ts'
import type { PagePlace } from './narrow-decision.ts'

/** How deeply pages can be nested; nothing looks further up than this, so that a broken tree cannot loop. */
export const MAX_DEPTH = 1_000

/** Somebody to decide for; without a session, whatever their sessions are. */
export interface Asker {
  readonly userId: string
  readonly sessionId: string | null
  /** What their token may touch at most. */
  readonly narrowing?: Narrowing
}

/** The facts about one person and one page, and the page's place if there is one. */
export interface PageFacts extends PagePlace {
  readonly facts: AccessFacts
}

/** What decides about several people on one page. */
const FACTS = sql`
  WITH RECURSIVE path AS (
    SELECT id, parent_id, drive_id, deleted_at, restricted, 1 AS depth FROM pages WHERE id = ${sql.placeholder('pageId')}
    UNION ALL
    SELECT above.id, above.parent_id, above.drive_id, above.deleted_at, above.restricted, path.depth + 1
    FROM pages above JOIN path ON above.id = path.parent_id
    WHERE path.depth < ${MAX_DEPTH}
  ),
  page AS (
    SELECT path.drive_id, drives.deleted_at AS drive_deleted_at,
      (SELECT bool_or(deleted_at IS NOT NULL) FROM path) AS deleted
    FROM path JOIN drives ON drives.id = path.drive_id WHERE depth = 1
  ),
  asker AS (
    SELECT * FROM unnest(
      ${sql.placeholder('userIds')}::uuid[],
      ${sql.placeholder('sessionIds')}::uuid[]
    ) WITH ORDINALITY AS asker (user_id, session_id, nr)
  ),
  link AS (
    SELECT asker.nr, share_links.page_id, share_links.role, share_links.expires_at
    FROM asker
    JOIN LATERAL (
      SELECT share_link_id AS id FROM sessions
      WHERE user_id = asker.user_id AND id = COALESCE(asker.session_id, id) AND share_link_id IS NOT NULL
        AND ended_at IS NULL AND sessions.expires_at > now()
      UNION
      SELECT link_id FROM opened_links WHERE user_id = asker.user_id
    ) through ON true
    JOIN share_links ON share_links.id = through.id AND revoked_at IS NULL
    WHERE share_links.page_id IN (SELECT id FROM path)
  )
  SELECT asker.nr,
    (SELECT drive_id FROM page WHERE drive_deleted_at IS NULL) AS drive_id,
    (SELECT array_agg(id) FROM path) AS path_ids,
    (SELECT deleted FROM page) AS deleted,
    asker.session_id IS NULL OR EXISTS (
      SELECT FROM sessions WHERE id = asker.session_id AND user_id = asker.user_id
        AND ended_at IS NULL AND expires_at > now()
    ) AS session_active,
    (SELECT role FROM drive_members
      WHERE user_id = asker.user_id AND drive_id = (SELECT drive_id FROM page)) AS member_role,
    (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now_ms,
    (SELECT json_agg(json_build_object(
        'restricted', path.restricted,
        'grant', (SELECT role FROM page_grants WHERE page_id = path.id AND user_id = asker.user_id),
        'links', (SELECT json_agg(json_build_object(
            'role', link.role, 'expiresAtMs', (extract(epoch FROM link.expires_at) * 1000)::float8))
          FROM link WHERE link.nr = asker.nr AND link.page_id = path.id)
      ) ORDER BY path.depth) FROM path) AS path
  FROM asker`

/** What is read of each of them. */
const COLUMNS = {
  driveId: sql<string | null>`drive_id`,
  pathIds: sql<string[] | null>`path_ids`,
  deleted: sql<boolean | null>`deleted`,
  sessionActive: sql<boolean>`session_active`,
  memberRole: sql<Role | null>`member_role`,
  nowMs: sql<number>`now_ms`,
  path: sql<
    | {
        restricted: boolean
        grant: MemberRole | null
        links: { role: LinkRole; expiresAtMs: number | null }[] | null
      }[]
    | null
  >`path`,
}

/**
 * Reads in one statement what decides about several people on one page; the answers are in the order of the
 * askers. It is asked with everything that anybody does on a page, and planning it took PostgreSQL twice as long
 * as answering: so each connection plans it once.
 */
export async function readPageFacts(
  db: Db | Tx,
  pageId: string,
  askers: readonly Asker[],
): Promise<PageFacts[]> {
  if (askers.length === 0) return []
  const rows = await db
    .select(COLUMNS)
    .from(sql`(${FACTS}) AS facts`)
    .orderBy(sql`nr`)
    .prepare('page-facts')
    .execute({
      pageId,
      userIds: askers.map(({ userId }) => userId),
      sessionIds: askers.map(({ sessionId }) => sessionId),
    })
  return rows.map((row) => ({ facts: toFacts(row), driveId: row.driveId, pathIds: row.pathIds ?? [] }))
}

type FactsRow = { [Name in keyof typeof COLUMNS]: (typeof COLUMNS)[Name]['_']['type'] }

function toFacts(row: FactsRow): AccessFacts {
  return {
    session: row.sessionActive ? 'active' : 'ended',
    page: row.driveId === null ? 'unknown' : row.deleted ? 'deleted' : 'present',
    memberRole: row.memberRole,
    path: (row.path ?? []).map(
      ({ restricted, grant, links }): PathStep => ({
        restricted,
        grantRole: grant,
        links: (links ?? []).map(({ role, expiresAtMs }) => ({
          role,
          expiresAt: expiresAtMs === null ? null : new Date(expiresAtMs),
        })),
      }),
    ),
    now: new Date(row.nowMs),
  }
}

/**
 * The restricted parts of some drives, as one person finds them: for each page in them, the facts to decide
 * with, whether it is in the trash or not, and whether it was given up for good.
 */
export async function readRestrictedFacts(
  db: Db | Tx,
  userId: string,
  driveIds: readonly string[],
): Promise<{ readonly pageId: string; readonly facts: AccessFacts; readonly isGivenUp: boolean }[]> {
  const { rows } = await db.execute<{
    id: string
    parent_id: string | null
    restricted: boolean
    given_up: boolean
    grant_role: MemberRole | null
    member_role: Role | null
  }>(sql`
    WITH RECURSIVE part AS (
      SELECT id, parent_id, drive_id, restricted, deleted_at, trash_root_id FROM pages
      WHERE drive_id = ANY(${toArray(driveIds)}::uuid[]) AND restricted
      UNION
      SELECT below.id, below.parent_id, below.drive_id, below.restricted, below.deleted_at, below.trash_root_id
      FROM pages below JOIN part ON below.parent_id = part.id
    )
    SELECT part.id, part.parent_id, part.restricted,
      part.deleted_at IS NOT NULL AND part.trash_root_id IS NULL AS given_up,
      page_grants.role AS grant_role, drive_members.role AS member_role
    FROM part
    LEFT JOIN page_grants ON page_grants.page_id = part.id AND page_grants.user_id = ${userId}
    LEFT JOIN drive_members ON drive_members.drive_id = part.drive_id AND drive_members.user_id = ${userId}`)
  const byId = new Map(rows.map((row) => [row.id, row]))
  const now = new Date()
  return rows.map((row) => {
    const path: PathStep[] = []
    // What lies above the outermost restricted page cannot matter, so the path may end there.
    for (let at: typeof row | undefined = row; at !== undefined && path.length < MAX_DEPTH; ) {
      path.push({ restricted: at.restricted, grantRole: at.grant_role, links: [] })
      at = at.parent_id === null ? undefined : byId.get(at.parent_id)
    }
    return {
      pageId: row.id,
      isGivenUp: row.given_up,
      facts: { session: 'active', page: 'present', memberRole: row.member_role, path, now },
    }
  })
}

/** Of some pages those that are restricted, by themselves or by a page that they lie in. */
export async function findRestricted(db: Db | Tx, pageIds: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await db.execute<{ page_id: string }>(sql`
    WITH RECURSIVE path AS (
      SELECT id AS page_id, parent_id, restricted, 1 AS depth FROM pages
      WHERE id = ANY(${toArray(pageIds)}::uuid[])
      UNION ALL
      SELECT path.page_id, above.parent_id, above.restricted, path.depth + 1
      FROM pages above JOIN path ON above.id = path.parent_id
      WHERE NOT path.restricted AND path.depth < ${MAX_DEPTH}
    )
    SELECT DISTINCT page_id FROM path WHERE restricted`)
  return new Set(rows.map((row) => row.page_id))
}

/** The page and everything below it, trash included, the upper before the lower; the page's own depth is 0. */
export async function listSubtree(db: Db | Tx, pageId: string): Promise<{ id: string; depth: number }[]> {
  const { rows } = await db.execute<{ id: string; depth: number }>(sql`
    WITH RECURSIVE subtree AS (
      SELECT id, 0 AS depth FROM pages WHERE id = ${pageId}
      UNION ALL
      SELECT below.id, subtree.depth + 1 FROM pages below JOIN subtree ON below.parent_id = subtree.id
      WHERE subtree.depth < ${MAX_DEPTH}
    )
    SELECT id, depth FROM subtree ORDER BY depth`)
  return rows
}

/** One parameter that PostgreSQL reads as an array. drizzle would spread a bare array into many. */
export function toArray(values: readonly (string | null)[]): SQL {
  return sql`${sql.param(values)}`
}
