import { formatCount } from '../format-count.ts'
import type { RunProgress } from '../run-simulation.ts'
import { percentiles } from '../summary.ts'

/** Where progress goes; `process.stderr` is one. */
export interface LiveOutput {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

export interface LiveView {
  show(progress: RunProgress): void
  /** Leaves the line free for what comes next. */
  end(): void
}

const CLEAR_LINE = '\r\u001b[2K'
/** A log gets a line at most that often, ms, and one whenever the phase changes. */
const LINE_INTERVAL_MS = 5_000

/** Shows a run while it lasts: one rewriting line on a terminal, plain lines now and then elsewhere. */
export function createLiveView(output: LiveOutput, now: () => number): LiveView {
  let lastAt = Number.NEGATIVE_INFINITY
  let lastPhase = ''
  let hasLine = false
  return {
    show(progress) {
      if (output.isTTY === true) {
        output.write(`${CLEAR_LINE}${formatProgress(progress).slice(0, (output.columns ?? 120) - 1)}`)
        hasLine = true
        return
      }
      if (progress.phase === lastPhase && now() - lastAt < LINE_INTERVAL_MS) return
      lastAt = now()
      lastPhase = progress.phase
      output.write(`${formatProgress(progress)}\n`)
    },
    end() {
      if (hasLine) output.write(CLEAR_LINE)
      hasLine = false
    },
  }
}

function formatProgress(progress: RunProgress): string {
  const { phase, elapsedMs, durationMs, sent, acked, seen, connected, clients, faults } = progress
  const { p50, p99 } = percentiles(progress.recentLatenciesMs)
  const seconds = `${Math.round(elapsedMs / 1000)} of ${Math.round(durationMs / 1000)} s`
  return [
    phase === 'writing' ? seconds : phase,
    `${formatCount(sent)} sent, ${formatCount(acked)} acknowledged, ${formatCount(seen)} seen`,
    `${p50} ms (99 %: ${p99})`,
    `${connected} of ${clients} connected`,
    `${faults} faults`,
  ].join(' · ')
}
