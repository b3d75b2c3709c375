import { fileURLToPath } from 'node:url'
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import { migrate } from 'drizzle-orm/node-postgres/migrator'
import pg from 'pg'
import type { Logger } from '../operations/logger.ts'
import * as schema from './schema.ts'

/** More than this many statements at once would only queue inside PostgreSQL instead of here. */
const MAX_CONNECTIONS = 10
/** How long a statement may wait for a free or a new connection before it fails, ms. */
const CONNECT_TIMEOUT_MS = 5_000
/** A statement that takes longer than this, ms, is cancelled by PostgreSQL: none of ours should. */
const STATEMENT_TIMEOUT_MS = 10_000
/** The same seen from here: a PostgreSQL that hangs or vanished without a word does not hang us, ms. */
const QUERY_TIMEOUT_MS = 12_000
/** The oldest PostgreSQL that is supported. */
const MINIMUM_VERSION = 150_000
/** Held while migrating, so that servers which start together migrate one after the other. */
const MIGRATION_LOCK = 0x636f7079

/** Typed access to the schema; what stores are given. */
export type Db = NodePgDatabase<typeof schema>
/** The same inside a transaction. */
export type Tx = Parameters<Parameters<Db['transaction']>[0]>[0]

/** The connection pool and the typed access on top of it. */
export interface Database {
  readonly db: Db
  /** For the few statements that are written by hand and must be fast. */
  readonly pool: pg.Pool
  close(): Promise<void>
}

/** A database that cannot be used as it is; the message says what to change. */
export class DatabaseUnusableError extends Error {
  override readonly name = 'DatabaseUnusableError'
  readonly code = 'database-unusable'
}

/**
 * Connects, checks that the server is new enough and durable, and brings the schema up to date.
 * @throws DatabaseUnusableError when it cannot be reached, is too old or runs with fsync off
 */
export async function connectDatabase(url: string, logger: Logger): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: url,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'copydesk',
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    // Saved means saved: a role or database that defaults to asynchronous commits does not change that.
    options: '-c synchronous_commit=on',
    keepAlive: true,
  })
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', (error) => logger.warn({ err: error }, 'lost an idle database connection'))
  // One that breaks while it is in use fails what it is used for; without a listener of its own it would end the
  // process all the same.
  pool.on('connect', (client) => client.on('error', () => undefined))
  try {
    await checkServer(pool)
    await migrateSchema(pool)
  } catch (error) {
    await pool.end()
    if (error instanceof DatabaseUnusableError) throw error
    throw new DatabaseUnusableError(
      `Cannot use the database: ${(error as Error).message}\nCheck that DATABASE_URL is right and that PostgreSQL is running.`,
      { cause: error },
    )
  }
  return {
    db: drizzle(pool, { schema }),
    pool,
    close: () => pool.end(),
  }
}

async function checkServer(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ version: number; fsync: string }>(
    "SELECT current_setting('server_version_num')::int AS version, current_setting('fsync') AS fsync",
  )
  const server = rows[0]
  if (server === undefined || server.version < MINIMUM_VERSION) {
    throw new DatabaseUnusableError('Copydesk needs PostgreSQL 15 or newer. Upgrade it, or use another one.')
  }
  if (server.fsync !== 'on') {
    throw new DatabaseUnusableError(
      'This PostgreSQL runs with fsync = off: a power cut would lose edits that were shown as saved.\n' +
        'Set fsync = on in postgresql.conf and reload it.',
    )
  }
}

async function migrateSchema(pool: pg.Pool): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK])
    await migrate(drizzle(client), {
      migrationsFolder: fileURLToPath(new URL('./migrations', import.meta.url)),
    })
  } finally {
    // Ending the connection also ends the lock, whatever state the migration left it in.
    client.release(true)
  }
}
