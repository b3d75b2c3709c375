import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster } from './cluster.ts'
import { type DirectoryLock, tryDirectoryLock } from './directory-lock.ts'
import { DataDirectoryInUseError, EmbeddedPostgresError } from './errors.ts'
import type { EmbeddedPostgresLogger } from './postgres-log.ts'
import { stopForeignPostmaster } from './postmaster.ts'
import {
  type PostmasterPid,
  readPostmasterPid,
  removeStalePostmasterPid,
  removeUnreadablePostmasterPid,
} from './postmaster-pid.ts'
import { isPostmasterOf, isRunning } from './processes.ts'

/** How a postmaster that is not ours stands to us, and how long we put up with it. */
const PATIENCE_MS = {
  /** A live server holds the lock. A killed one's session may outlive it by a moment. */
  claimed: 5_000,
  /**
   * Nobody holds the lock, but a process with the id of the server that started it runs: that server
   * is about to take the lock, or the id has passed on to another program.
   */
  unclaimed: 5_000,
  /** The process in the lock file is gone, or is something else by now. */
  stale: 0,
  /** The server that started it is gone. */
  orphaned: 0,
  /** It says that it is ready, and does not talk to us. */
  silent: 30_000,
  /** Recovery after a crash and the last checkpoint before a shutdown take as long as the disk takes. */
  'starting or stopping': 300_000,
}

const RETRY_MS = 200

type Standing = keyof typeof PATIENCE_MS

/**
 * Deals with whatever an earlier or another server left in the cluster's `postmaster.pid`. Resolves
 * when nothing stands in the way of a start; rejects with `DataDirectoryInUseError` if a live server
 * works here.
 */
export async function settleExistingPostmaster(
  cluster: Cluster,
  options: { logger: EmbeddedPostgresLogger; signal: AbortSignal },
): Promise<void> {
  const { logger, signal } = options
  let last: { standing: Standing; since: number } | undefined
  for (; ; await sleep(RETRY_MS, undefined, { signal })) {
    const found = await readPostmasterPid(cluster.dir)
    if (found === 'none') return
    if (found === 'unreadable') {
      await removeUnreadablePostmasterPid(cluster.dir)
      continue
    }
    const standing = await readStanding(found, cluster)
    if (last?.standing !== standing) last = { standing, since: Date.now() }
    if (Date.now() - last.since < PATIENCE_MS[standing]) continue

    switch (standing) {
      case 'stale':
        // Not left to PostgreSQL: it asks only whether the process id is taken, and two of them that
        // find the same stale file could each remove the other's new one.
        logger.info({ pid: found.pid }, 'removing the lock file of a PostgreSQL that is gone')
        await removeStalePostmasterPid(cluster.dir, found.text)
        break
      case 'orphaned':
      case 'unclaimed':
        logger.warn({ pid: found.pid }, 'ending the PostgreSQL of a server that died')
        await stopForeignPostmaster(found.pid, cluster, logger)
        break
      default:
        throw new DataDirectoryInUseError(cluster.dataDir, found.pid)
    }
  }
}

async function readStanding(found: PostmasterPid, cluster: Cluster): Promise<Standing> {
  if (!(await isPostmasterOf(found.pid, cluster.dir))) return 'stale'
  if (found.port === undefined || found.status !== 'ready') return 'starting or stopping'
  let lock: DirectoryLock | undefined
  try {
    lock = await tryDirectoryLock({ port: found.port, password: cluster.password })
  } catch (cause) {
    const { code } = cause as { code?: string }
    if (code === '57P03') return 'starting or stopping'
    if (code !== '28P01' && code !== '28000') return 'silent'
    throw new EmbeddedPostgresError(
      `The PostgreSQL running in ${cluster.dir} does not accept the password in ${cluster.dataDir}/postgres-password.`,
      { cause },
    )
  }
  if (lock === undefined) return 'claimed'
  try {
    const serverPid = await lock.readServerPid()
    return serverPid !== undefined && (await isRunning(serverPid)) ? 'unclaimed' : 'orphaned'
  } catch {
    // The session ended under our hands: the next look will tell.
    return 'silent'
  } finally {
    await lock.release()
  }
}
