import { and, desc, eq, isNull, sql } from 'drizzle-orm'
import type { RecentPage } from '../../shared/api/page-tree.ts'
import { toArray } from '../access/page-facts.ts'
import type { Identity } from '../auth/identity.ts'
import type { Db } from '../database/connect.ts'
import { pages, recentPages } from '../database/schema.ts'
import type { Logger } from '../operations/logger.ts'
import { filterVisible } from './authorize.ts'
import { toPage } from './page-rows.ts'

/** How many recent pages are kept for each person. */
export const MAX_RECENT_PAGES = 30
/** How often what was opened is written down, ms. */
export const WRITE_MS = 2_000
/** How many openings may wait for that; more are written down at once. */
const MAX_WAITING = 1_000

/** Which pages people opened last. What was opened in the moment before a crash is forgotten. */
export interface RecentPages {
  /** Notes that somebody opened a page; written down a little later. They may see it. */
  opened(userId: string, pageId: string): void
  /** The latest first, as far as the person may still see them. */
  list(identity: Identity): Promise<RecentPage[]>
  /** Writes down what still waits. */
  close(): Promise<void>
}

export interface RecentPagesDeps {
  readonly db: Db
  readonly now: () => Date
  /** Calls again and again until the answer is called. */
  readonly every: (ms: number, call: () => void) => () => void
  readonly logger: Pick<Logger, 'warn'>
}

interface Opening {
  readonly userId: string
  readonly pageId: string
  readonly at: Date
}

export function createRecentPages({ db, now, every, logger }: RecentPagesDeps): RecentPages {
  let waiting = new Map<string, Opening>()
  let writing = Promise.resolve()
  const stop = every(WRITE_MS, () => void write())

  function write(): Promise<void> {
    const openings = [...waiting.values()]
    waiting = new Map()
    writing = writing
      .then(() => store(openings))
      .catch((error: unknown) => logger.warn({ err: error }, 'recent pages were not written down'))
    return writing
  }

  async function store(openings: readonly Opening[]): Promise<void> {
    if (openings.length === 0) return
    // Pages and people that are gone by now are left out; the order keeps two servers from waiting for each other.
    await db.execute(sql`
      INSERT INTO recent_pages (user_id, page_id, opened_at)
      SELECT opened.user_id, opened.page_id, opened.at
      FROM unnest(
        ${toArray(openings.map(({ userId }) => userId))}::uuid[],
        ${toArray(openings.map(({ pageId }) => pageId))}::uuid[],
        ${toArray(openings.map(({ at }) => at.toISOString()))}::timestamptz[]
      ) AS opened (user_id, page_id, at)
      JOIN pages ON pages.id = opened.page_id
      JOIN users ON users.id = opened.user_id
      ORDER BY opened.user_id, opened.page_id
      ON CONFLICT (user_id, page_id) DO UPDATE SET opened_at = greatest(recent_pages.opened_at, excluded.opened_at)`)
    await db.execute(sql`
      DELETE FROM recent_pages USING (
        SELECT user_id, page_id, row_number() OVER (PARTITION BY user_id ORDER BY opened_at DESC) AS place
        FROM recent_pages WHERE user_id = ANY(${toArray([...new Set(openings.map(({ userId }) => userId))])}::uuid[])
      ) AS ranked
      WHERE ranked.place > ${MAX_RECENT_PAGES}
        AND recent_pages.user_id = ranked.user_id AND recent_pages.page_id = ranked.page_id`)
  }

  return {
    opened(userId, pageId) {
      waiting.set(`${userId} ${pageId}`, { userId, pageId, at: now() })
      if (waiting.size >= MAX_WAITING) void write()
    },

    async list(identity) {
      await write()
      const rows = await db
        .select({ page: pages, openedAt: recentPages.openedAt })
        .from(recentPages)
        .innerJoin(pages, eq(pages.id, recentPages.pageId))
        .where(and(eq(recentPages.userId, identity.userId), isNull(pages.deletedAt)))
        .orderBy(desc(recentPages.openedAt))
      const visible = await filterVisible(
        db,
        identity,
        rows.map(({ page }) => page.id),
      )
      return rows
        .filter(({ page }) => visible.has(page.id))
        .map(({ page, openedAt }) => ({ page: toPage(page), openedAt: openedAt.toISOString() }))
    },

    async close() {
      stop()
      await write()
    },
  }
}
