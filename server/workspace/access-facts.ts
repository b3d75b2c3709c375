import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import type { AccessChangeReason } from '../../shared/protocol/access.ts'
import type { Role } from '../../shared/roles.ts'
import { createAccess } from '../access/access.ts'
import { findRestricted, listSubtree } from '../access/page-facts.ts'
import type { Tx } from '../database/connect.ts'
import type { AccessChangedEvent, Audience, FactEvent } from './events.ts'

/** What people may do with pages, each with their pages: to compare before and after a change. */
export type RolesBefore = ReadonlyMap<string, ReadonlyMap<string, Role | null>>

/** Somebody and a page that a change may give to them or take from them. */
export interface Concerned {
  readonly pageId: string
  readonly userId: string
}

/** Reads what each of the concerned may do with their page as things stand. */
export async function readRoles(tx: Tx, concerned: readonly Concerned[]): Promise<RolesBefore> {
  const access = createAccess(tx)
  const byPage = new Map<string, Set<string>>()
  for (const { pageId, userId } of concerned) {
    byPage.set(pageId, (byPage.get(pageId) ?? new Set()).add(userId))
  }
  const roles = new Map<string, ReadonlyMap<string, Role | null>>()
  for (const [pageId, userIds] of byPage) {
    const askers = [...userIds].map((userId) => ({ userId, sessionId: null }))
    const decisions = await access.manyToPage(askers, pageId)
    roles.set(
      pageId,
      new Map(
        decisions.map((decision, nr) => [
          (askers[nr] as { userId: string }).userId,
          decision.kind === 'granted' ? decision.role : null,
        ]),
      ),
    )
  }
  return roles
}

/** Everybody whose access a change to a page's restriction or place can touch: to it, or below it through a link. */
export async function listConcerned(tx: Tx, pageId: string): Promise<Concerned[]> {
  const { rows } = await tx.execute<{ page_id: string; user_id: string }>(sql`
    WITH RECURSIVE path AS (
      SELECT id, parent_id FROM pages WHERE id = ${pageId}
      UNION
      SELECT above.id, above.parent_id FROM pages above JOIN path ON above.id = path.parent_id
    ),
    subtree AS (
      SELECT id FROM pages WHERE id = ${pageId}
      UNION
      SELECT below.id FROM pages below JOIN subtree ON below.parent_id = subtree.id
    ),
    visitor AS (
      SELECT share_links.page_id, through.user_id
      FROM share_links JOIN (
        SELECT share_link_id AS link_id, user_id FROM sessions WHERE ended_at IS NULL AND expires_at > now()
        UNION
        SELECT link_id, user_id FROM opened_links
      ) through ON through.link_id = share_links.id
      WHERE revoked_at IS NULL AND (page_id IN (SELECT id FROM path) OR page_id IN (SELECT id FROM subtree))
    )
    SELECT ${pageId}::uuid AS page_id, user_id FROM drive_members
      WHERE drive_id = (SELECT drive_id FROM pages WHERE id = ${pageId})
    UNION
    SELECT ${pageId}::uuid, user_id FROM page_grants WHERE page_id IN (SELECT id FROM path)
    UNION
    SELECT CASE WHEN page_id IN (SELECT id FROM path) THEN ${pageId}::uuid ELSE page_id END, user_id FROM visitor`)
  return rows.map((row) => ({ pageId: row.page_id, userId: row.user_id }))
}

/** Tells everybody whose role is another one than before, and nobody else. */
export async function tellChangedRoles(
  tx: Tx,
  before: RolesBefore,
  change: { driveId: string; revision: number; reason: AccessChangeReason },
): Promise<FactEvent[]> {
  const concerned = [...before].flatMap(([pageId, roles]) =>
    [...roles.keys()].map((userId) => ({ pageId, userId })),
  )
  const after = await readRoles(tx, concerned)
  return concerned.flatMap(({ pageId, userId }) => {
    const role = after.get(pageId)?.get(userId) ?? null
    if (role === (before.get(pageId)?.get(userId) ?? null)) return []
    return [toAccessFact(userId, { ...change, pageId, role })]
  })
}

/** What one person is told of their access to a page, or to a drive if `pageId` is null. */
export function toAccessFact(
  userId: string,
  change: {
    driveId: string
    pageId: string | null
    revision: number
    reason: AccessChangeReason
    /** Null if they have none any more. */
    role: Role | null
  },
): FactEvent {
  const { role, ...rest } = change
  const base = { eventId: randomUUID(), ...rest }
  const audience = { userId }
  return role === null
    ? { kind: 'fact', name: 'access_revoked', payload: base, audience }
    : { kind: 'fact', name: 'access_changed', payload: { ...base, role }, audience }
}

/** Has every open connection to a page and what lies below it decided again. */
export async function subtreeChanged(tx: Tx, pageId: string): Promise<AccessChangedEvent> {
  const pageIds = (await listSubtree(tx, pageId)).map(({ id }) => id)
  return { kind: 'access-changed', scope: { by: 'page', pageIds } }
}

/** Has every open connection of these people decided again. */
export function peopleChanged(userIds: readonly string[]): AccessChangedEvent {
  return { kind: 'access-changed', scope: { by: 'user', userIds } }
}

/** Who hears of facts about pages: those who follow the drive, of them only those who may see it where it is restricted. */
export async function toPageAudience(
  tx: Tx,
  driveId: string,
  pageIds: readonly string[],
): Promise<(pageId: string) => Audience> {
  const restricted = await findRestricted(tx, pageIds)
  return (pageId) => ({ driveId, pageId, restricted: restricted.has(pageId) })
}
