import { basename } from 'node:path'
import { SimulatorError } from '../errors.ts'
import { formatCount } from '../format-count.ts'
import { MAX_FINDINGS } from '../oracle.ts'
import type { RunSummary } from '../summary.ts'
import type { ServerUnderTest } from '../world/server-under-test.ts'
import type { ReplayReport } from './replay-report.ts'
import { runReplay } from './run-replay.ts'
import { readTrace, type Trace } from './trace.ts'
import { createTracePlan, type TracePlan } from './trace-plan.ts'

/** A trace that can be replayed. */
export interface PreparedTrace {
  readonly file: string
  readonly trace: Trace
  readonly plan: TracePlan
}

/** When nothing moves for this long, ms, a replay is given up. */
const STALL_MS = 60_000

/** Reads and plans a trace. Throws a `SimulatorError` when it cannot be replayed. */
export async function prepareTrace(path: string): Promise<PreparedTrace> {
  const trace = await readTrace(path)
  const plan = createTracePlan(trace)
  if (plan.text !== trace.endContent) {
    throw new SimulatorError(
      'trace-invalid',
      'Merged by Yjs, without any server, this trace does not lead to its own endContent. It was recorded with ' +
        'another order of concurrent inserts (or is damaged), so there is nothing to compare with.',
    )
  }
  return { file: basename(path), trace, plan }
}

export interface SimulateTraceDeps {
  readonly prepared: PreparedTrace
  readonly server: ServerUnderTest
  readonly now: () => number
  readonly print: (line: string) => void
  readonly onProgress: (acknowledged: number, total: number) => void
}

/** Replays a trace. Throws a `SimulatorError` where that could not be done. */
export function simulateTrace({
  prepared: { file, trace, plan },
  server,
  now,
  print,
  onProgress,
}: SimulateTraceDeps): Promise<ReplayReport> {
  const { agentCount, transactions } = trace
  print(
    `${file}: ${formatCount(transactions.length)} transactions by ${agentCount} agent${agentCount === 1 ? '' : 's'}`,
  )
  return runReplay({
    ...{ file, trace, plan, server, now, stallMs: STALL_MS },
    onPage: (pageId) => print(`replaying into page ${pageId} on ${server.title}`),
    onProgress: (count) => onProgress(count, transactions.length),
  })
}

/** A replay in the form of every other run, for `--json`. A trace decides everything, so the seed decides nothing. */
export function summarizeReplay(report: ReplayReport, seed: number): RunSummary {
  const { transactions, acknowledged, ackLatencyMs, texts, missing } = report
  const oracle = 'every text equals the end of the trace'
  const broken = [
    ...texts.flatMap(({ who, difference }) =>
      difference === undefined
        ? []
        : [
            {
              message: `${who} differs from the end of the trace from character ${difference.position} on.`,
              ...{ page: report.file, client: who, edit: null, editMs: null, oracle },
              ...{ expected: difference.expectedAround, found: difference.actualAround },
            },
          ],
    ),
    ...missing.map(({ receiver, author, transaction }) => ({
      message: `Agent ${receiver} never received transaction ${transaction} of agent ${author}.`,
      ...{
        page: report.file,
        client: `agent ${receiver}`,
        edit: `agent ${author}, transaction ${transaction}`,
        ...{ editMs: null, oracle },
      },
      ...{ expected: 'all that was acknowledged', found: 'a page without it' },
    })),
  ]
  const latencyMs = { p50: ackLatencyMs.median, p95: ackLatencyMs.p95, p99: ackLatencyMs.p99 }
  return {
    ok: report.outcome === 'equal',
    ...{ seed, scenario: 'trace', target: report.url, clients: report.agents, pages: 1 },
    durationMs: Math.round(report.durationMs),
    edits: {
      ...{ sent: transactions, acked: acknowledged, refused: 0 },
      seen: report.agents > 1 ? transactions - missing.length : 0,
    },
    ...{ latencyMs, seenMs: null, revocationMs: null },
    promises: {
      C1: {
        ...{ ok: broken.length === 0, checked: texts.length, broken: broken.slice(0, MAX_FINDINGS) },
        oracles: [{ title: oracle, ok: broken.length === 0, checked: texts.length }],
      },
    },
    faults: [],
  }
}
