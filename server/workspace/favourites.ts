import { and, asc, eq, isNull, sql } from 'drizzle-orm'
import type { Page } from '../../shared/api/pages.ts'
import { toArray } from '../access/page-facts.ts'
import type { Identity } from '../auth/identity.ts'
import type { Db } from '../database/connect.ts'
import { favourites, pages, users } from '../database/schema.ts'
import type { Transact } from '../database/transaction.ts'
import { filterVisible, requirePageRole, requireWholePerson } from './authorize.ts'
import type { WorkspaceEvent } from './events.ts'
import { notFound, Refusal } from './failures.ts'
import { toPage } from './page-rows.ts'

/** How many favourites one person may have. */
export const MAX_FAVOURITES = 200

/** The pages that somebody keeps at hand, in their own order. */
export interface FavouriteOperations {
  /** Those that the person may see now; the others are kept, for when they may again. */
  list(identity: Identity): Promise<Page[]>
  /** Adds a page or moves it: behind another favourite, null for the first place; new ones go to the end. */
  put(identity: Identity, pageId: string, afterId: string | null | undefined): Promise<void>
  /**
   * Takes a page from the list.
   * @throws Refusal `not-found` when it is not in it
   */
  remove(identity: Identity, pageId: string): Promise<void>
}

export function createFavouriteOperations(db: Db, transact: Transact<WorkspaceEvent>): FavouriteOperations {
  return {
    async list(identity) {
      const rows = await db
        .select({ page: pages })
        .from(favourites)
        .innerJoin(pages, eq(pages.id, favourites.pageId))
        .where(and(eq(favourites.userId, identity.userId), isNull(pages.deletedAt)))
        .orderBy(asc(favourites.position))
      const visible = await filterVisible(
        db,
        identity,
        rows.map(({ page }) => page.id),
      )
      return rows.filter(({ page }) => visible.has(page.id)).map(({ page }) => toPage(page))
    },

    put: (identity, pageId, afterId) =>
      transact(async (tx) => {
        requireWholePerson(identity)
        await requirePageRole(tx, identity, pageId, 'viewer')
        const { userId } = identity
        // One after the other: no two of a person's favourites get one position.
        await tx.select({ id: users.id }).from(users).where(eq(users.id, userId)).for('no key update')
        const present = await tx
          .select({ pageId: favourites.pageId })
          .from(favourites)
          .where(eq(favourites.userId, userId))
          .orderBy(asc(favourites.position))
        const others = present.map((favourite) => favourite.pageId).filter((id) => id !== pageId)
        // One that is there stays where it is when no place is named.
        if (afterId === undefined && others.length < present.length) return { result: undefined, events: [] }
        if (others.length >= MAX_FAVOURITES) {
          throw new Refusal(
            'too-many-favourites',
            `There can be ${MAX_FAVOURITES} favourites. Take one away first.`,
          )
        }
        await tx.execute(sql`
          INSERT INTO favourites (user_id, page_id, position)
          SELECT ${userId}, ids.id, ids.nr
          FROM unnest(${toArray(insertBeside(others, pageId, afterId))}::uuid[]) WITH ORDINALITY AS ids (id, nr)
          ON CONFLICT (user_id, page_id) DO UPDATE SET position = excluded.position`)
        return { result: undefined, events: [] }
      }),

    remove: (identity, pageId) =>
      transact(async (tx) => {
        requireWholePerson(identity)
        const removed = await tx
          .delete(favourites)
          .where(and(eq(favourites.userId, identity.userId), eq(favourites.pageId, pageId)))
          .returning({ pageId: favourites.pageId })
        if (removed.length === 0) throw notFound('page')
        return { result: undefined, events: [] }
      }),
  }
}

/** The list with a page behind another one; null is the first place, undefined the last. */
function insertBeside(others: string[], pageId: string, afterId: string | null | undefined): string[] {
  if (afterId === undefined) return [...others, pageId]
  const after = afterId === null ? -1 : others.indexOf(afterId)
  if (afterId !== null && after === -1) {
    throw new Refusal(
      'sibling-not-found',
      'The page behind which this one should stand is not among your favourites any more.',
    )
  }
  return others.toSpliced(after + 1, 0, pageId)
}
