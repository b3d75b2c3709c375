import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { EMBEDDED_USER } from './settings.ts'

/** "copydesk" in ASCII. Any number would do, as long as every version of the server takes the same. */
const LOCK_KEY = '7165069198847472491'
const CONNECT_TIMEOUT_MS = 3_000
const END_TIMEOUT_MS = 1_000
const RETRY_MS = 50

/**
 * The claim of a live server on its data directory: an advisory lock in a session of its own, which
 * PostgreSQL drops when the server dies, however it dies.
 */
export interface DirectoryLock {
  /** Resolves when the session has ended, and the lock with it. */
  readonly lost: Promise<void>
  /** Whose child the postmaster is: the process id of the server that started it. */
  readServerPid(): Promise<number | undefined>
  createDatabaseIfMissing(name: string): Promise<void>
  /** Gives the lock back. */
  release(): Promise<void>
}

/** Tries to take the lock: `undefined` if another session holds it. Rejects if there is no session to be had. */
export async function tryDirectoryLock(target: {
  port: number
  password: string
}): Promise<DirectoryLock | undefined> {
  // Advisory locks belong to a database; this one is there from the first moment on.
  const client = new Client({
    host: '127.0.0.1',
    port: target.port,
    user: EMBEDDED_USER,
    password: target.password,
    database: 'postgres',
    application_name: 'copydesk directory lock',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    // Explicit, so that PGSSLMODE in the server's environment has no say.
    ssl: false,
  })
  const lost = new Promise<void>((resolve) => {
    client.once('end', () => resolve())
    // The connection's end is all that matters; PostgreSQL's own log says why.
    client.on('error', () => resolve())
  })
  try {
    await client.connect()
    const { rows } = await client.query('select pg_try_advisory_lock($1) as obtained', [LOCK_KEY])
    if (rows[0]?.obtained !== true) {
      await end(client)
      return undefined
    }
  } catch (error) {
    await end(client)
    throw error
  }
  return {
    lost,
    async readServerPid() {
      const { rows } = await client.query(`select current_setting('copydesk.server_pid', true) as pid`)
      const pid = Number(rows[0]?.pid)
      return Number.isInteger(pid) && pid > 0 ? pid : undefined
    },
    async createDatabaseIfMissing(name) {
      const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name])
      if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`)
    },
    release: () => end(client),
  }
}

/** Takes the lock, waiting up to `timeoutMs` while another session holds it. */
export async function takeDirectoryLock(
  target: { port: number; password: string },
  options: { timeoutMs: number; signal: AbortSignal },
): Promise<DirectoryLock | undefined> {
  const deadline = Date.now() + options.timeoutMs
  for (;;) {
    const lock = await tryDirectoryLock(target)
    if (lock !== undefined || Date.now() >= deadline) return lock
    await sleep(RETRY_MS, undefined, { signal: options.signal })
  }
}

async function end(client: Client): Promise<void> {
  const timeout = new AbortController()
  const tooLong = sleep(END_TIMEOUT_MS, undefined, { signal: timeout.signal }).catch(() => undefined)
  // A session that cannot be ended in an orderly way has ended already, or its server no longer answers.
  await Promise.race([client.end().catch(() => undefined), tooLong])
  timeout.abort()
}
