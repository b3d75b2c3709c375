import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type Cluster, clusterPathFor } from './cluster.ts'
import { EmbeddedPostgresError } from './errors.ts'
import { createPostgresLog, type EmbeddedPostgresLogger } from './postgres-log.ts'
import { readPostmasterPid } from './postmaster-pid.ts'
import { spawnIdentity } from './privileges.ts'
import { isPostmasterOf } from './processes.ts'
import { serverSettings } from './settings.ts'

const run = promisify(execFile)

const POLL_MS = 20
const FAST_SHUTDOWN_TIMEOUT_MS = 20_000
const STILL_STARTING_EVERY_MS = 10_000
/** Grandchildren may hold the log open after the postmaster's death; its last words arrive long before this. */
const LAST_WORDS_TIMEOUT_MS = 500

/** A PostgreSQL server process that is our child. */
export interface Postmaster {
  readonly pid: number
  readonly port: number
  /** Resolves when the process is gone, with how it ended and the last of what it wrote. Never rejects. */
  readonly exited: Promise<{ how: string; output: string }>
  /** Resolves with `true` when it accepts connections, with `false` when it has ended instead. */
  ready(signal: AbortSignal): Promise<boolean>
  /** Ends it, quickly but in order, and resolves when it is gone. */
  stop(): Promise<void>
}

/** Starts a postmaster on the cluster. Rejects only if the program could not be run at all. */
export async function spawnPostmaster(
  cluster: Cluster,
  port: number,
  logger: EmbeddedPostgresLogger,
): Promise<Postmaster> {
  const settings = Object.entries(serverSettings({ port, serverPid: process.pid }))
  const child = spawn(
    cluster.binaries.postgres,
    ['-D', clusterPathFor(cluster), ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    {
      ...spawnIdentity(cluster.runAs),
      cwd: cluster.dir,
      stdio: ['ignore', 'ignore', 'pipe'],
      // A session of its own: Ctrl-C in the terminal must not reach it before we have flushed.
      detached: true,
    },
  )
  const log = createPostgresLog(child.stderr, logger)
  const exited = new Promise<{ how: string; output: string }>((resolve) => {
    child.once('exit', async (code, signal) => {
      const timeout = new AbortController()
      await Promise.race([
        once(child, 'close', { signal: timeout.signal }),
        sleep(LAST_WORDS_TIMEOUT_MS, undefined, { signal: timeout.signal }),
      ]).finally(() => timeout.abort())
      child.stderr.destroy()
      resolve({ how: signal ?? `exit code ${code}`, output: log.tail() })
    })
  })
  await once(child, 'spawn').catch((cause) => {
    throw new EmbeddedPostgresError(`PostgreSQL could not be run: ${cause.message}`, { cause })
  })
  const pid = child.pid as number
  let isGone = false
  void exited.then(() => {
    isGone = true
  })

  return {
    pid,
    port,
    exited,
    async ready(signal) {
      let reportAt = Date.now() + STILL_STARTING_EVERY_MS
      while (!isGone) {
        // Only the lock file proves that it is this process that listens on the port.
        const found = await readPostmasterPid(cluster.dir)
        if (typeof found === 'object' && found.pid === pid && found.status === 'ready') return true
        if (Date.now() >= reportAt) {
          logger.warn({ pid }, 'the embedded PostgreSQL is still starting up')
          reportAt += STILL_STARTING_EVERY_MS
        }
        await sleep(POLL_MS, undefined, { signal })
      }
      return false
    },
    async stop() {
      if (isGone) return
      await endPostmaster(pid, cluster, exited, logger)
    },
  }
}

/** Ends a postmaster that is not our child, and resolves when it is gone. */
export async function stopForeignPostmaster(
  pid: number,
  cluster: Cluster,
  logger: EmbeddedPostgresLogger,
): Promise<void> {
  let isGivenUp = false
  const gone = (async () => {
    while (!isGivenUp && (await isPostmasterOf(pid, cluster.dir))) await sleep(POLL_MS)
  })()
  await endPostmaster(pid, cluster, gone, logger).finally(() => {
    isGivenUp = true
  })
}

async function endPostmaster(
  pid: number,
  cluster: Cluster,
  gone: Promise<unknown>,
  logger: EmbeddedPostgresLogger,
): Promise<void> {
  await signalPostmaster(pid, 'INT', cluster)
  const timer = new AbortController()
  // It only fails by being called off.
  const isSlow = sleep(FAST_SHUTDOWN_TIMEOUT_MS, true, { signal: timer.signal }).catch(() => false)
  if (await Promise.race([gone.then(() => false), isSlow])) {
    logger.warn(
      { pid },
      'the embedded PostgreSQL does not shut down; it will recover from its log at the next start',
    )
    await signalPostmaster(pid, 'QUIT', cluster)
  }
  timer.abort()
  await gone
}

/** SIGINT is PostgreSQL's "fast" shutdown, SIGQUIT its "immediate" one. */
async function signalPostmaster(pid: number, signal: 'INT' | 'QUIT', cluster: Cluster): Promise<void> {
  // Windows has no signals; PostgreSQL's own tool knows how to send it one.
  if (process.platform === 'win32') {
    await run(cluster.binaries.pgCtl, ['kill', signal, String(pid)], spawnIdentity(undefined))
    return
  }
  try {
    process.kill(pid, `SIG${signal}`)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
