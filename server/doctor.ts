import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { z } from 'zod'
import { type Config, ConfigError, parseConfig } from './config.ts'
import { connectDatabase } from './database/connect.ts'
import { startEmbeddedPostgres } from './database/embedded/embedded-postgres.ts'
import { findRunningPostgres } from './database/embedded/find-running.ts'
import { type Diagnosis, examinePages } from './documents/doctor/doctor.ts'
import { type Finding, REMEDIES } from './documents/doctor/findings.ts'

const USAGE = `Checks every page: rebuilds it from its log and compares that with its snapshot and its head.

  npm run doctor                     says what is wrong, and changes nothing
  npm run doctor -- --repair         repairs what can be repaired; deletes nothing
  npm run doctor -- --page ID        looks at one page only
  npm run doctor -- --json           prints one JSON object instead of text

It uses the same settings as the server and can be run while that is running.
It ends with 0 if all is well or was repaired, 1 if something is wrong, 2 if it could not look.`

/** Ends with this when it could not look. */
const COULD_NOT_RUN = 2

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2))
  if (options.help) {
    process.stdout.write(`${USAGE}\n`)
    return 0
  }
  // It signs nothing, so it needs no secret; the server insists on one.
  const config = parseConfig({ JWT_SECRET: randomBytes(32).toString('hex'), ...withoutEmpty(process.env) })
  const logger = pino({ level: 'error' }, pino.destination(2))
  const postgres = await findPostgres(config, logger)
  try {
    const database = await connectDatabase(postgres.url, logger)
    try {
      const findings: Finding[] = []
      const tell = (finding: Finding) => {
        if (options.json) findings.push(finding)
        else process.stdout.write(describe(finding, options.repair))
      }
      const diagnosis = await examinePages(database, { ...options, tell })
      process.stdout.write(
        options.json
          ? `${JSON.stringify({ ...diagnosis, items: findings }, null, 2)}\n`
          : `${summarize(diagnosis, options)}\n`,
      )
      if (diagnosis.pages === 0 && options.pageId !== undefined) return COULD_NOT_RUN
      return diagnosis.findings === diagnosis.repaired ? 0 : 1
    } finally {
      await database.close()
    }
  } finally {
    await postgres.stop()
  }
}

interface Options {
  readonly repair: boolean
  readonly json: boolean
  readonly help: boolean
  readonly pageId: string | undefined
}

function parseOptions(args: string[]): Options {
  try {
    const { values } = parseArgs({
      args,
      options: {
        repair: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
        page: { type: 'string' },
      },
    })
    if (values.page !== undefined && !z.uuid().safeParse(values.page).success) {
      throw new Error(`${values.page} is not the id of a page`)
    }
    return { repair: values.repair, json: values.json, help: values.help, pageId: values.page }
  } catch (cause) {
    throw new ConfigError(`${(cause as Error).message}\n\n${USAGE}`, { cause })
  }
}

function withoutEmpty(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
}

/** The server's own PostgreSQL if that is running, or one started for as long as this takes. */
async function findPostgres(
  config: Config,
  logger: pino.Logger,
): Promise<{ url: string; stop: () => Promise<void> }> {
  if (config.databaseUrl !== undefined) return { url: config.databaseUrl, stop: async () => undefined }
  const { dataDir } = config
  const found = await findRunningPostgres(dataDir)
  switch (found.kind) {
    case 'running':
      return { url: found.url, stop: async () => undefined }
    case 'stopped':
      return startEmbeddedPostgres({ dataDir, logger })
    case 'busy':
      throw new ConfigError(`A server is starting or stopping in ${dataDir}. Try again in a moment.`)
    case 'none':
      throw new ConfigError(
        `There are no pages in ${dataDir}: nothing to check.\nSay where they are with DATA_DIR or DATABASE_URL, as for the server.`,
      )
  }
}

function describe({ pageId, title, problem, consequence, state, remedy }: Finding, repair: boolean): string {
  const name = title === null ? `Page ${pageId}` : `“${title}” (page ${pageId})`
  const mark = state === 'repaired' ? '✓' : '✗'
  const next = repair || remedy === null ? '' : `\n  --repair ${REMEDIES[remedy]}.`
  return `${mark} ${name}\n  ${problem}\n  ${consequence}${next}\n\n`
}

function summarize(
  { pages, damagedPages, findings, repaired }: Diagnosis,
  { pageId, repair }: Options,
): string {
  if (pages === 0) return pageId === undefined ? 'There are no pages yet.' : `There is no page ${pageId}.`
  const checked = pages === 1 ? 'One page was checked' : `${pages} pages were checked`
  if (findings === 0) return `${checked}: all is well.`
  const damaged = damagedPages === 1 ? 'one page is damaged' : `${damagedPages} pages are damaged`
  if (!repair) return `${checked}: ${damaged}. Nothing was changed.`
  const rest = findings - repaired
  return rest === 0
    ? `${checked}: everything that was wrong is repaired.`
    : `${checked}: ${repaired} of ${findings} problems are repaired; the others are named above.`
}

main().then(
  (code) => {
    process.exitCode = code
  },
  (error: unknown) => {
    const foreseen = error instanceof Error && typeof (error as { code?: unknown }).code === 'string'
    process.stderr.write(
      `${foreseen ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
    )
    process.exitCode = COULD_NOT_RUN
  },
)
