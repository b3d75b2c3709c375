import { execFile } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Client, type QueryResultRow } from 'pg'
import { test } from 'vitest'
import { clusterDirOf } from '../../server/database/embedded/cluster.ts'
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../server/database/embedded/embedded-postgres.ts'
import { isPostmasterOf, isRunning } from '../../server/database/embedded/processes.ts'
import {
  bundleFixture,
  type Identity,
  type ServerProcess,
  startServerProcess,
  until,
} from './embedded-postgres.server-process.ts'

const run = promisify(execFile)
const DIRECTORY_NAME = 'copydesk embedded Ünïcode 数据 '

type StartOptions = Parameters<typeof startEmbeddedPostgres>[0]

/** What a test may start; all of it is ended and removed after the test. */
export interface Sandbox {
  /** An empty directory that only we may enter. */
  makeDirectory(): Promise<string>
  /** A data directory that was started and stopped before. */
  makeDataDirectory(): Promise<string>
  /** Starts an embedded PostgreSQL in this process; `lines` is its log, as `level: text`. */
  start(dataDir: string, options?: Partial<StartOptions>): Promise<EmbeddedPostgres & { lines: string[] }>
  /** Starts a separate process that owns an embedded PostgreSQL. */
  startServerProcess(
    options: { dataDir: string; packageDir?: string; copyDirs?: string[] },
    identity?: Identity,
  ): ServerProcess
  onFinished(cleanUp: () => unknown): void
}

/** A test with a sandbox of its own, so that tests can run side by side. */
export const it = test.extend<{ sandbox: Sandbox; shared: { fixture: string; dataDir: string } }>({
  shared: [
    // biome-ignore lint/correctness/noEmptyPattern: vitest reads the dependencies from the pattern
    async ({}, use) => {
      const dir = await mkdtemp(join(tmpdir(), DIRECTORY_NAME))
      await chmod(dir, 0o755)
      const shared = { fixture: join(dir, 'fixture.mjs'), dataDir: join(dir, 'data') }
      await bundleFixture(shared.fixture)
      const { logger } = recordLog()
      await (await startEmbeddedPostgres({ dataDir: shared.dataDir, logger })).stop()
      await use(shared)
      await rm(dir, { recursive: true, force: true })
    },
    { scope: 'file' },
  ],
  sandbox: async ({ shared }, use) => {
    const cleanUps: (() => unknown)[] = []
    const onFinished = (cleanUp: () => unknown) => {
      cleanUps.unshift(cleanUp)
    }
    await use({
      onFinished,
      async makeDirectory() {
        const dir = await mkdtemp(join(tmpdir(), DIRECTORY_NAME))
        onFinished(async () => {
          for (const dataDir of [dir, join(dir, 'data')]) await killPostgresIn(dataDir)
          await rm(dir, { recursive: true, force: true })
        })
        return dir
      },
      async makeDataDirectory() {
        const dir = await this.makeDirectory()
        await run('cp', ['-a', `${shared.dataDir}/.`, dir])
        return dir
      },
      async start(dataDir, options = {}) {
        const { logger, lines } = recordLog()
        const postgres = await startEmbeddedPostgres({ dataDir, logger, ...options })
        onFinished(() => postgres.stop())
        return { ...postgres, lines }
      },
      startServerProcess(options, identity) {
        const server = startServerProcess(shared.fixture, options, identity)
        onFinished(() => server.stop())
        return server
      },
    })
    const failures: unknown[] = []
    for (const cleanUp of cleanUps) {
      await Promise.resolve()
        .then(cleanUp)
        .catch((error) => failures.push(error))
    }
    if (failures.length > 0) throw new AggregateError(failures, 'The sandbox could not be cleaned up')
  },
})

/** Runs one statement in a session of its own. */
export async function query<Row extends QueryResultRow>(url: string, text: string): Promise<Row[]> {
  const client = new Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query<Row>(text)).rows
  } finally {
    await client.end().catch(() => {})
  }
}

/** The process id in the cluster's lock file. */
export async function postmasterPid(dataDir: string): Promise<number> {
  return Number((await readFile(join(clusterDirOf(dataDir), 'postmaster.pid'), 'utf8')).split('\n')[0])
}

function recordLog(): { lines: string[]; logger: StartOptions['logger'] } {
  const lines: string[] = []
  const keep =
    (level: string) =>
    (...details: unknown[]) => {
      const words = details.map((detail) => (typeof detail === 'string' ? detail : JSON.stringify(detail)))
      lines.push(`${level}: ${words.join(' ')}`)
    }
  const logger = { debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') }
  return { lines, logger: logger as unknown as StartOptions['logger'] }
}

async function killPostgresIn(dataDir: string): Promise<void> {
  const pid = await postmasterPid(dataDir).catch(() => undefined)
  if (pid === undefined || !(await isPostmasterOf(pid, clusterDirOf(dataDir)))) return
  process.kill(pid, 'SIGQUIT')
  await until('PostgreSQL is gone', async () => !(await isRunning(pid)))
}
