import { writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { SimulatorError } from './errors.ts'
import { createProgress, formatCount } from './progress.ts'
import { formatReport, type ReplayReport } from './report.ts'
import { runReplay } from './run-replay.ts'
import { readTrace } from './trace.ts'
import { createTracePlan } from './trace-plan.ts'

// `npm run replay`: reads a trace, replays it against a running server and says what it found.

const EXIT_EQUAL = 0
const EXIT_DIFFERENT = 1
const EXIT_NOT_DONE = 2
const EXIT_GRACE_MS = 500
/** Longer than any timer can wait makes no sense. */
const MAX_TIMEOUT_S = 3600

interface Options {
  readonly url: URL
  readonly timeout: number
  readonly quiet?: true
  readonly json?: string
}

const command = new Command('replay')
  .description(
    'Replays an editing trace against a running Copydesk and compares every text with the end of the trace.',
  )
  .argument('<file>', 'an editing trace, concurrent or sequential, .json or .json.gz')
  .option('--url <url>', "the server's address", parseUrl, new URL('http://localhost:3000'))
  .option('--timeout <seconds>', 'give up when nothing moves for this long', parseTimeout, 30)
  .option('--quiet', 'print nothing but differences and errors')
  .option('--json <file>', 'also write the result as JSON')
  .addHelpText(
    'after',
    `
Exit code: 0 when every text is equal, 1 when one differs, 2 when the run could not be done.

Example:
  npm run replay -- friendsforever.json.gz --url http://localhost:3000

Traces are at https://github.com/josephg/editing-traces (concurrent_traces, sequential_traces).`,
  )
  .exitOverride()

async function main(): Promise<number> {
  try {
    command.parse()
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_EQUAL : EXIT_NOT_DONE
    throw error
  }
  const options = command.opts<Options>()
  const [file] = command.processedArgs as [string]
  try {
    const report = await replay(file, options)
    const isEqual = report.outcome === 'equal'
    if (!isEqual || options.quiet !== true) console.log(formatReport(report))
    const isWritten = await writeJson(options, report)
    if (!isEqual) return EXIT_DIFFERENT
    return isWritten ? EXIT_EQUAL : EXIT_NOT_DONE
  } catch (error) {
    const isExpected = error instanceof SimulatorError
    console.error(isExpected ? error.message : error)
    await writeJson(options, {
      outcome: 'not-done',
      code: isExpected ? error.code : 'internal',
      message: error instanceof Error ? error.message : String(error),
    })
    return EXIT_NOT_DONE
  }
}

async function replay(path: string, { url, timeout, quiet }: Options): Promise<ReplayReport> {
  const print = (line: string): void => {
    if (quiet !== true) console.log(line)
  }
  const now = (): number => performance.now()
  const file = basename(path)
  const trace = await readTrace(path)
  const { agentCount, transactions, endContent } = trace
  print(
    `${file}: ${formatCount(transactions.length)} transactions by ${agentCount} agent${agentCount === 1 ? '' : 's'}`,
  )

  const plan = createTracePlan(trace)
  if (plan.text !== endContent) {
    throw new SimulatorError(
      'trace-invalid',
      'Merged by Yjs, without any server, this trace does not lead to its own endContent. It was recorded with ' +
        'another order of concurrent inserts (or is damaged), so there is nothing to compare with.',
    )
  }

  const progress = createProgress(process.stderr, transactions.length, now)
  try {
    return await runReplay({
      file,
      trace,
      plan,
      serverUrl: url,
      stallMs: timeout * 1000,
      now,
      onPage: (pageId) => print(`replaying into page ${pageId} on ${url.origin}`),
      onRateLimited: (waitMs) =>
        print(`the server limits how often one address may register: waiting ${Math.ceil(waitMs / 1000)} s`),
      onProgress: (count) => {
        if (quiet !== true) progress.show(count)
      },
    })
  } finally {
    progress.end()
  }
}

/** Whether the result is where it was asked for. */
async function writeJson({ json }: Options, result: object): Promise<boolean> {
  if (json === undefined) return true
  try {
    await writeFile(json, `${JSON.stringify(result, null, 2)}\n`)
    return true
  } catch (error) {
    console.error(`Cannot write ${json}: ${(error as Error).message}`)
    return false
  }
}

/** Exit code 1 says "differs"; whatever ends the process unexpectedly must not pass for that. */
function onUnexpected(error: unknown): never {
  console.error(error)
  process.exit(EXIT_NOT_DONE)
}

function parseUrl(value: string): URL {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new InvalidArgumentError('Expected an address such as http://localhost:3000.')
  }
  return url
}

function parseTimeout(value: string): number {
  const seconds = Number(value)
  if (!(seconds > 0 && seconds <= MAX_TIMEOUT_S)) {
    throw new InvalidArgumentError(`Expected seconds, more than 0 and at most ${MAX_TIMEOUT_S}.`)
  }
  return seconds
}

process.on('uncaughtException', onUnexpected)
process.exitCode = await main()
// A provider that was between two attempts to connect leaves its timer behind; nobody waits for that.
setTimeout(() => process.exit(), EXIT_GRACE_MS).unref()
