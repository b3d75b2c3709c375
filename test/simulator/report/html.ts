import { createHash } from 'node:crypto'
import { formatCount } from '../format-count.ts'
import type { NamedFinding, PromiseSummary, RunSummary } from '../summary.ts'
import { type Chart, createCharts } from './chart.ts'
import { escapeXml } from './escape.ts'
import { formatMs, formatSeconds } from './format-time.ts'
import type { PageAssets } from './page-assets.ts'
import {
  brokenPromises,
  formatSize,
  isFailure,
  type RunFailure,
  type RunOutcome,
  type RunReport,
} from './run-report.ts'
import { drawTimeline } from './timeline.ts'

/**
 * One page that needs nothing else, for a ticket: it asks no network for anything, and its content security policy
 * would not let it. Pure.
 */
export function formatHtml(outcomes: readonly RunOutcome[], { script, style }: PageAssets): string {
  // What ends a script element would end it inside a string as well.
  const safeScript = script.replaceAll('</script', '<\\/script')
  const policy = `default-src 'none'; script-src '${hash(safeScript)}'; style-src '${hash(style)}'; base-uri 'none'; form-action 'none'`
  const names = outcomes.map((outcome) => (isFailure(outcome) ? outcome.scenario : outcome.summary.scenario))
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeXml(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeXml(`${names.join(', ')}: ${formatResult(outcomes)}`)}</title>
<style>${style}</style>
</head>
<body>
<main>
${outcomes.length === 1 ? '' : formatOverview(outcomes, names)}
${outcomes.map((outcome, place) => (isFailure(outcome) ? formatFailure(outcome, place) : formatRun(outcome, place, outcomes.length === 1))).join('\n')}
</main>
<script>${safeScript}</script>
</body>
</html>
`
}

const hash = (text: string) => `sha256-${createHash('sha256').update(text).digest('base64')}`

function formatResult(outcomes: readonly RunOutcome[]): string {
  const broken = new Set(outcomes.flatMap((each) => (isFailure(each) ? [] : brokenPromises(each.summary))))
  if (broken.size > 0) return `broken: ${[...broken].join(', ')}`
  return outcomes.some(isFailure) ? 'could not be done' : 'every promise held'
}

function formatOverview(outcomes: readonly RunOutcome[], names: readonly string[]): string {
  const isHeld = outcomes.every((each) => !isFailure(each) && each.summary.ok)
  const rows = outcomes.map((outcome, place) => {
    const result = formatResult([outcome])
    const kind = isFailure(outcome) ? 'untested' : outcome.summary.ok ? 'held' : 'broken'
    const edits = isFailure(outcome) ? '' : formatCount(outcome.summary.edits.acked)
    return `<tr><td><a href="#run${place}">${escapeXml(names[place] ?? '')}</a></td><td class="result is-${kind}">${escapeXml(result)}</td><td class="number">${edits}</td></tr>`
  })
  return `<header class="verdict ${isHeld ? 'held' : 'broken'}"><h1>${escapeXml(capitalize(formatResult(outcomes)))}</h1>
<p>${outcomes.length} scenarios, one after the other.</p></header>
<div class="wide"><table><thead><tr><th>scenario</th><th>result</th><th class="number">edits acknowledged</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`
}

function formatFailure({ scenario, error, repeat }: RunFailure, place: number): string {
  return `<section id="run${place}"><header class="verdict broken"><h1>${escapeXml(scenario)}: could not be done</h1>
<p>${escapeXml(error.message)}</p><pre>${formatCommand(repeat)}</pre></header></section>`
}

function formatRun(report: RunReport, place: number, isOnly: boolean): string {
  const { summary, series, repeat, smaller, purpose } = report
  const broken = brokenPromises(summary)
  const title = isOnly ? 'h1' : 'h2'
  const charts = series === null ? [] : createCharts(series, `run${place}`)
  return `<section id="run${place}">
<header class="verdict ${summary.ok ? 'held' : 'broken'}">
<${title}>${escapeXml(`${summary.scenario}: ${summary.ok ? 'every promise held' : `broken: ${broken.join(', ')}`}`)}</${title}>
<p>${escapeXml(purpose)}</p>
<p>The same again:</p>
<pre>${formatCommand(repeat)}</pre>
${smaller === null ? '' : formatSmaller(smaller.summary, smaller.repeat)}
</header>
${formatFindings(summary)}
<h2>What was run</h2>
${formatFacts(report)}
<h2>Promises</h2>
${formatPromises(summary)}
${series === null ? '' : `<h2>Timeline</h2>\n${drawTimeline(series)}`}
${charts.length === 0 ? '' : `<h2>In numbers</h2>\n${charts.map(formatChart).join('\n')}`}
</section>`
}

function formatSmaller(summary: RunSummary, repeat: string): string {
  return `<p>A smaller run that breaks the same: ${escapeXml(formatSize(summary))}. What is left to timing differs each time: it may take a few tries.</p>
<pre>${formatCommand(repeat)}</pre>`
}

/** A command that breaks between its options, not inside one. */
function formatCommand(command: string): string {
  const parts = command.split(/ (?=--[a-z])/).map((part) => `<span>${escapeXml(part)}</span>`)
  return parts.join(' ')
}

function formatFindings({ promises }: RunSummary): string {
  const all = Object.entries(promises).flatMap(([promise, { oracles, broken }]) =>
    oracles.flatMap(({ ok, title }) => {
      const [first, ...others] = broken.filter(({ oracle }) => oracle === title)
      return ok || first === undefined ? [] : [{ promise, title, first, others }]
    }),
  )
  if (all.length === 0) return ''
  const sections = all.map(({ promise, title, first, others }) => {
    const more = `<details><summary>${others.length} more</summary>${others.map(formatFinding).join('')}</details>`
    return `<h3>${escapeXml(`${promise} · ${title}`)}</h3>\n${formatFinding(first)}${others.length === 0 ? '' : more}`
  })
  return `<h2>What broke</h2>\n${sections.join('\n')}`
}

function formatFinding({ message, page, client, edit, expected, found }: NamedFinding): string {
  return `<article class="finding"><p>${escapeXml(message)}</p>${formatList([
    ['page', page],
    ['first client', client],
    ['first edit', edit],
    ['expected', expected],
    ['found', found],
  ])}</article>`
}

function formatFacts({ summary, series }: RunReport): string {
  const { edits, latencyMs, seenMs, revocationMs } = summary
  const spread = (of: RunSummary['latencyMs']) =>
    `${formatMs(of.p50)} median, ${formatMs(of.p95)} for 95 %, ${formatMs(of.p99)} for 99 %`
  return formatList([
    ['target', summary.target],
    ['started', series?.startedAt.replace(/\.\d+Z$/, 'Z').replace('T', ' ') ?? null],
    ['seed', String(summary.seed)],
    ['people', formatCount(summary.clients)],
    ['pages', formatCount(summary.pages)],
    ['duration', formatMs(summary.durationMs)],
    [
      'edits',
      `${formatCount(edits.sent)} sent, ${formatCount(edits.acked)} acknowledged, ${formatCount(edits.seen)} seen by others${edits.refused === 0 ? '' : `, ${formatCount(edits.refused)} refused`}`,
    ],
    ['acknowledged within', spread(latencyMs)],
    ['seen within', seenMs === null ? null : spread(seenMs)],
    ['revoked within', revocationMs === null ? null : spread(revocationMs)],
    ['faults', formatCount(summary.faults.length)],
  ])
}

function formatList(entries: readonly (readonly [string, string | null])[]): string {
  const given = entries.flatMap(([name, value]) =>
    value === null || value === ''
      ? []
      : [`<div><dt>${escapeXml(name)}</dt><dd>${escapeXml(value)}</dd></div>`],
  )
  return `<dl>${given.join('')}</dl>`
}

function formatPromises({ promises }: RunSummary): string {
  const rows = Object.entries(promises).flatMap(([promise, { oracles }]) =>
    oracles.map(
      ({ title, ok, checked }) =>
        `<tr><td>${escapeXml(promise)}</td><td>${escapeXml(title)}</td><td class="number">${formatCount(checked)}</td>${formatOracle({ ok, checked })}</tr>`,
    ),
  )
  return `<div class="wide"><table><thead><tr><th>promise</th><th>what holds</th><th class="number">checked</th><th>result</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`
}

function formatOracle({ ok, checked }: Pick<PromiseSummary, 'ok' | 'checked'>): string {
  if (!ok) return '<td class="result is-broken">✗ broken</td>'
  if (checked === 0) return '<td class="result is-untested">not tested</td>'
  return '<td class="result is-held">✓ held</td>'
}

function formatChart(chart: Chart): string {
  const { id, title, note, bands, moments, lines } = chart
  const marks = [
    ...(bands.length === 0 ? [] : ['Shaded: faults.']),
    ...(moments.length === 0 ? [] : ['Dashed: the first edit that a finding concerns.']),
  ]
  return `<h3 id="${id}-title">${escapeXml(title)}</h3>
<figure><figcaption>${escapeXml([note, ...marks].join(' '))}</figcaption>
<div class="plot" data-chart="${id}-data" tabindex="0" role="img" aria-labelledby="${id}-title" aria-description="${escapeXml(`${lines.map(({ label }) => label).join(', ')}. Arrow keys read the values; they are listed below as well.`)}"></div>
<script type="application/json" id="${id}-data">${JSON.stringify(chart).replaceAll('<', '\\u003c')}</script>
<details><summary>The values as a table</summary><div class="wide">${formatTable(chart)}</div></details></figure>`
}

function formatTable({ kind, x, labels, xTitle, unit, lines }: Chart): string {
  const head = lines.map(({ label }) => `<th class="number">${escapeXml(`${label}, ${unit}`)}</th>`)
  const rows = x.map((at, row) => {
    const cells = lines.map(({ values }) => `<td class="number">${values[row] ?? '–'}</td>`)
    return `<tr><td>${escapeXml(kind === 'bins' ? (labels[row] ?? '') : formatSeconds(at))}</td>${cells.join('')}</tr>`
  })
  return `<table><thead><tr><th>${escapeXml(xTitle)}</th>${head.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`
}

const capitalize = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
