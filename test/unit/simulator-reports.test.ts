import { describe, expect, it } from 'vitest'
import { parseOptions } from '../simulator/options.ts'
import { createCharts } from '../simulator/report/chart.ts'
import { describeCommand } from '../simulator/report/describe-command.ts'
import { escapeXml } from '../simulator/report/escape.ts'
import { formatMs, formatSeconds } from '../simulator/report/format-time.ts'
import { formatHtml } from '../simulator/report/html.ts'
import { formatJunit } from '../simulator/report/junit.ts'
import { createLiveView } from '../simulator/report/live.ts'
import { bundlePageAssets } from '../simulator/report/page-assets.ts'
import type { RunOutcome } from '../simulator/report/run-report.ts'
import { createSeries } from '../simulator/report/series.ts'
import { formatAll, formatVerdict } from '../simulator/report/text.ts'
import type { RunProgress } from '../simulator/run-simulation.ts'
import { summarize } from '../simulator/summary.ts'
import {
  createSimulatedReport,
  createSimulatedRun,
  createSimulatedVerdict,
  HOSTILE_TEXT,
} from '../support/simulated-run.ts'

const report = createSimulatedReport()
const held: RunOutcome = {
  ...{ ...report, smaller: null },
  summary: { ...report.summary, scenario: 'rush', ok: true, promises: {} },
}
const failure: RunOutcome = {
  ...{ scenario: 'train', seed: 3, repeat: 'npm run simulate -- train --seed 3' },
  error: { code: 'server-unreachable', message: 'Nobody answers <there>.' },
}

describe('the verdict', () => {
  it('says what was found: promise, page, first client, first edit, expected and found, and how to repeat it', () => {
    const text = formatVerdict(report)
    expect(text).toContain(
      'BROKEN  D1  everything acknowledged is kept; nothing is acknowledged before it is durable',
    )
    expect(text).toMatch(/page +Page 0\n +first client +author 1\n +first edit +author \d, edit \d+ \(type\)/)
    expect(text).toMatch(/expected +edit \d+ \(type "0.0 "\)\n +found +a page without it/)
    expect(text).toContain('and 1 more')
    expect(text).toContain('not tested by this run: E4')
    expect(text).toContain('BROKEN: D1. Seed 4711; again with:\n  npm run simulate -- crash --seed 4711')
    expect(text).toMatch(
      /A smaller run that breaks the same \(3 people, 7\.5 s, \d+ edits, 1 fault\):\n {2}npm run .*--keep-until 7500ms/,
    )
  })

  it('is one over several runs', () => {
    expect(formatAll([report, held])).toContain('BROKEN: D1.')
    expect(formatAll([held, held])).toMatch(/Every promise held\.$/)
    expect(formatAll([held, failure])).toMatch(/not done {2}train: Nobody .*\n\n1 of 2 scenarios could not/s)
    expect(formatAll([held, failure])).not.toContain('Every promise held')
  })
})

describe('the numbers behind the plots', () => {
  const record = createSimulatedRun()
  const series = createSeries(record, summarize(record, createSimulatedVerdict(record)))

  it('count every edit once', () => {
    const { perSecond, distribution, bucketS, seconds } = series
    const acked = record.edits.filter(({ ackedAt }) => ackedAt !== null).length
    expect(distribution.acked.reduce((sum, count) => sum + count, 0)).toBe(acked)
    const last = (record.edits.at(-1)?.ackedAt ?? 0) / 1_000 - 2 - (seconds.at(-1) ?? 0)
    const sent = perSecond.sent.reduce(
      (sum, rate, bucket) => sum + rate * (bucket === seconds.length - 1 ? last : bucketS),
      0,
    )
    expect(sent).toBeCloseTo(record.edits.length, -1)
  })

  it('show what a fault did: nobody connected, and a latency as long as it', () => {
    const [fault] = series.faults
    const bucket = series.seconds.findIndex((at) => at + series.bucketS > (fault?.fromS ?? 0))
    expect(series.connected.slice(bucket, bucket + 2)).toContain(0)
    expect(series.latencyMs.max[bucket]).toBeGreaterThan(800)
    expect(series.connected[0]).toBe(3)
  })

  it('stay few in a long run', () => {
    const week = { ...record, activeMs: 7 * 24 * 3_600_000 }
    const long = createSeries(week, report.summary)
    expect(long.seconds.length).toBeLessThanOrEqual(241)
    expect(createSeries({ ...record, edits: [], activeMs: 0 }, report.summary).seconds).toHaveLength(2)
  })

  it('have a plot each, and none where there is nothing to show', () => {
    const titles = (of: typeof series) => createCharts(of, 'run').map(({ id }) => id)
    expect(titles(series)).toEqual([
      ...['run-latency', 'run-distribution', 'run-rate', 'run-connected', 'run-revocation', 'run-memory'],
    ])
    const little = { ...series, revocationsMs: [], memory: { seconds: [], megabytes: [] } }
    expect(titles(little)).not.toContain('run-revocation')
    expect(titles(little)).not.toContain('run-memory')
  })
})

describe('the HTML report', () => {
  const assets = { script: 'draw("</script>")', style: 'p {}' }

  it('lets nothing in it become markup, and refers to nothing outside', async () => {
    const page = formatHtml([report, held, failure], await bundlePageAssets())
    expect(page).not.toContain('<img')
    expect(page).toContain('&lt;img src=x')
    expect(page).not.toMatch(/\b(src|href)="(?!#)/)
    expect(page).not.toMatch(/url\(|@import/)
    expect(page.match(/<\/script>/g)?.length).toBe(page.match(/<script/g)?.length)
    expect(page).toContain('Nobody answers &lt;there&gt;.')
  })

  it('allows its own script and style, and no network', () => {
    const page = formatHtml([report], assets)
    expect(page).toMatch(
      /content="default-src &#39;none&#39;; script-src &#39;sha256-[\w+/=]+&#39;; style-src/,
    )
    expect(page).toContain('draw("<\\/script>")')
  })

  it('says what broke, where, and how to repeat it', () => {
    const page = formatHtml([report], assets)
    expect(page).toContain('<h1>crash: broken: D1</h1>')
    expect(page).toContain('<h3>D1 · everything acknowledged is kept</h3>')
    expect(page).toContain('<dt>first client</dt><dd>author 1</dd>')
    expect(page).toContain('--keep-clients &#39;author 0,author 1,author 2&#39;')
    expect(page).toContain('<summary>3 more</summary>')
  })
})

describe('the JUnit report', () => {
  it('has a case for each oracle: failed, held, skipped', () => {
    const xml = formatJunit([report])
    expect(xml).toContain('tests="4" failures="1" errors="0" skipped="1"')
    expect(xml).toMatch(
      /name="D1 · everything acknowledged is kept"><failure type="broken" message="An edit of/,
    )
    expect(xml).toContain('name="D1 · nothing is acknowledged before it is durable"></testcase>')
    expect(xml).toContain('name="E4 · no ghosts after quiet"><skipped')
  })

  it('has an error for what could not be done', () => {
    expect(formatJunit([failure])).toContain(
      '<error type="server-unreachable" message="Nobody answers &lt;there&gt;."/>',
    )
  })

  it('holds nothing that XML does not allow', () => {
    const xml = formatJunit([report])
    expect(xml).not.toContain('\u0000')
    expect(xml).not.toContain(']]>')
    expect(escapeXml(HOSTILE_TEXT)).not.toMatch(/[<>"']/)
  })
})

describe('the live view', () => {
  const progress: RunProgress = {
    phase: 'writing',
    ...{ elapsedMs: 10_000, durationMs: 30_000, clients: 20, connected: 19, faults: 2 },
    ...{ sent: 1_200, acked: 1_190, seen: 1_100, recentLatenciesMs: [3, 4, 5] },
  }

  it('rewrites its lines on a terminal, and leaves none', () => {
    let written = ''
    const view = createLiveView({ isTTY: true, columns: 40, write: (text) => (written += text) }, () => 0)
    view.show(progress)
    expect(written).toContain('1,200 sent')
    expect(written).toContain('19 of 20 connected')
    expect(written.split('\n').every((line) => line.length < 40)).toBe(true)
    const lines = written.split('\n').length - 1
    written = ''
    view.show(progress)
    expect(written).toContain(`\u001b[${lines}A`)
    written = ''
    view.end()
    expect(written).toBe(`\r\u001b[${lines}A\u001b[J`)
    view.end()
    expect(written).toBe(`\r\u001b[${lines}A\u001b[J`)
  })

  it('prints a line now and then elsewhere, without control characters', () => {
    let now = 0
    let written = ''
    const view = createLiveView({ write: (text) => (written += text) }, () => now)
    view.show(progress)
    now = 1_000
    view.show(progress)
    expect(written).toBe(
      '10 s of 30 s · 1,200 sent, 1,190 acknowledged, 1,100 seen · 4 ms (99 %: 5 ms) · 19 of 20 connected · 2 faults\n',
    )
    view.show({ ...progress, phase: 'settling' })
    expect(written.split('\n')).toHaveLength(3)
  })

  it('does not fill a log in a run of hours', () => {
    let now = 0
    let written = ''
    const view = createLiveView({ write: (text) => (written += text) }, () => now)
    const durationMs = 8 * 3_600_000
    for (; now <= durationMs; now += 250) view.show({ ...progress, durationMs, elapsedMs: now })
    const lines = written.trimEnd().split('\n')
    expect(lines.length).toBeLessThan(210)
    expect(lines.at(-1)).toMatch(/^8 h of 8 h · /)
  })
})

describe('times', () => {
  it('are told in the unit that people would use', () => {
    expect([0, 12, 1_500, 90_000].map(formatMs)).toEqual(['0 s', '12 ms', '1.5 s', '90 s'])
    expect([119_960, 600_000, 750_000].map(formatMs)).toEqual(['2 min', '10 min', '12 min 30 s'])
    expect([7_199_700, 28_800_000, 29_130_000].map(formatMs)).toEqual(['2 h', '8 h', '8 h 5 min'])
    expect(formatSeconds(0.5)).toBe('0.5 s')
  })
})

describe('the command that repeats a smaller run', () => {
  it('is read as what it says', () => {
    const parse = (...args: string[]) => parseOptions(['node', 'simulate', ...args], () => 1)
    const keep = { clients: ['author 1', 'author 4'], faults: [], steps: 12, untilMs: 1_650 }
    const command = describeCommand('crash', { ...parse('--seed', '5'), keep })
    expect(command).toBe(
      "npm run simulate -- crash --seed 5 --keep-clients 'author 1,author 4' --keep-faults none --keep-steps 12 --keep-until 1650ms",
    )
    const args = [...command.slice('npm run simulate -- '.length).matchAll(/'([^']*)'|\S+/g)]
    expect(parse(...args.map(([whole, quoted]) => quoted ?? whole)).keep).toEqual(keep)
  })
})
