import { formatCount } from '../format-count.ts'
import type { NamedFinding, RunSummary } from '../summary.ts'
import type { Verdict } from '../verdict.ts'

/** How many findings of one promise are shown; the rest is counted. */
const MAX_SHOWN = 3

/** The verdict as a person reads it. Pure. */
export function formatVerdict(summary: RunSummary, verdict: Verdict, repeat: string): string {
  const { edits, latencyMs, seenMs, faults } = summary
  const untested = verdict.promises.filter(({ checked, ok }) => checked === 0 && ok)
  return [
    ...verdict.promises
      .filter(({ checked, ok }) => checked > 0 || !ok)
      .flatMap(({ promise, titles, ok, checked }) => [
        `  ${ok ? 'held  ' : 'BROKEN'}  ${promise}  ${titles.join('; ')} (${formatCount(checked)} checked)`,
        ...(ok ? [] : formatFindings(summary.promises[promise]?.broken ?? [])),
      ]),
    ...(untested.length === 0
      ? []
      : [`  not tested by this run: ${untested.map(({ promise }) => promise).join(', ')}`]),
    '',
    `  edits         ${formatCount(edits.sent)} sent, ${formatCount(edits.acked)} acknowledged, ${formatCount(edits.seen)} seen by others${edits.refused === 0 ? '' : `, ${formatCount(edits.refused)} refused`}`,
    `  acknowledged  in ${latencyMs.p50} ms (median), ${latencyMs.p95} ms (95 %), ${latencyMs.p99} ms (99 %)`,
    ...(seenMs === null
      ? []
      : [`  seen          in ${seenMs.p50} ms (median), ${seenMs.p95} ms (95 %), ${seenMs.p99} ms (99 %)`]),
    `  faults        ${faults.length === 0 ? 'none' : formatFaults(faults)}`,
    '',
    summary.ok
      ? `Every promise held. Seed ${summary.seed}; again with: ${repeat}`
      : `BROKEN: ${verdict.promises
          .filter(({ ok }) => !ok)
          .map(({ promise }) => promise)
          .join(', ')}. Seed ${summary.seed}; again with:\n  ${repeat}`,
  ].join('\n')
}

function formatFindings(broken: readonly NamedFinding[]): string[] {
  return [
    ...broken
      .slice(0, MAX_SHOWN)
      .flatMap(({ message, edit, expected, found }) => [
        `            ${message}`,
        ...(edit === null ? [] : [`              first edit  ${edit}`]),
        `              expected    ${expected}`,
        `              found       ${found}`,
      ]),
    ...(broken.length > MAX_SHOWN ? [`            and ${broken.length - MAX_SHOWN} more`] : []),
  ]
}

function formatFaults(faults: RunSummary['faults']): string {
  const counts = new Map<string, number>()
  for (const { kind } of faults) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return [...counts].map(([kind, count]) => `${kind} ×${count}`).join(', ')
}
