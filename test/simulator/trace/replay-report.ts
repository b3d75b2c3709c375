import { describeDifference, type TextDifference } from '../compare.ts'
import { formatCount } from '../format-count.ts'
import type { MissingEdit } from './send-plan.ts'

/** One text that was held against the trace's `endContent`. */
export interface ComparedText {
  /** "agent 0", or "the page read afresh". */
  readonly who: string
  readonly text: string
  readonly difference?: TextDifference
}

/** What a finished replay found. Durations in milliseconds. */
export interface ReplayReport {
  readonly outcome: 'equal' | 'different'
  readonly file: string
  readonly url: string
  readonly pageId: string
  readonly agents: number
  readonly transactions: number
  readonly merges: number
  readonly acknowledged: number
  readonly disconnects: number
  readonly durationMs: number
  readonly editsPerSecond: number
  readonly ackLatencyMs: {
    readonly median: number
    readonly p95: number
    readonly p99: number
    readonly max: number
  }
  readonly missing: readonly MissingEdit[]
  readonly texts: readonly ComparedText[]
}

/** Median, 95th and 99th percentile and maximum, rounded to a tenth. */
export function summarizeLatencies(latenciesMs: readonly number[]): ReplayReport['ackLatencyMs'] {
  const sorted = Float64Array.from(latenciesMs).sort()
  const at = (share: number): number => {
    const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
    return Math.round(value * 10) / 10
  }
  return { median: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) }
}

/** The report as a person reads it. */
export function formatReport(report: ReplayReport): string {
  const { transactions, agents, merges, durationMs, editsPerSecond, ackLatencyMs, disconnects } = report
  return [
    `${formatCount(report.acknowledged)} of ${formatCount(transactions)} transactions acknowledged`,
    ...report.texts.map(({ who, difference }) =>
      difference === undefined ? `  equal    ${who}` : describeDifference(who, difference),
    ),
    ...report.missing.map(
      ({ receiver, author, transaction }) =>
        `agent ${receiver} never received transaction ${transaction} of agent ${author}, although it was acknowledged`,
    ),
    '',
    `agents          ${agents}`,
    `transactions    ${formatCount(transactions)}, ${formatCount(merges)} of them merges`,
    `duration        ${(durationMs / 1000).toFixed(1)} s`,
    `edits/s         ${formatCount(Math.round(editsPerSecond))}`,
    `acknowledged in ${ackLatencyMs.median} ms (median), ${ackLatencyMs.p99} ms (99 %), ${ackLatencyMs.max} ms (slowest)`,
    ...(disconnects > 0 ? [`disconnected    ${disconnects} times`] : []),
    '',
    report.outcome === 'equal'
      ? 'Every text equals the end of the trace.'
      : 'DIFFERENT: what is above does not equal the end of the trace.',
  ].join('\n')
}
