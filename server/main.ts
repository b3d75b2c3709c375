import { fileURLToPath } from 'node:url'
import { type Config, parseConfig } from './config.ts'
import { createLogger } from './operations/logger.ts'
import { createServer } from './server.ts'

/** A stop that takes longer than this, ms, is given up: the log in Postgres is whole at any moment. */
const STOP_TIMEOUT_MS = 30_000

async function main(): Promise<void> {
  const config = parseConfig(process.env)
  const logger = createLogger(config)
  const inSource = import.meta.url.endsWith('.ts')
  const editorDirectory = fileURLToPath(new URL(inSource ? '../dist/editor' : '../editor', import.meta.url))

  let stopping: string | undefined
  let server: Awaited<ReturnType<typeof createServer>> | undefined
  const stop = async (signal: string) => {
    if (stopping !== undefined) return print(`Still saving (${stopping}), one moment…`)
    stopping = signal
    if (server === undefined) return
    setTimeout(() => process.exit(1), STOP_TIMEOUT_MS).unref()
    print('Stopping: committing what has come in…')
    await server.close()
    print('Everything is saved. Bye.')
    process.exit(0)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop(signal).catch(fail))

  server = await createServer(config, { logger, editorDirectory })
  if (stopping !== undefined) {
    await server.close()
    process.exit(0)
  }
  if (config.production) logger.info({ url: server.url }, 'Copydesk is running')
  else print(welcome(server.url, config))
}

/** What somebody who has just started it on their own machine wants to know. */
function welcome(url: string, { databaseUrl, dataDir }: Config): string {
  return `
  Copydesk is running at  ${url}
  Pages are kept in       ${databaseUrl === undefined ? `${dataDir} (its own PostgreSQL)` : 'your PostgreSQL (DATABASE_URL)'}

  To write together: create an account, press Share on a page and send the link,
  or open it in a private window to be two people at once.
  Press Ctrl-C to stop.
`
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** Prints what a person needs: the message for what we foresaw, everything for what we did not. */
function fail(error: unknown): void {
  const foreseen = error instanceof Error && typeof (error as { code?: unknown }).code === 'string'
  process.stderr.write(`${foreseen ? error.message : error instanceof Error ? error.stack : String(error)}\n`)
  process.exit(1)
}

main().catch(fail)
