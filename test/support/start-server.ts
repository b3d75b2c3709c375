import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { pino } from 'pino'
import { inject } from 'vitest'
import { type Config, parseConfig } from '../../server/config.ts'
import type { DocumentLimits } from '../../server/documents/documents.ts'
import { SAFE_LOGGING } from '../../server/operations/logger.ts'
import { type CopydeskServer, createServer } from '../../server/server.ts'

/** A server of one test's own, with a database of its own on the test run's PostgreSQL. */
export interface TestServer {
  readonly url: string
  readonly databaseUrl: string
  /** What the server logged, one object a line. */
  readonly logs: Record<string, unknown>[]
  readonly announce: CopydeskServer['announce']
  readonly countHeld: CopydeskServer['countHeld']
  close(): Promise<void>
}

/** What test servers sign tokens with, for tests that forge some. */
export const JWT_SECRET = 'a secret for tests, long enough to be accepted'

/** Tests ask more often than people do. */
const WIDE_LIMITS = {
  SIGN_IN_ATTEMPTS_PER_MINUTE: '1000',
  REQUESTS_PER_MINUTE: '1000000',
  REQUESTS_PER_MINUTE_PER_ADDRESS: '1000000',
  SEARCHES_PER_MINUTE: '1000000',
}

const BUILT_EDITOR = fileURLToPath(new URL('../../dist/editor', import.meta.url))

/** Starts a server in this process on a free port; `changes` override its settings. */
export async function startServer(
  changes: Partial<Config> = {},
  {
    editorDirectory = BUILT_EDITOR,
    documentLimits,
    streamSilenceMs,
  }: { editorDirectory?: string; documentLimits?: DocumentLimits; streamSilenceMs?: number } = {},
): Promise<TestServer> {
  const databaseUrl = changes.databaseUrl ?? (await createDatabase())
  const dataDir = join(tmpdir(), `copydesk-test-${randomUUID()}`)
  const config: Config = {
    // The directory is made only when a file is uploaded.
    ...parseConfig({ DATABASE_URL: databaseUrl, JWT_SECRET, DATA_DIR: dataDir, PORT: '0', ...WIDE_LIMITS }),
    ...changes,
  }
  const logs: Record<string, unknown>[] = []
  const logger = pino(
    { ...SAFE_LOGGING, level: changes.logLevel ?? 'info' },
    { write: (line: string) => logs.push(JSON.parse(line)) },
  )
  const server = await createServer(config, {
    ...{ logger, editorDirectory },
    ...(documentLimits === undefined ? {} : { documentLimits }),
    ...(streamSilenceMs === undefined ? {} : { streamSilenceMs }),
  })
  return {
    ...server,
    ...{ url: server.url.replace('localhost', '127.0.0.1'), databaseUrl, logs },
    async close() {
      await server.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** Makes an empty database on the test run's PostgreSQL. */
export async function createDatabase(): Promise<string> {
  const url = new URL(inject('postgresUrl'))
  const name = `test_${randomUUID().replaceAll('-', '')}`
  const client = new pg.Client(url.href)
  await client.connect()
  try {
    await client.query(`CREATE DATABASE ${name}`)
  } finally {
    await client.end()
  }
  url.pathname = `/${name}`
  return url.href
}
