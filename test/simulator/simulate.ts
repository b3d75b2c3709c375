import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { CommanderError } from 'commander'
import { SimulatorError } from './errors.ts'
import { FAULTS, type FaultName } from './faults/faults.ts'
import { formatCount } from './format-count.ts'
import { ALL, parseOptions, type SimulateOptions, TRACE } from './options.ts'
import { ORACLES } from './oracles/oracles.ts'
import { createPlan, type SimulationPlan, shrinkPlan } from './plan.ts'
import type { RunRecord } from './record.ts'
import { writeArtifacts, writeReplayArtifacts, writeServerLog } from './report/artifacts.ts'
import { describeCommand } from './report/describe-command.ts'
import { formatMs } from './report/format-time.ts'
import { createLiveView } from './report/live.ts'
import { brokenPromises, isFailure, type RunOutcome, type RunReport } from './report/run-report.ts'
import { createSeries } from './report/series.ts'
import { formatAll, formatAttempt, formatVerdict } from './report/text.ts'
import { checkReports, writeReports } from './report/write-reports.ts'
import { runSimulation } from './run-simulation.ts'
import type { Scenario } from './scenario.ts'
import { QUICK_SCENARIOS, SCENARIOS } from './scenarios/scenarios.ts'
import { findSmallerRun, SHRINK_BUDGET_MS } from './shrink/find-smaller-run.ts'
import { summarize } from './summary.ts'
import { formatReport } from './trace/replay-report.ts'
import { prepareTrace, simulateTrace, summarizeReplay } from './trace/simulate-trace.ts'
import { judge } from './verdict.ts'
import { readTokenEnd } from './world/account.ts'
import { startOwnServer } from './world/own-server.ts'
import { openRemoteTarget } from './world/remote-target.ts'
import type { ServerUnderTest } from './world/server-under-test.ts'

// `npm run simulate`: the only file here that acts when it is loaded.

const EXIT_HELD = 0
const EXIT_BROKEN = 1
const EXIT_NOT_DONE = 2
const EXIT_GRACE_MS = 500
/** What follows the writing, until nobody needs a token any more, takes no longer than this, ms. */
const AFTERWARDS_MS = 90_000

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
    await checkReports(options)
    const outcomes = await runAll(options)
    await writeReports(options, outcomes)
    if (outcomes.length > 1) console.log(formatAll(outcomes))
    // What was found is found, whatever else could not be done.
    if (outcomes.some((outcome) => !isFailure(outcome) && !outcome.summary.ok)) return EXIT_BROKEN
    return outcomes.some(isFailure) ? EXIT_NOT_DONE : EXIT_HELD
  } catch (error) {
    return explain(error)
  } finally {
    await closeAll()
  }
}

/** Every run that was asked for. One that cannot be done does not end the others. */
async function runAll(options: SimulateOptions): Promise<RunOutcome[]> {
  const { seed } = options
  if (options.scenario === TRACE) return [await attempt(TRACE, () => replay(options, options.trace ?? ''))]
  const outcomes: RunOutcome[] = []
  let scenarios: readonly Scenario[]
  try {
    scenarios = chooseScenarios(options)
  } catch (error) {
    return [failed(options.scenario, error)]
  }
  for (const scenario of scenarios) {
    if (!interrupted.signal.aborted)
      outcomes.push(await attempt(scenario.name, () => simulate(scenario, options)))
  }
  return outcomes

  async function attempt(name: string, run: () => Promise<RunReport>): Promise<RunOutcome> {
    try {
      return await run()
    } catch (error) {
      return failed(name, error)
    }
  }

  function failed(scenario: string, error: unknown): RunOutcome {
    explain(error)
    const repeat = describeCommand(scenario, options)
    console.error(`Seed ${seed}; again with: ${repeat}`)
    const message = error instanceof Error ? error.message : String(error)
    const code = error instanceof SimulatorError ? error.code : 'internal'
    return { scenario, seed, repeat, error: { code, message } }
  }
}

/** Those that were asked for and can be done with this server. */
function chooseScenarios({ scenario: wanted, target, faults }: SimulateOptions): readonly Scenario[] {
  const needsControl = (kinds: readonly FaultName[]) => kinds.some((kind) => FAULTS[kind].needs !== 'network')
  const chosen = wanted === ALL ? QUICK_SCENARIOS : SCENARIOS.filter(({ name }) => wanted === name)
  if (target === null) return chosen
  const possible = chosen.filter((each) => !needsControl(faults ?? each.faults.map(({ kind }) => kind)))
  if (possible.length > 0) return possible
  throw new SimulatorError(
    'options-invalid',
    'This disturbs the server itself, which can only be done to a private one: leave --target out, or choose other --faults.',
  )
}

async function simulate(scenario: Scenario, options: SimulateOptions): Promise<RunReport> {
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
    `${scenario.name}: ${plan.clients.length} people on ${plan.pages} page${plan.pages === 1 ? '' : 's'}, ${formatMs(plan.durationMs)}, seed ${plan.seed}`,
  )
  checkToken(options, plan.durationMs)
  const directory = options.artifacts === null ? null : join(options.artifacts, scenario.name)
  const beganAt = performance.now()
  const record = await runOnce(plan, options, directory)
  const verdict = judge(record, ORACLES)
  const overheadMs = performance.now() - beganAt - plan.durationMs
  const summary = summarize(record, verdict)
  if (summary.ok && summary.edits.sent === 0)
    throw new SimulatorError(
      'nothing-happened',
      'Nobody wrote anything, so nothing can be said of any promise. Take a longer --duration or more --clients.',
    )
  if (directory !== null) await keep(directory, () => writeArtifacts(directory, record))
  const report = {
    ...{ summary, purpose: scenario.purpose, series: createSeries(record, summary), smaller: null },
    repeat: describeCommand(scenario.name, options),
  }
  if (summary.ok || !options.shrink || interrupted.signal.aborted) {
    console.log(formatVerdict(report))
    return report
  }
  // Whoever is in a hurry need not wait for the smaller run.
  print(options, `BROKEN: ${brokenPromises(summary).join(', ')}. Searching for a smaller run that breaks it…`)
  const found = await findSmallerRun({
    ...{ plan: full, keep: options.keep, record, verdict, overheadMs, oracles: ORACLES, closeServer },
    openServer: () => openServer({ ...options, quiet: true }),
    ...{ now: () => performance.now(), budgetMs: SHRINK_BUDGET_MS, signal: interrupted.signal },
    onAttempt: (attempt) => print(options, formatAttempt(attempt)),
  })
  if (directory !== null && found !== null) {
    const own = join(directory, 'smaller')
    await keep(own, () => writeArtifacts(own, found.record))
  }
  const smaller =
    found === null
      ? null
      : {
          repeat: describeCommand(scenario.name, { ...options, keep: found.keep }),
          summary: summarize(found.record, found.verdict),
        }
  console.log(formatVerdict({ ...report, smaller }))
  return { ...report, smaller }
}

/** A token that was given to us cannot be renewed: without it the pages could not be read at the end. */
function checkToken({ target }: SimulateOptions, durationMs: number): void {
  if (target?.owner.kind !== 'token') return
  const leftMs = (readTokenEnd(target.owner.token) ?? Number.POSITIVE_INFINITY) - Date.now()
  if (leftMs > durationMs + AFTERWARDS_MS) return
  const left = leftMs > 0 ? `ends in ${formatMs(Math.round(leftMs))}` : 'has ended'
  throw new SimulatorError(
    'options-invalid',
    `The token ${left}, and this takes up to ${formatMs(durationMs + AFTERWARDS_MS)}. Pass a fresh one, a shorter ` +
      '--duration, or --email and --password, with which the simulator stays signed in.',
  )
}

async function runOnce(
  plan: SimulationPlan,
  options: SimulateOptions,
  directory: string | null,
): Promise<RunRecord> {
  const live = createLiveView(process.stderr, () => performance.now())
  const server = await openServer(options)
  try {
    return await runSimulation({
      ...{ plan, server, signal: interrupted.signal },
      onProgress: (progress) => {
        if (!options.quiet) live.show(progress)
      },
    })
  } catch (error) {
    // Of a run that could not be done there is no record, but perhaps the server has said why.
    const { control } = server
    if (directory !== null && control !== null)
      await keep(directory, () => writeServerLog(directory, control.output()))
    throw error
  } finally {
    live.end()
    await closeServer(server)
  }
}

async function keep(directory: string, write: () => Promise<void>): Promise<void> {
  try {
    await write()
  } catch (error) {
    throw new SimulatorError('file-unwritable', `Cannot write to ${directory}: ${(error as Error).message}.`)
  }
}

async function replay(options: SimulateOptions, path: string): Promise<RunReport> {
  const prepared = await prepareTrace(path)
  checkToken(options, 0)
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
    if (options.artifacts !== null) {
      const directory = join(options.artifacts, TRACE)
      const serverOutput = server.control?.output() ?? ''
      await keep(directory, () =>
        writeReplayArtifacts(directory, report, prepared.trace.endContent, serverOutput),
      )
    }
    console.log(formatReport(report))
    return {
      summary: summarizeReplay(report, options.seed),
      purpose: `The recorded session ${prepared.file}.`,
      repeat: describeCommand(TRACE, options),
      ...{ series: null, smaller: null },
    }
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
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // Once ends the writing and judges what there is; twice ends everything.
    if (interrupted.signal.aborted) void onUnexpected('Stopped.')
    else console.error('Ending early, and judging what there is. Once more ends at once.')
    interrupted.abort()
  })
}
process.exitCode = await main()
// A provider that was between two attempts to connect leaves its timer behind; nobody waits for that.
setTimeout(() => process.exit(), EXIT_GRACE_MS).unref()
