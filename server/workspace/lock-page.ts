import type { Role } from '../../shared/roles.ts'
import type { Identity } from '../auth/identity.ts'
import type { Tx } from '../database/connect.ts'
import type { Transact } from '../database/transaction.ts'
import { requirePageRole } from './authorize.ts'
import { lockDrive } from './drives.ts'

/** How often an operation looks again when its page goes from drive to drive meanwhile. */
const MAX_ATTEMPTS = 10

/** The page went to another drive between looking and locking: the transaction has to begin again. */
export class PageWentElsewhere extends Error {
  override readonly name = 'PageWentElsewhere'
}

/** Runs operations that lock the drive of a page; one whose page went elsewhere meanwhile begins again. */
export function followingPages<Event>(transact: Transact<Event>): Transact<Event> {
  return async (work) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await transact(work)
      } catch (error) {
        if (!(error instanceof PageWentElsewhere) || attempt === MAX_ATTEMPTS) throw error
      }
    }
  }
}

/** Locks drives in the order of their ids: two operations that need the same two cannot wait for each other. */
export async function lockDrives(tx: Tx, driveIds: readonly string[]): Promise<void> {
  for (const driveId of [...new Set(driveIds)].sort()) await lockDrive(tx, driveId)
}

/**
 * Locks a page's drive, and another one with it, and requires a role on the page as things then stand.
 * @throws Refusal as `requirePageRole`; PageWentElsewhere
 */
export async function lockPage(
  tx: Tx,
  identity: Identity,
  pageId: string,
  needed: Role,
  otherDriveId?: string,
): Promise<{ role: Role; driveId: string }> {
  const before = await requirePageRole(tx, identity, pageId, needed)
  await lockDrives(tx, [before.driveId, otherDriveId ?? before.driveId])
  const now = await requirePageRole(tx, identity, pageId, needed)
  if (now.driveId !== before.driveId) throw new PageWentElsewhere()
  return now
}
