import type { FigureResult } from './results.ts'
import type { Run } from './run-scenario.ts'
import type { Scenario } from './scenario.ts'
import { formatGoal, formatLeftOut, formatNumber, formatSpread } from './table.ts'

const PLOT_WIDTH = 420
const ROW_HEIGHT = 22
const BAR_HEIGHT = 12

/** One page that needs nothing else: for each figure its runs, median, ratio and goal. */
export function formatHtml(
  scenarios: readonly Scenario[],
  results: readonly FigureResult[],
  runs: readonly Run[],
  about: string,
): string {
  const sections = scenarios.map((scenario) => {
    const figures = results.filter((result) => result.scenario === scenario.name)
    const left = runs.filter((run) => run.scenario === scenario.name && run.outcome !== 'measured')
    return `<h2>${escapeHtml(scenario.name)}</h2>
<p>${escapeHtml(scenario.title)}</p>
${figures.map((figure) => formatFigure(figure, runs)).join('\n')}
${left.map((run) => `<p class="left">${escapeHtml(formatLeftOut(run))}</p>`).join('\n')}`
  })
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Copydesk benchmarks</title>
<style>
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem;
    color: CanvasText; background: Canvas; color-scheme: light dark }
  h3 { margin: 1.5rem 0 0; font-size: 1rem } svg { display: block; max-width: 100% }
  text { font: 12px system-ui, sans-serif; fill: CanvasText } .bar { fill: #4c6ef5; opacity: .45 }
  .run { fill: CanvasText } .left { color: #e03131 } .verdict { font-weight: normal }
</style>
<h1>Copydesk benchmarks</h1>
<p>${escapeHtml(about)} Bars are medians, dots are runs; shorter is better except for what is sustained.</p>
${sections.join('\n')}
</html>
`
}

function formatFigure(
  { scenario, figure, spreads, ratio, isReached }: FigureResult,
  runs: readonly Run[],
): string {
  const goal = figure.goal === undefined ? '' : `, to reach ${formatGoal(figure.goal)}`
  const verdict = isReached === null ? '' : isReached ? ': reached' : ': not reached'
  const comparison =
    ratio === null ? '' : ` <span class="verdict">ratio ${formatNumber(ratio)}${goal}${verdict}</span>`
  const rows = Object.entries(spreads).map(([peer, spread]) => ({
    label: `${peer}: ${formatSpread(spread)}`,
    median: spread.median,
    values: runs.flatMap((run) => {
      if (run.scenario !== scenario || run.peer !== peer || run.outcome !== 'measured') return []
      return run.figures[figure.name] ?? []
    }),
  }))
  return `<h3>${escapeHtml(`${figure.title}, ${figure.unit}`)}${comparison}</h3>\n${drawBars(rows)}`
}

interface BarRow {
  readonly label: string
  readonly median: number
  readonly values: readonly number[]
}

/** One bar a row, from zero, with a dot for each value and the label to its right. */
export function drawBars(rows: readonly BarRow[]): string {
  const largest = Math.max(...rows.flatMap(({ values }) => values), Number.MIN_VALUE)
  const toX = (value: number) => ((Math.max(value, 0) / largest) * PLOT_WIDTH).toFixed(1)
  const drawn = rows.map(({ label, median, values }, index) => {
    const top = index * ROW_HEIGHT + (ROW_HEIGHT - BAR_HEIGHT) / 2
    const middle = index * ROW_HEIGHT + ROW_HEIGHT / 2
    const dots = values.map((value) => `<circle class="run" cx="${toX(value)}" cy="${middle}" r="2.5"/>`)
    return (
      `<rect class="bar" x="0" y="${top}" width="${toX(median)}" height="${BAR_HEIGHT}"/>${dots.join('')}` +
      `<text x="${PLOT_WIDTH + 12}" y="${middle + 4}">${escapeHtml(label)}</text>`
    )
  })
  const width = PLOT_WIDTH + 340
  return `<svg viewBox="-4 0 ${width} ${rows.length * ROW_HEIGHT}" width="${width}" role="img">${drawn.join('')}</svg>`
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
