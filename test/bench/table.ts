import type { FigureResult } from './results.ts'
import type { Run } from './run-scenario.ts'
import type { Scenario } from './scenario.ts'
import type { Spread } from './statistics.ts'

/**
 * What the terminal shows of a scenario: figures in rows, servers in columns, ratios at the end, and below what
 * does not count.
 */
export function formatTable(
  scenario: Scenario,
  results: readonly FigureResult[],
  peers: readonly string[],
  runs: readonly Run[],
): string {
  const own = results.filter((result) => result.scenario === scenario.name)
  const shown = peers.filter((peer) => own.some(({ spreads }) => spreads[peer] !== undefined))
  const rows = [
    ['', ...shown, 'ratio', 'to reach'],
    ...own.map(({ figure, spreads, ratio, isReached }) => [
      `${figure.title}, ${figure.unit}`,
      ...shown.map((peer) => formatSpread(spreads[peer])),
      ratio === null ? '' : formatNumber(ratio),
      figure.goal === undefined ? '' : `${formatGoal(figure.goal)}${formatVerdict(isReached)}`,
    ]),
  ]
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  )
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('   ')
      .trimEnd(),
  )
  const left = runs.filter((run) => run.scenario === scenario.name && run.outcome !== 'measured')
  return [
    `${scenario.name}: ${scenario.title}`,
    ...[...lines, ...left.map(formatLeftOut)].map((line) => `  ${line}`),
  ].join('\n')
}

/** A median, and in brackets the lowest and the highest run. */
export function formatSpread(spread: Spread | undefined): string {
  if (spread === undefined) return '–'
  const { median, min, max } = spread
  return `${formatNumber(median)} (${formatNumber(min)}–${formatNumber(max)})`
}

/** Three significant digits, without an exponent. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '–'
  return Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)))
}

/** The goal as in `≤ 0.4`. */
export function formatGoal(goal: NonNullable<FigureResult['figure']['goal']>): string {
  return 'atMost' in goal ? `≤ ${goal.atMost}` : `≥ ${goal.atLeast}`
}

/** Which run does not count, and why. */
export function formatLeftOut(run: Run): string {
  const reason = run.outcome === 'measured' ? '' : run.reason
  const what = run.outcome === 'thrown-away' ? 'thrown away, the load generator was the bottleneck' : 'failed'
  return `${run.peer}, run ${run.run}: ${what} (${reason})`
}

function formatVerdict(isReached: boolean | null): string {
  return isReached === null ? '' : isReached ? ' ✓' : ' ✗'
}
