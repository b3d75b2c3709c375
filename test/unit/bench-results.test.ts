import { expect, test } from 'vitest'
import { formatHtml } from '../bench/html-report.ts'
import { collectRatios, computeResults } from '../bench/results.ts'
import type { Run } from '../bench/run-scenario.ts'
import type { Scenario } from '../bench/scenario.ts'
import { formatTable } from '../bench/table.ts'

const scenario: Scenario = {
  name: 'hot-page',
  title: 'everybody on one page',
  baseline: 'hocuspocus-memory',
  figures: [
    { name: 'cpuPerEdit', unit: 'ms', title: 'CPU', goal: { atMost: 0.4 } },
    { name: 'capacity', unit: 'edits/s', title: 'sustained', goal: { atLeast: 2.5 } },
    { name: 'p50', unit: 'ms', title: 'seen' },
    { name: 'p99', unit: 'ms', title: 'seen, p99', isCompared: true },
  ],
  isFor: () => true,
  measure: () => Promise.reject(new Error('not measured here')),
}

const measured = (peer: string, run: number, figures: Record<string, number>): Run => ({
  ...{ scenario: 'hot-page', peer, run, systemLoad: 1, outcome: 'measured', figures },
})
const runs: Run[] = [
  measured('copydesk', 1, { cpuPerEdit: 1, capacity: 1000, p50: 2, p99: 6 }),
  measured('copydesk', 2, { cpuPerEdit: 1, capacity: 3000, p50: 2, p99: 6 }),
  measured('copydesk', 3, { cpuPerEdit: 9, capacity: 2000, p50: 2, p99: 6 }),
  measured('hocuspocus-memory', 1, { cpuPerEdit: 4, capacity: 1000, p50: 1, p99: 4 }),
  {
    ...{ scenario: 'hot-page', peer: 'hocuspocus-memory', run: 2, systemLoad: 9 },
    outcome: 'thrown-away',
    reason: 'busy',
  },
]

test('ratios are of medians against the baseline, for figures with a goal or that are compared, under flat names', () => {
  expect(collectRatios(computeResults([scenario], runs))).toEqual({
    'hot-page.cpuPerEdit': 0.25,
    'hot-page.capacity': 2,
    'hot-page.p99': 1.5,
  })
})

test('a ratio that is not reached says so', () => {
  const [cpu, capacity, p50, p99] = computeResults([scenario], runs)
  expect(cpu?.isReached).toBe(true)
  expect(capacity?.isReached).toBe(false)
  expect([p50?.isReached, p99?.isReached]).toEqual([null, null])
})

test('without the baseline there is no ratio, and nothing is claimed', () => {
  const alone = runs.filter(({ peer }) => peer === 'copydesk')
  const results = computeResults([scenario], alone)
  expect(collectRatios(results)).toEqual({})
  expect(results.map(({ isReached }) => isReached)).toEqual([null, null, null, null])
})

test('a figure that is a ratio already is its own', () => {
  const [own] = computeResults([{ ...scenario, baseline: 'itself' }], runs)
  expect(own?.ratio).toBe(1)
})

test('the table shows medians with the lowest and highest run, the ratio, the goal, the verdict and what was left out', () => {
  const table = formatTable(
    scenario,
    computeResults([scenario], runs),
    ['copydesk', 'hocuspocus-memory'],
    runs,
  )
  expect(table).toContain('1 (1–9)')
  expect(table).toMatch(/0\.25 +≤ 0\.4 ✓/)
  expect(table).toMatch(/2 +≥ 2\.5 ✗/)
  expect(table).toContain('hocuspocus-memory, run 2: thrown away')
})

test('the page shows every figure, names what was left out and lets no text become markup', () => {
  const evil = { ...scenario, title: '<script>' }
  const page = formatHtml([evil], computeResults([evil], runs), runs, '2 × CPU.')
  expect(page).toContain('ratio 0.25')
  expect(page).toContain('to reach ≥ 2.5: not reached')
  expect(page).toContain('hocuspocus-memory, run 2: thrown away')
  expect(page).not.toContain('<script>')
  expect(page.match(/<circle/g)).toHaveLength(4 * 4)
})
