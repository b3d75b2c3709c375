import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster } from './cluster.ts'
import { type DirectoryLock, takeDirectoryLock } from './directory-lock.ts'
import { DataDirectoryInUseError, EmbeddedPostgresError } from './errors.ts'
import { settleExistingPostmaster } from './existing-postmaster.ts'
import { findFreePort } from './free-port.ts'
import type { EmbeddedPostgresLogger } from './postgres-log.ts'
import { type Postmaster, spawnPostmaster } from './postmaster.ts'
import { readPostmasterPid } from './postmaster-pid.ts'
import { EMBEDDED_DATABASE } from './settings.ts'

/** A postmaster that accepts connections, and our claim on it. */
export interface RunningCluster {
  readonly postmaster: Postmaster
  readonly lock: DirectoryLock
}

/** How long an obstacle that goes away by itself may keep a start from succeeding. */
const OBSTACLE_TIMEOUT_MS = 30_000
const LOCK_TIMEOUT_MS = 5_000
const RETRY_MS = 200

/** What a postmaster says when it ends because of something that will pass. */
const PASSING_OBSTACLES = {
  /** Another server's postmaster was faster, or an old one is still leaving. */
  'lock-file': /lock file ".*" (already exists|is empty)/,
  /** The children of a killed postmaster have not noticed yet. */
  'shared-memory': /pre-existing shared memory block/,
  /** Someone took the port between our look and PostgreSQL's. */
  port: /could not bind|could not create any TCP\/IP sockets/,
  /** Another server took it for an orphan before we could claim it. */
  'taken-over': /received fast shutdown request/,
} as const

/** Starts the cluster on `port`, or on a free one, waiting for what will pass. Nothing is left running if it rejects. */
export async function launchCluster(
  cluster: Cluster,
  options: { port: number | undefined; logger: EmbeddedPostgresLogger; signal: AbortSignal },
): Promise<RunningCluster> {
  const { logger, signal } = options
  const deadline = Date.now() + OBSTACLE_TIMEOUT_MS
  for (; ; await sleep(RETRY_MS, undefined, { signal })) {
    await settleExistingPostmaster(cluster, { logger, signal })
    signal.throwIfAborted()
    const postmaster = await spawnPostmaster(cluster, options.port ?? (await findFreePort()), logger)
    const lock = await claim(postmaster, cluster, signal)
    if (lock !== undefined) return { postmaster, lock }

    const { how, output } = await postmaster.exited
    const obstacle = obstacleIn(output)
    if (obstacle !== undefined && Date.now() < deadline) {
      logger.info({ obstacle }, 'the embedded PostgreSQL could not start yet, trying again')
      continue
    }
    const failure = new EmbeddedPostgresError(
      `PostgreSQL ended while it was starting up in ${cluster.dir} (${how}):\n${output}`,
    )
    if (obstacle !== 'lock-file') throw failure
    const found = await readPostmasterPid(cluster.dir)
    const holder = typeof found === 'object' ? found.pid : undefined
    throw new DataDirectoryInUseError(cluster.dataDir, holder, { cause: failure })
  }
}

/** Waits for the postmaster and takes the lock on its cluster; `undefined` if the postmaster has ended. */
async function claim(
  postmaster: Postmaster,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<DirectoryLock | undefined> {
  let lock: DirectoryLock | undefined
  try {
    if (!(await postmaster.ready(signal))) return undefined
    const target = { port: postmaster.port, password: cluster.password }
    lock = await takeDirectoryLock(target, { timeoutMs: LOCK_TIMEOUT_MS, signal })
    if (lock === undefined) throw new DataDirectoryInUseError(cluster.dataDir, postmaster.pid)
    await lock.createDatabaseIfMissing(EMBEDDED_DATABASE)
    return lock
  } catch (cause) {
    await lock?.release()
    await postmaster.stop()
    if (signal.aborted || cause instanceof EmbeddedPostgresError) throw cause
    if (isDisconnect(cause)) return undefined
    throw new EmbeddedPostgresError(
      `PostgreSQL started in ${cluster.dir}, but cannot be used: ${(cause as Error).message}`,
      { cause },
    )
  }
}

/** Whether a session was refused or cut because its postmaster was ending. */
function isDisconnect(error: unknown): boolean {
  const { code, message } = error as { code?: string; message: string }
  if (code === undefined) return message.startsWith('Connection terminated')
  return /^(57P0[123]|08...|ECONNREFUSED|ECONNRESET|EPIPE)$/.test(code)
}

function obstacleIn(output: string): keyof typeof PASSING_OBSTACLES | undefined {
  for (const [name, pattern] of Object.entries(PASSING_OBSTACLES)) {
    if (pattern.test(output)) return name as keyof typeof PASSING_OBSTACLES
  }
  return undefined
}
