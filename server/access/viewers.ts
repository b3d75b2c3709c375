import { sql } from 'drizzle-orm'
import type { Identity } from '../auth/identity.ts'
import type { Db, Tx } from '../database/connect.ts'
import { createAccess } from './access.ts'

/** Of these people those who may view a page, whether they are connected or not. */
export async function findViewers(
  db: Db | Tx,
  pageId: string,
  userIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const askers = [...new Set(userIds)].map((userId) => ({ userId, sessionId: null }))
  const decisions = await createAccess(db).manyToPage(askers, pageId)
  return new Set(askers.filter((_asker, nr) => decisions[nr]?.kind === 'granted').map(({ userId }) => userId))
}

/**
 * Of some pages those that somebody who is signed in may view. In drives of theirs that takes two statements;
 * of other pages it asks for one after the other, and the caller bounds how many there are.
 */
export async function findViewable(
  db: Db | Tx,
  identity: Identity,
  pageIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (pageIds.length === 0) return new Set()
  const access = createAccess(db)
  const { rows } = await db.execute<{ id: string; drive_id: string }>(sql`
    SELECT pages.id, pages.drive_id FROM pages
    JOIN drive_members ON drive_members.drive_id = pages.drive_id AND user_id = ${identity.userId}
    JOIN drives ON drives.id = pages.drive_id
    WHERE pages.id = ANY(${sql.param(pageIds)}::uuid[])
      AND pages.deleted_at IS NULL AND drives.deleted_at IS NULL`)
  const hidden = await access.hiddenPages(identity, [...new Set(rows.map((row) => row.drive_id))])
  const viewable = new Set(rows.map((row) => row.id).filter((id) => !hidden.has(id)))
  for (const pageId of new Set(pageIds)) {
    if (!viewable.has(pageId) && (await access.toPage(identity, pageId)).kind === 'granted')
      viewable.add(pageId)
  }
  return viewable
}
