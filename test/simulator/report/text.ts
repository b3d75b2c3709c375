import { formatCount } from '../format-count.ts'
import type { ShrinkAttempt } from '../shrink/find-smaller-run.ts'
import type { NamedFinding, Percentiles, RunSummary } from '../summary.ts'
import { formatMs } from './format-time.ts'
import { brokenPromises, formatSize, isFailure, type RunOutcome, type RunReport } from './run-report.ts'

/** How many findings of one promise are shown; the rest is counted. */
const MAX_SHOWN = 3

/** The verdict as a person reads it. Pure. */
export function formatVerdict({ summary, repeat, smaller }: RunReport): string {
  const { edits, latencyMs, seenMs, revocationMs, faults } = summary
  const promises = Object.entries(summary.promises)
  const untested = promises.filter(([, { checked, ok }]) => checked === 0 && ok).map(([promise]) => promise)
  const latency = (of: Percentiles) => `in ${of.p50} ms (median), ${of.p95} ms (95 %), ${of.p99} ms (99 %)`
  return [
    ...promises
      .filter(([, { checked, ok }]) => checked > 0 || !ok)
      .flatMap(([promise, { ok, oracles, checked, broken }]) => [
        `  ${ok ? 'held  ' : 'BROKEN'}  ${promise}  ${oracles.map(({ title }) => title).join('; ')} (${formatCount(checked)} checked)`,
        ...formatFindings(broken),
      ]),
    ...(untested.length === 0 ? [] : [`  not tested by this run: ${untested.join(', ')}`]),
    '',
    `  edits         ${formatCount(edits.sent)} sent, ${formatCount(edits.acked)} acknowledged, ${formatCount(edits.seen)} seen by others${edits.refused === 0 ? '' : `, ${formatCount(edits.refused)} refused`}`,
    `  acknowledged  ${latency(latencyMs)}`,
    ...(seenMs === null ? [] : [`  seen          ${latency(seenMs)}`]),
    ...(revocationMs === null ? [] : [`  revoked       ${latency(revocationMs)}`]),
    `  faults        ${faults.length === 0 ? 'none' : formatFaults(faults)}`,
    '',
    summary.ok
      ? `${summary.scenario}: every promise held. Seed ${summary.seed}; again with: ${repeat}`
      : `${summary.scenario} BROKEN: ${brokenPromises(summary).join(', ')}. Seed ${summary.seed}; again with:\n  ${repeat}`,
    ...(smaller === null
      ? []
      : [`A smaller run that breaks the same (${formatSize(smaller.summary)}):\n  ${smaller.repeat}`]),
  ].join('\n')
}

/** One attempt of the search for a smaller run. Pure. */
export function formatAttempt({ number, plan, isBroken, remainingMs }: ShrinkAttempt): string {
  const result = { true: 'broken as well', false: 'held', null: 'could not be done' }[`${isBroken}`]
  const size = [
    `${plan.clients.length} ${plan.clients.length === 1 ? 'person' : 'people'}`,
    formatMs(plan.durationMs),
    `${plan.faults.length} ${plan.faults.length === 1 ? 'fault' : 'faults'}`,
  ].join(', ')
  return `  attempt ${number} (${size}): ${result}; ${Math.round(remainingMs / 1000)} s left`
}

/** One verdict over several runs. Pure. */
export function formatAll(outcomes: readonly RunOutcome[]): string {
  const lines = outcomes.map((outcome) => {
    if (isFailure(outcome)) return `  not done  ${outcome.scenario}: ${outcome.error.message}`
    const { summary } = outcome
    return summary.ok
      ? `  held      ${summary.scenario} (${formatCount(summary.edits.acked)} edits acknowledged)`
      : `  BROKEN    ${summary.scenario}: ${brokenPromises(summary).join(', ')}`
  })
  const reports = outcomes.flatMap((outcome) => (isFailure(outcome) ? [] : [outcome]))
  const broken = new Set(reports.flatMap(({ summary }) => brokenPromises(summary)))
  const missing = outcomes.length - reports.length
  const result = [
    broken.size > 0 ? `BROKEN: ${[...broken].join(', ')}.` : missing === 0 ? 'Every promise held.' : '',
    missing === 0 ? '' : `${missing} of ${outcomes.length} scenarios could not be done.`,
  ]
  return ['All scenarios:', ...lines, '', result.filter((part) => part !== '').join(' ')].join('\n')
}

function formatFindings(broken: readonly NamedFinding[]): string[] {
  return [
    ...broken
      .slice(0, MAX_SHOWN)
      .flatMap(({ message, page, client, edit, expected, found }) => [
        `            ${message}`,
        ...(page === null ? [] : [`              page          ${page}`]),
        ...(client === null ? [] : [`              first client  ${client}`]),
        ...(edit === null ? [] : [`              first edit    ${edit}`]),
        `              expected      ${expected}`,
        `              found         ${found}`,
      ]),
    ...(broken.length > MAX_SHOWN ? [`            and ${broken.length - MAX_SHOWN} more`] : []),
  ]
}

function formatFaults(faults: RunSummary['faults']): string {
  const counts = new Map<string, number>()
  for (const { kind } of faults) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return [...counts].map(([kind, count]) => `${kind} ×${count}`).join(', ')
}
