import { sql } from 'drizzle-orm'
import { listSubtree } from '../access/page-facts.ts'
import type { Db } from '../database/connect.ts'
import type { Logger } from '../operations/logger.ts'
import { advanceRevision, lockDrive } from './drives.ts'
import { isOneOf } from './page-rows.ts'
import { giveUp, TRASH_DAYS } from './trash.ts'

/** How often it is looked whether something in the trash is old enough, ms. */
export const LOOK_MS = 60 * 60_000
/** How many pages are looked up at once. */
const BATCH = 100
/** How many rows of a page's log, versions and snapshots one statement removes. */
const ROWS_AT_ONCE = 2_000
/** What was deleted, a page or a drive, so long ago that it goes for good. */
const isOld = sql`deleted_at < now() - make_interval(days => ${TRASH_DAYS})`

/**
 * Removes for good, in the background and in small steps, what was given up or has been in the trash too long,
 * and drives that were deleted as long ago.
 */
export interface TrashPurge {
  /** Begins, unless it is at it already; then it looks once more when it is done. Never fails. */
  wake(): void
  /** Resolves when nothing is being removed any more. */
  close(): Promise<void>
}

export interface TrashPurgeDeps {
  readonly db: Db
  /** Calls again and again until the answer is called. */
  readonly every: (ms: number, call: () => void) => () => void
  readonly logger: Pick<Logger, 'info' | 'warn'>
}

export function createTrashPurge({ db, every, logger }: TrashPurgeDeps): TrashPurge {
  let closed = false
  let again = false
  let running: Promise<void> | undefined
  const stop = every(LOOK_MS, wake)

  function wake(): void {
    again = true
    running ??= run()
      .catch((error: unknown) => {
        if (!closed) logger.warn({ err: error }, 'the trash was not emptied; it is tried again')
      })
      .finally(() => {
        running = undefined
        if (again && !closed) wake()
      })
  }

  async function run(): Promise<void> {
    while (again && !closed) {
      again = false
      await giveUpOld()
      await giveUpDrives()
      const removed = await removeGivenUp()
      if (removed > 0) logger.info({ pages: removed }, 'removed pages from the trash for good')
      const drives = await removeEmptyDrives()
      if (drives > 0) logger.info({ drives }, 'removed deleted drives for good')
    }
  }

  /** Gives up what has been in the trash for too long. */
  async function giveUpOld(): Promise<void> {
    while (!closed) {
      const { rows } = await db.execute<{ id: string; drive_id: string }>(sql`
        SELECT id, drive_id FROM pages WHERE trash_root_id = id AND ${isOld} LIMIT ${BATCH}`)
      for (const root of rows) {
        if (closed) return
        await db.transaction(async (tx) => {
          await lockDrive(tx, root.drive_id)
          // It may have been restored or taken elsewhere meanwhile.
          const { rows: still } = await tx.execute(sql`
            SELECT FROM pages WHERE id = ${root.id} AND drive_id = ${root.drive_id}
              AND trash_root_id = id AND ${isOld}`)
          if (still.length === 0) return
          await advanceRevision(tx, root.drive_id)
          await giveUp(tx, isOneOf((await listSubtree(tx, root.id)).map(({ id }) => id)))
        })
      }
      if (rows.length < BATCH) return
    }
  }

  /** Gives up everything in drives that were deleted too long ago. */
  async function giveUpDrives(): Promise<void> {
    while (!closed) {
      const { rowCount } = await db.execute(sql`
        UPDATE pages SET deleted_at = coalesce(deleted_at, now()), trash_root_id = NULL
        WHERE id IN (
          SELECT pages.id FROM pages JOIN drives ON drives.id = pages.drive_id
          WHERE drives.${isOld} AND (pages.deleted_at IS NULL OR trash_root_id IS NOT NULL)
          LIMIT ${ROWS_AT_ONCE})`)
      if (rowCount === 0) return
    }
  }

  /** Removes such drives once nothing is in them any more; their audit trail stays. */
  async function removeEmptyDrives(): Promise<number> {
    if (closed) return 0
    const { rowCount } = await db.execute(sql`
      DELETE FROM drives WHERE ${isOld} AND NOT EXISTS (SELECT FROM pages WHERE pages.drive_id = drives.id)`)
    return rowCount ?? 0
  }

  /** Removes the rows of what was given up, the lowest pages first. */
  async function removeGivenUp(): Promise<number> {
    let removed = 0
    while (!closed) {
      const { rows } = await db.execute<{ id: string }>(sql`
        SELECT id FROM pages WHERE deleted_at IS NOT NULL AND trash_root_id IS NULL
          AND NOT EXISTS (SELECT FROM pages below WHERE below.parent_id = pages.id) LIMIT ${BATCH}`)
      if (rows.length === 0) return removed
      for (const { id } of rows) {
        if (closed) return removed
        await removePage(id)
        removed++
      }
    }
    return removed
  }

  async function removePage(pageId: string): Promise<void> {
    for (const table of ['document_updates', 'document_versions', 'document_snapshots']) {
      const rowsOf = sql`SELECT ctid FROM ${sql.identifier(table)} WHERE page_id = ${pageId} LIMIT ${ROWS_AT_ONCE}`
      for (let count = ROWS_AT_ONCE; count === ROWS_AT_ONCE && !closed; ) {
        const result = await db.execute(
          sql`DELETE FROM ${sql.identifier(table)} WHERE ctid = ANY(ARRAY(${rowsOf}))`,
        )
        count = result.rowCount ?? 0
      }
    }
    if (!closed) await db.execute(sql`DELETE FROM pages WHERE id = ${pageId} AND trash_root_id IS NULL`)
  }

  return {
    wake,
    async close() {
      closed = true
      stop()
      await running
    },
  }
}
