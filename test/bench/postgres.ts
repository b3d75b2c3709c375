import { randomUUID } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { pino } from 'pino'
import { startEmbeddedPostgres } from '../../server/database/embedded/embedded-postgres.ts'

/** One real PostgreSQL, durable as in production, that every server of a benchmark gets a database in. */
export interface BenchPostgres {
  createDatabase(): Promise<string>
  /** Removes a database that is no longer used. */
  dropDatabase(url: string): Promise<void>
  /** CPU time of all its processes since their start, ms; null where the system does not tell. */
  readCpuMs(): Promise<number | null>
  stop(): Promise<void>
}

/** A clock tick in /proc, ms: 100 a second on every Linux that Node runs on. */
const TICK_MS = 10

export async function startBenchPostgres(): Promise<BenchPostgres> {
  const dataDir = await mkdtemp(join(tmpdir(), 'copydesk-bench-'))
  const postgres = await startEmbeddedPostgres({ dataDir, logger: pino({ level: 'error' }) })
  const pid = Number((await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0])

  async function run(statement: string): Promise<void> {
    const client = new pg.Client(postgres.url)
    await client.connect()
    try {
      await client.query(statement)
    } finally {
      await client.end()
    }
  }

  return {
    async createDatabase() {
      const name = `bench_${randomUUID().replaceAll('-', '')}`
      await run(`CREATE DATABASE ${name}`)
      const url = new URL(postgres.url)
      url.pathname = `/${name}`
      return url.href
    },
    dropDatabase: (url) => run(`DROP DATABASE IF EXISTS ${new URL(url).pathname.slice(1)} WITH (FORCE)`),
    readCpuMs: () => (process.platform === 'linux' ? readFamilyCpuMs(pid) : Promise.resolve(null)),
    async stop() {
      await postgres.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** The time of a process, of its children that live, and of those that have ended. */
async function readFamilyCpuMs(pid: number): Promise<number> {
  let ticks = 0
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    // A process may end between the listing and the reading.
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '')
    // The name in parentheses may hold anything; after it, field 3 and on. See proc(5).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const isIt = Number(entry) === pid
    if (!isIt && Number(fields[1]) !== pid) continue
    ticks += Number(fields[11]) + Number(fields[12])
    if (isIt) ticks += Number(fields[13]) + Number(fields[14])
  }
  return ticks * TICK_MS
}
