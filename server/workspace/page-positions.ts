import { and, asc, desc, eq, gt, lt, ne, type SQL, sql } from 'drizzle-orm'
import { generateKeyBetween, generateNKeysBetween } from 'fractional-indexing'
import { toArray } from '../access/page-facts.ts'
import type { Db, Tx } from '../database/connect.ts'
import { pages } from '../database/schema.ts'
import { Refusal } from './failures.ts'

/**
 * Positions longer than this are made short again. They grow by a character with every few pages that are
 * put between the same two neighbours.
 */
export const MAX_POSITION_LENGTH = 64

/** Where a page lies: below the page of this id, or at the top of the drive of this id. */
export type PlaceId = string

/** What lies in a place, in the words of the index that keeps positions unique. */
export const liesIn = (placeId: PlaceId): SQL =>
  sql`coalesce(${pages.parentId}, ${pages.driveId}) = ${placeId}::uuid`

/** Beside which page; without any, at the end. */
export interface Neighbour {
  readonly afterId?: string | undefined
  readonly beforeId?: string | undefined
}

/** The position behind everything that lies in a place. The drive's row is locked. */
export async function choosePositionAtEnd(tx: Tx, placeId: PlaceId): Promise<string> {
  return generateKeyBetween(await findNearest(tx, placeId, desc(pages.position)), null)
}

/**
 * The position for a page beside a neighbour. The drive's row is locked, so that no two pages get one
 * position; who comes second is put beside the same neighbour, nearer to it. `renumbered` says that all
 * pages in the place have got new positions as well.
 * @throws Refusal `sibling-not-found` when the neighbour does not lie there
 */
export async function choosePosition(
  tx: Tx,
  placeId: PlaceId,
  pageId: string,
  neighbour: Neighbour,
): Promise<{ position: string; renumbered: boolean }> {
  const position = await choose()
  if (position.length <= MAX_POSITION_LENGTH) return { position, renumbered: false }
  await renumber(tx, placeId)
  return { position: await choose(), renumbered: true }

  async function choose(): Promise<string> {
    const others = ne(pages.id, pageId)
    const { afterId, beforeId } = neighbour
    const beside = afterId ?? beforeId
    if (beside === undefined) {
      return generateKeyBetween(await findNearest(tx, placeId, desc(pages.position), others), null)
    }
    const [found] = await tx
      .select({ position: pages.position })
      .from(pages)
      .where(and(liesIn(placeId), eq(pages.id, beside), others))
    if (found === undefined) {
      throw new Refusal(
        'sibling-not-found',
        'The page beside which this one should stand is not there any more. Look again, and choose another place.',
      )
    }
    return afterId === undefined
      ? generateKeyBetween(
          await findNearest(tx, placeId, desc(pages.position), others, lt(pages.position, found.position)),
          found.position,
        )
      : generateKeyBetween(
          found.position,
          await findNearest(tx, placeId, asc(pages.position), others, gt(pages.position, found.position)),
        )
  }
}

async function findNearest(
  db: Db | Tx,
  placeId: PlaceId,
  order: SQL,
  ...conditions: SQL[]
): Promise<string | null> {
  const [nearest] = await db
    .select({ position: pages.position })
    .from(pages)
    .where(and(liesIn(placeId), ...conditions))
    .orderBy(order)
    .limit(1)
  return nearest?.position ?? null
}

/** Gives everything in a place a new, short position, in the order that there is. */
async function renumber(tx: Tx, placeId: PlaceId): Promise<void> {
  const rows = await tx
    .select({ id: pages.id })
    .from(pages)
    .where(liesIn(placeId))
    .orderBy(asc(pages.position))
  const positions = generateNKeysBetween(null, null, rows.length)
  // Out of the way first: within one statement, a new position may meet another page's old one.
  await tx
    .update(pages)
    .set({ position: sql`'~' || ${pages.position}` })
    .where(liesIn(placeId))
  await tx.execute(sql`
    UPDATE pages SET position = fresh.position
    FROM unnest(${toArray(rows.map(({ id }) => id))}::uuid[], ${toArray(positions)}::text[]) AS fresh (id, position)
    WHERE pages.id = fresh.id`)
}
