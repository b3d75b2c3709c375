import { randomInt } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { CommanderError } from 'commander'
import { SimulatorError } from './errors.ts'
import { FAULTS, type FaultName } from './faults/faults.ts'
import { formatCount } from './format-count.ts'
import { ALL, parseOptions, type SimulateOptions, TRACE } from './options.ts'
import { ORACLES } from './oracles/oracles.ts'
import { createPlan, shrinkPlan } from './plan.ts'
import { describeCommand } from './report/describe-command.ts'
import { createLiveView } from './report/live.ts'
import { formatVerdict } from './report/text.ts'
import { runSimulation } from './run-simulation.ts'
import type { Scenario } from './scenario.ts'
import { SCENARIOS } from './scenarios/scenarios.ts'
import { type RunSummary, summarize } from './summary.ts'
import { formatReport } from './trace/replay-report.ts'
import { prepareTrace, simulateTrace, summarizeReplay } from './trace/simulate-trace.ts'
import { judge } from './verdict.ts'
import { startOwnServer } from './world/own-server.ts'
import { openRemoteTarget } from './world/remote-target.ts'
import type { ServerUnderTest } from './world/server-under-test.ts'

// `npm run simulate`: the only file here that acts when it is loaded.

const EXIT_HELD = 0
const EXIT_BROKEN = 1
const EXIT_NOT_DONE = 2
const EXIT_GRACE_MS = 500

/** Servers that run for us; they end with us, whatever happens. */
const running = new Set<ServerUnderTest>()
const interrupted = new AbortController()

async function main(): Promise<number> {
  let options: SimulateOptions
  try {
    options = parseOptions(process.argv, () => randomInt(2 ** 31))
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_HELD : EXIT_NOT_DONE
    return explain(error)
  }
  try {
    const summaries =
      options.scenario === TRACE
        ? [await replay(options, options.trace ?? '')]
        : await simulateAll(chooseScenarios(options), options)
    await writeJson(options, summaries.length === 1 ? (summaries[0] as RunSummary) : joinSummaries(summaries))
    return summaries.every(({ ok }) => ok) ? EXIT_HELD : EXIT_BROKEN
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const code = error instanceof SimulatorError ? error.code : 'internal'
    await writeJson(options, { ok: false, seed: options.seed, error: { code, message } }).catch(
      () => undefined,
    )
    return explain(error)
  } finally {
    await closeAll()
  }
}

/** Those that were asked for and can be done with this server. */
function chooseScenarios({ scenario: wanted, target, faults }: SimulateOptions): readonly Scenario[] {
  const needsControl = (kinds: readonly FaultName[]) => kinds.some((kind) => FAULTS[kind].needs !== 'network')
  const chosen = SCENARIOS.filter(({ name }) => wanted === ALL || wanted === name)
  if (target === null) return chosen
  const possible = chosen.filter((each) => !needsControl(faults ?? each.faults.map(({ kind }) => kind)))
  if (possible.length > 0) return possible
  throw new SimulatorError(
    'options-invalid',
    'This disturbs the server itself, which can only be done to a private one: leave --target out, or choose other --faults.',
  )
}

async function simulateAll(scenarios: readonly Scenario[], options: SimulateOptions): Promise<RunSummary[]> {
  const summaries: RunSummary[] = []
  for (const scenario of scenarios) {
    if (!interrupted.signal.aborted) summaries.push(await simulate(scenario, options))
  }
  return summaries
}

async function simulate(scenario: Scenario, options: SimulateOptions): Promise<RunSummary> {
  const { defaults } = scenario
  const full = createPlan(scenario, {
    seed: options.seed,
    clients: options.clients ?? defaults.clients,
    pages: options.pages ?? defaults.pages,
    durationMs: options.durationMs ?? defaults.durationMs,
    rate: options.rate ?? defaults.rate,
    faults: options.faults,
  })
  const plan = shrinkPlan(full, options.keep)
  print(
    options,
    `${scenario.name}: ${plan.clients.length} people on ${plan.pages} page${plan.pages === 1 ? '' : 's'}, ${plan.durationMs / 1000} s, seed ${plan.seed}`,
  )
  const live = createLiveView(process.stderr, () => performance.now())
  const server = await openServer(options)
  try {
    const record = await runSimulation({
      ...{ plan, server, signal: interrupted.signal },
      onProgress: (progress) => {
        if (!options.quiet) live.show(progress)
      },
    })
    live.end()
    const verdict = judge(record, ORACLES)
    const summary = summarize(record, verdict)
    console.log(formatVerdict(summary, verdict, describeCommand(scenario.name, options)))
    return summary
  } finally {
    live.end()
    await closeServer(server)
  }
}

async function replay(options: SimulateOptions, path: string): Promise<RunSummary> {
  const prepared = await prepareTrace(path)
  const server = await openServer(options)
  try {
    let shownAt = performance.now()
    const report = await simulateTrace({
      ...{ prepared, server, now: () => performance.now() },
      print: (line) => print(options, line),
      onProgress(acknowledged, total) {
        if (performance.now() - shownAt < 2_000) return
        shownAt = performance.now()
        print(options, `${formatCount(acknowledged)} of ${formatCount(total)} edits acknowledged`)
      },
    })
    console.log(formatReport(report))
    return summarizeReplay(report, options.seed)
  } finally {
    await closeServer(server)
  }
}

async function openServer(options: SimulateOptions): Promise<ServerUnderTest> {
  const { target } = options
  if (target === null) print(options, 'starting a private server…')
  const server =
    target === null
      ? await startOwnServer()
      : openRemoteTarget({
          ...target,
          onRateLimited: (waitMs) =>
            print(
              options,
              `the server limits how often one address may sign in: waiting ${Math.ceil(waitMs / 1000)} s`,
            ),
        })
  running.add(server)
  return server
}

async function closeServer(server: ServerUnderTest): Promise<void> {
  if (running.delete(server)) await server.close()
}

async function closeAll(): Promise<void> {
  await Promise.all([...running].map(closeServer))
}

function joinSummaries(runs: readonly RunSummary[]): object {
  return { ok: runs.every(({ ok }) => ok), runs }
}

async function writeJson({ json }: SimulateOptions, result: object): Promise<void> {
  if (json === null) return
  try {
    await writeFile(json, `${JSON.stringify(result, null, 2)}\n`)
  } catch (error) {
    throw new SimulatorError('file-unwritable', `Cannot write ${json}: ${(error as Error).message}.`)
  }
}

function print({ quiet }: SimulateOptions, line: string): void {
  if (!quiet) console.log(line)
}

function explain(error: unknown): number {
  console.error(error instanceof SimulatorError ? error.message : error)
  return EXIT_NOT_DONE
}

/** Exit code 1 says "broken"; whatever ends the process unexpectedly must not pass for that. */
async function onUnexpected(error: unknown): Promise<never> {
  console.error(error)
  await closeAll().catch(() => undefined)
  process.exit(EXIT_NOT_DONE)
}

process.on('uncaughtException', (error) => void onUnexpected(error))
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // Once ends the writing and judges what there is; twice ends everything.
    if (interrupted.signal.aborted) void onUnexpected('Stopped.')
    interrupted.abort()
  })
}
process.exitCode = await main()
// A provider that was between two attempts to connect leaves its timer behind; nobody waits for that.
setTimeout(() => process.exit(), EXIT_GRACE_MS).unref()
