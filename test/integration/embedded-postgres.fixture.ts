/**
 * A server process that owns an embedded PostgreSQL and nothing else, for tests to kill. It is told what
 * to start by a JSON argument, reports on stdout in JSON lines, and stops when its stdin says or ends.
 */
import { Client } from 'pg'
import { startEmbeddedPostgres } from '../../server/database/embedded/embedded-postgres.ts'

const report = (event: string, details: object = {}) =>
  process.stdout.write(`${JSON.stringify({ event, ...details })}\n`)

const log =
  (level: string) =>
  (...details: unknown[]) =>
    report('log', { level, details })

const logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') }

// Before the start, as a server that is flushing must not die of Ctrl-C either.
let onInterrupt = () => {}
process.on('SIGINT', () => onInterrupt())

try {
  const postgres = await startEmbeddedPostgres({ ...JSON.parse(process.argv[2] ?? '{}'), logger })
  onInterrupt = async () => {
    const client = new Client({ connectionString: postgres.url })
    await client.connect()
    await client.query('create table flushed_after_interrupt (id int)')
    await client.end()
    report('interrupted')
  }
  process.stdin.resume().on('end', async () => {
    await postgres.stop()
    report('stopped')
    process.exit(0)
  })
  report('started', { url: postgres.url, uid: process.getuid?.() })
} catch (error) {
  const { code, message } = error as { code?: string; message: string }
  report('failed', { code, message })
  process.exit(1)
}
