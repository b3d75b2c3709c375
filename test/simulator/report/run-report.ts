import { formatCount } from '../format-count.ts'
import type { RunSummary } from '../summary.ts'
import { formatMs } from './format-time.ts'
import type { RunSeries } from './series.ts'

/** Everything that the reports say of one run. Plain data; a run's record is not kept for it. */
export interface RunReport {
  readonly summary: RunSummary
  /** What the scenario is for, in a sentence or two. */
  readonly purpose: string
  /** The command that does it again. */
  readonly repeat: string
  /** Null for a replayed trace, of which nothing is recorded over time. */
  readonly series: RunSeries | null
  /** A smaller run that broke the same promise; null when there is none, or nothing was broken. */
  readonly smaller: SmallerReport | null
}

/** A smaller run that breaks the same promise. */
export interface SmallerReport {
  readonly repeat: string
  readonly summary: RunSummary
}

/** A run that could not be done. */
export interface RunFailure {
  readonly scenario: string
  readonly seed: number
  readonly repeat: string
  readonly error: { readonly code: string; readonly message: string }
}

/** What came of one scenario: a report, or why there is none. */
export type RunOutcome = RunReport | RunFailure

/** Whether a run could not be done. */
export const isFailure = (outcome: RunOutcome): outcome is RunFailure => 'error' in outcome

/** Ids of the broken promises, in the order of docs/GUARANTEES.md. */
export function brokenPromises({ promises }: RunSummary): string[] {
  return Object.entries(promises).flatMap(([promise, { ok }]) => (ok ? [] : [promise]))
}

/** "2 people, 1.5 s, 12 edits, 1 fault". */
export function formatSize({ clients, durationMs, edits, faults }: RunSummary): string {
  const count = (amount: number, one: string, many: string) =>
    `${formatCount(amount)} ${amount === 1 ? one : many}`
  return [
    count(clients, 'person', 'people'),
    formatMs(durationMs),
    count(edits.sent, 'edit', 'edits'),
    count(faults.length, 'fault', 'faults'),
  ].join(', ')
}
