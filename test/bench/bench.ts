import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Command, InvalidArgumentError, Option } from 'commander'
import { formatHtml } from './html-report.ts'
import { copydesk } from './peers/copydesk.ts'
import { hocuspocusDatabase, hocuspocusMemory, socketioBare, yWebsocket } from './peers/stock.ts'
import { startBenchPostgres } from './postgres.ts'
import { collectRatios, computeResults } from './results.ts'
import { type Run, runScenario } from './run-scenario.ts'
import type { Scenario } from './scenario.ts'
import { SCENARIOS } from './scenarios/all.ts'
import { formatNumber, formatTable } from './table.ts'

// `npm run bench`: Copydesk beside others, on the same machine, in the same run.

/** The servers, in the order of the table's columns. */
const PEERS = [copydesk, hocuspocusMemory, hocuspocusDatabase, yWebsocket, socketioBare]

interface Options {
  readonly scenario: readonly Scenario[]
  readonly peer: typeof PEERS
  readonly runs: number
  readonly seconds: number
  readonly trace?: string
  readonly json?: string
  readonly html?: string
  readonly profile?: string
  readonly build: boolean
}

const options = new Command('bench')
  .description('Measures Copydesk and its peers side by side, alternating, and compares the medians.')
  .addOption(listOption('--scenario <names>', 'only these, separated by commas', SCENARIOS))
  .addOption(listOption('--peer <names>', 'only these servers, separated by commas', PEERS))
  .option('--runs <count>', 'how often each is measured', parsePositive, 5)
  .option('--seconds <seconds>', 'how long each load is kept up', parsePositive, 5)
  .option('--trace <file>', "an editing trace to use as the page's history in cold-open")
  .option('--json <file>', 'write every run and the ratios as JSON')
  .option('--html <file>', 'write a page with a plot of each figure')
  .option('--profile <directory>', 'leave a CPU profile of each server there; slows them a little')
  .option('--no-build', 'measure dist/ as it is instead of building it first')
  .parse()
  .opts<Options>()

if (options.build) {
  execFileSync('npm', ['run', '--silent', 'build:server'], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: 'inherit',
  })
}
const postgres = await startBenchPostgres()
let stopRequested = false
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    stopRequested = true
    console.error('Stopping after this measurement…')
  })
}
try {
  const runs: Run[] = []
  for (const scenario of options.scenario) {
    if (stopRequested) break
    runs.push(
      ...(await runScenario(scenario, {
        peers: options.peer,
        runs: options.runs,
        environment: { postgres, profileDir: options.profile },
        options: {
          seconds: options.seconds,
          trace: options.trace,
          isProfiling: options.profile !== undefined,
        },
        isStopped: () => stopRequested,
        onRun: showRun,
      })),
    )
    const names = options.peer.map(({ name }) => name)
    console.log(`\n${formatTable(scenario, computeResults([scenario], runs), names, runs)}\n`)
  }
  const results = computeResults(options.scenario, runs)
  const machine = { cpus: cpus().length, model: cpus()[0]?.model ?? 'unknown', node: process.version }
  const at = new Date().toISOString()
  if (options.json !== undefined) {
    const medians = results.map(({ scenario, figure, spreads }) => ({
      scenario,
      figure: figure.name,
      spreads,
    }))
    const report = { machine, at, runs, medians, ratios: collectRatios(results) }
    await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`)
  }
  if (options.html !== undefined) {
    const about = `${machine.cpus} × ${machine.model}, Node ${machine.node}, ${at}.`
    await writeFile(options.html, formatHtml(options.scenario, results, runs, about))
  }
  if (runs.some(({ outcome }) => outcome === 'failed')) process.exitCode = 1
} finally {
  await postgres.stop()
}

function showRun(run: Run): void {
  const what =
    run.outcome === 'measured'
      ? Object.entries(run.figures)
          .map(([name, value]) => `${name} ${formatNumber(value)}`)
          .join('  ')
      : run.outcome === 'thrown-away'
        ? `thrown away, the load generator was the bottleneck: ${run.reason}`
        : `FAILED: ${run.reason}`
  console.log(`${run.scenario} #${run.run} ${run.peer} (load ${run.systemLoad.toFixed(1)}): ${what}`)
}

/** An option that picks some of the named items; without it, all. */
function listOption<Item extends { readonly name: string }>(
  flags: string,
  description: string,
  all: readonly Item[],
): Option {
  const names = all.map(({ name }) => name).join(', ')
  return new Option(flags, description).default(all, names).argParser((value: string): Item[] =>
    value.split(',').map((name) => {
      const found = all.find((item) => item.name === name)
      if (found !== undefined) return found
      throw new InvalidArgumentError(`Expected some of ${names}.`)
    }),
  )
}

function parsePositive(value: string): number {
  const number = Number(value)
  if (!(number >= 1 && number <= 1000)) throw new InvalidArgumentError('Expected a number from 1 to 1000.')
  return number
}
