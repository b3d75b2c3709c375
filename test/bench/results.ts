import type { Run } from './run-scenario.ts'
import type { Figure, Scenario } from './scenario.ts'
import { computeSpread, type Spread } from './statistics.ts'

/** What one figure came to on one server; ratio and goal only where it is compared. */
export interface FigureResult {
  readonly scenario: string
  readonly figure: Figure
  readonly spreads: Readonly<Record<string, Spread>>
  /** Our median divided by the baseline's. */
  readonly ratio: number | null
  readonly isReached: boolean | null
}

/** The server that everything is compared for. */
const OURS = 'copydesk'

/** Medians, ratios and whether the goals are reached; runs that were thrown away or failed do not count. */
export function computeResults(scenarios: readonly Scenario[], runs: readonly Run[]): FigureResult[] {
  return scenarios.flatMap((scenario) =>
    scenario.figures.map((figure) => {
      const spreads = computeSpreads(
        figure,
        runs.filter((run) => run.scenario === scenario.name),
      )
      const ratio = computeRatio(scenario, figure, spreads)
      return { scenario: scenario.name, figure, spreads, ratio, isReached: decideReached(figure, ratio) }
    }),
  )
}

/** The ratios as one flat object, `<scenario>.<figure>`. */
export function collectRatios(results: readonly FigureResult[]): Record<string, number> {
  return Object.fromEntries(
    results.flatMap(({ scenario, figure, ratio }) =>
      ratio === null ? [] : [[`${scenario}.${figure.name}`, ratio]],
    ),
  )
}

function computeSpreads(figure: Figure, runs: readonly Run[]): Record<string, Spread> {
  const values = new Map<string, number[]>()
  for (const run of runs) {
    const value = run.outcome === 'measured' ? run.figures[figure.name] : undefined
    if (value === undefined || Number.isNaN(value)) continue
    values.set(run.peer, [...(values.get(run.peer) ?? []), value])
  }
  return Object.fromEntries([...values].map(([peer, own]) => [peer, computeSpread(own)]))
}

function computeRatio(scenario: Scenario, figure: Figure, spreads: Record<string, Spread>): number | null {
  if (figure.goal === undefined && !figure.isCompared) return null
  const ours = spreads[OURS]?.median
  // A figure against itself is a ratio already.
  const theirs = scenario.baseline === 'itself' ? 1 : spreads[scenario.baseline]?.median
  if (ours === undefined || theirs === undefined || theirs === 0) return null
  return ours / theirs
}

function decideReached({ goal }: Figure, ratio: number | null): boolean | null {
  if (goal === undefined || ratio === null) return null
  return 'atMost' in goal ? ratio <= goal.atMost : ratio >= goal.atLeast
}
