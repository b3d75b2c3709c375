import { formatMs } from './format-time.ts'
import type { Gaps, RunSeries, Values } from './series.ts'

/** One plot, as the report's own script draws it and its table lists it. Plain data. */
export interface Chart {
  readonly id: string
  readonly title: string
  /** What to see in it. */
  readonly note: string
  readonly kind: 'time' | 'bins'
  /** Seconds for `time`, places for `bins`. */
  readonly x: Values
  /** What stands under each place of `bins`. */
  readonly labels: readonly string[]
  readonly xTitle: string
  readonly unit: string
  /** Whether the values' axis is logarithmic; what is 0 or less is not drawn then. */
  readonly isLogarithmic: boolean
  readonly lines: readonly { readonly label: string; readonly colour: Colour; readonly values: Gaps }[]
  /** Stretches marked behind the lines, s. */
  readonly bands: readonly { readonly from: number; readonly to: number }[]
  /** Whether a value holds until the next one, instead of leading to it. */
  readonly isStepped: boolean
  /** Moments marked before the lines, s. */
  readonly moments: Values
}

/** One of the page's colours, by what it stands for. */
export type Colour = 'sent' | 'acked' | 'seen' | 'high' | 'top'

/** The plots of a run that have something to show. `prefix` makes their ids unique in the page. */
export function createCharts(series: RunSeries, prefix: string): Chart[] {
  const { seconds, latencyMs, perSecond, connected, distribution, revocationsMs, memory } = series
  const overTime = {
    ...{ kind: 'time' as const, x: seconds, labels: [], xTitle: 'since people began', isLogarithmic: false },
    isStepped: false,
    bands: series.faults.map(({ fromS, toS }) => ({ from: fromS, to: toS })),
    // One for all of them: a lost second of typing would fill the plot.
    moments: series.brokenAtS.slice(0, 1),
  }
  const bins = { kind: 'bins' as const, bands: [], moments: [], isLogarithmic: false, isStepped: false }
  const charts: Chart[] = [
    {
      ...overTime,
      id: `${prefix}-latency`,
      title: 'Latency over time',
      note: 'From sending an edit to its acknowledgement, by the moment of sending. Logarithmic.',
      ...{ unit: 'ms', isLogarithmic: true },
      lines: [
        { label: 'median', colour: 'acked', values: latencyMs.p50 },
        { label: '99 %', colour: 'high', values: latencyMs.p99 },
        { label: 'longest', colour: 'top', values: latencyMs.max },
      ],
    },
    {
      ...bins,
      id: `${prefix}-distribution`,
      title: 'Latency as a distribution',
      note: 'How many edits took how long to be acknowledged, and to be on another person’s page.',
      x: distribution.upToMs.map((_, place) => place),
      labels: distribution.upToMs.map(formatMs),
      ...{ xTitle: 'from sending, up to', unit: 'edits' },
      lines: [
        { label: 'acknowledged', colour: 'acked', values: distribution.acked },
        { label: 'seen by another', colour: 'seen', values: distribution.seen },
      ],
    },
    {
      ...overTime,
      id: `${prefix}-rate`,
      title: 'Edits per second',
      note: 'A fault shows as a dip, and what was kept meanwhile as a peak behind it.',
      unit: 'per second',
      lines: [
        { label: 'sent', colour: 'sent', values: perSecond.sent },
        { label: 'acknowledged', colour: 'acked', values: perSecond.acked },
        { label: 'seen by another', colour: 'seen', values: perSecond.seen },
      ],
    },
    {
      ...overTime,
      id: `${prefix}-connected`,
      title: 'People connected',
      note: 'Those who had at least one page open.',
      ...{ unit: 'people', isStepped: true },
      lines: [{ label: 'connected', colour: 'acked', values: connected }],
    },
    {
      ...bins,
      id: `${prefix}-revocation`,
      title: 'How long revocations took',
      note: 'From asking for it to the effect on a connection that was open. The promise is 250 ms for 99 of 100.',
      ...countRevocations(revocationsMs),
      ...{ xTitle: 'from asking, up to', unit: 'revocations' },
    },
    {
      ...overTime,
      id: `${prefix}-memory`,
      title: 'Memory of the server',
      note: 'Resident, as the server reports it: before anybody came, meanwhile, and after all had left.',
      ...{ unit: 'MB', x: memory.seconds },
      lines: [{ label: 'resident', colour: 'acked', values: memory.megabytes }],
    },
  ]
  return charts
    .map((chart) => ({
      ...chart,
      lines: chart.lines.filter(({ values }) => values.some((value) => (value ?? 0) > 0)),
    }))
    .filter(({ x, lines }) => x.length > 1 && lines.length > 0)
}

const REVOCATION_BOUNDS_MS = [
  10,
  25,
  50,
  100,
  150,
  200,
  250,
  500,
  1_000,
  2_500,
  5_000,
  Number.POSITIVE_INFINITY,
]

function countRevocations(latencies: Values): Pick<Chart, 'x' | 'labels' | 'lines'> {
  if (latencies.length === 0) return { x: [], labels: [], lines: [] }
  const last = REVOCATION_BOUNDS_MS.findIndex((bound) => Math.max(250, ...latencies) <= bound)
  const bounds = REVOCATION_BOUNDS_MS.slice(0, last + 1)
  const counts = bounds.map(
    (bound, place) =>
      latencies.filter((ms) => ms <= bound && ms > (bounds[place - 1] ?? Number.NEGATIVE_INFINITY)).length,
  )
  return {
    x: bounds.map((_, place) => place),
    labels: bounds.map((bound) => (bound === Number.POSITIVE_INFINITY ? 'longer' : formatMs(bound))),
    lines: [{ label: 'revocations', colour: 'acked', values: counts }],
  }
}
