import { describe, expect, it } from 'vitest'
import { compareTexts, describeDifference } from '../simulator/compare.ts'
import { formatReport, type ReplayReport, summarizeLatencies } from '../simulator/trace/replay-report.ts'

describe('comparing texts', () => {
  it('finds nothing in equal texts', () => {
    expect(compareTexts('', '')).toBeUndefined()
    expect(compareTexts('a😀', 'a😀')).toBeUndefined()
  })

  it('counts the position in code points and shows what is around it', () => {
    expect(compareTexts('😀😀abc', '😀😀axc')).toEqual({
      position: 3,
      expectedLength: 5,
      actualLength: 5,
      expectedAround: '"😀😀a" ▸ "bc"',
      actualAround: '"😀😀a" ▸ "xc"',
    })
  })

  it('does not cut a character in two where two share their first half', () => {
    expect(compareTexts('x😀', 'x😁')).toMatchObject({
      position: 1,
      expectedAround: '"x" ▸ "😀"',
      actualAround: '"x" ▸ "😁"',
    })
  })

  it('says so where a text ends too early, and shows line breaks as such', () => {
    const difference = compareTexts('a\nb', 'a\n')

    expect(difference).toMatchObject({ position: 2, actualAround: '"a\\n" ▸ the end' })
    expect(difference && describeDifference('agent 1', difference)).toBe(
      'agent 1 differs at position 2 (2 characters, expected 3):\n  expected "a\\n" ▸ "b"\n  actual   "a\\n" ▸ the end',
    )
  })

  it('shows at most 30 characters on each side', () => {
    const difference = compareTexts(`${'😀'.repeat(50)}a${'y'.repeat(50)}`, `${'😀'.repeat(50)}b`)

    expect(difference?.position).toBe(50)
    expect(difference?.expectedAround).toBe(`"${'😀'.repeat(30)}" ▸ "a${'y'.repeat(29)}"`)
  })
})

describe('the report', () => {
  const report: ReplayReport = {
    outcome: 'equal',
    file: 'trace.json',
    url: 'http://localhost:3000',
    pageId: 'page',
    agents: 2,
    transactions: 26078,
    merges: 2258,
    acknowledged: 26078,
    disconnects: 0,
    durationMs: 20000,
    editsPerSecond: 1303.9,
    ackLatencyMs: { median: 1, p95: 9, p99: 2, max: 3 },
    missing: [],
    texts: ['agent 0', 'agent 1', 'the page read afresh'].map((who) => ({ who, text: 'abc' })),
  }

  it('says how fast it went and that every text is equal', () => {
    const text = formatReport(report)

    expect(text).toContain('26,078 of 26,078 transactions acknowledged')
    expect(text).toContain('edits/s         1,304')
    expect(text).toContain('Every text equals the end of the trace.')
    expect(text).not.toContain('disconnected')
  })

  it('names who differs and what never arrived', () => {
    const difference = compareTexts('abc', 'abd')
    const text = formatReport({
      ...report,
      outcome: 'different',
      missing: [{ receiver: 1, author: 0, transaction: 7 }],
      texts: [
        { who: 'agent 0', text: 'abc' },
        { who: 'agent 1', text: 'abd', ...(difference === undefined ? {} : { difference }) },
      ],
    })

    expect(text).toContain('agent 1 differs at position 2')
    expect(text).toContain('agent 1 never received transaction 7 of agent 0')
    expect(text).toContain('DIFFERENT')
    expect(text).not.toContain('Every text')
  })

  it('summarizes latencies', () => {
    const latencies = Array.from({ length: 100 }, (_, index) => 100 - index)

    expect(summarizeLatencies(latencies)).toEqual({ median: 51, p95: 96, p99: 100, max: 100 })
    expect(summarizeLatencies([])).toEqual({ median: 0, p95: 0, p99: 0, max: 0 })
  })
})
