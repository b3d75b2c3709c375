import { formatCount } from '../format-count.ts'
import type { RunProgress } from '../run-simulation.ts'
import { percentiles } from '../summary.ts'
import { formatSeconds } from './format-time.ts'

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

/** A log gets a line at most that often, ms, about so many at most in all, and one whenever the phase changes. */
const LINE_INTERVAL_MS = 5_000
const MAX_LINES = 200
const BAR_LENGTH = 30
const CLEAR_BELOW = '\u001b[J'
const up = (lines: number) => `\r\u001b[${lines}A`

/** Shows a run while it lasts: a few lines that are rewritten on a terminal, plain lines now and then elsewhere. */
export function createLiveView(output: LiveOutput, now: () => number): LiveView {
  let lastAt = Number.NEGATIVE_INFINITY
  let lastPhase = ''
  let shown = 0
  const clear = () => {
    if (shown > 0) output.write(`${up(shown)}${CLEAR_BELOW}`)
    shown = 0
  }
  return {
    show(progress) {
      if (output.isTTY === true) {
        // A line that wraps would be two, and one of them would stay.
        const lines = formatBlock(progress).map((line) => line.slice(0, (output.columns || 80) - 1))
        clear()
        output.write(`${lines.join('\n')}\n`)
        shown = lines.length
        return
      }
      const intervalMs = Math.max(LINE_INTERVAL_MS, progress.durationMs / MAX_LINES)
      if (progress.phase === lastPhase && now() - lastAt < intervalMs) return
      lastAt = now()
      lastPhase = progress.phase
      output.write(`${formatLine(progress)}\n`)
    },
    end: clear,
  }
}

function formatBlock(progress: RunProgress): string[] {
  const { phase, elapsedMs, durationMs, connected, clients, faults } = progress
  const done = Math.round((BAR_LENGTH * Math.min(elapsedMs, durationMs)) / durationMs)
  return [
    `  ${phase.padEnd(10)}${'━'.repeat(done)}${'·'.repeat(BAR_LENGTH - done)}  ${formatTime(progress)}`,
    `  edits     ${formatEdits(progress)}`,
    `  latency   ${formatLatency(progress)}`,
    `  people    ${connected} of ${clients} connected`,
    `  faults    ${faults} so far`,
  ]
}

function formatLine(progress: RunProgress): string {
  const { phase, connected, clients, faults } = progress
  return [
    phase === 'writing' ? formatTime(progress) : phase,
    formatEdits(progress),
    formatLatency(progress),
    `${connected} of ${clients} connected`,
    `${faults} ${faults === 1 ? 'fault' : 'faults'}`,
  ].join(' · ')
}

const formatTime = ({ elapsedMs, durationMs }: RunProgress) =>
  `${formatSeconds(Math.round(elapsedMs / 1000))} of ${formatSeconds(durationMs / 1000)}`
const formatEdits = ({ sent, acked, seen }: RunProgress) =>
  `${formatCount(sent)} sent, ${formatCount(acked)} acknowledged, ${formatCount(seen)} seen`

function formatLatency({ recentLatenciesMs }: RunProgress): string {
  if (recentLatenciesMs.length === 0) return 'nothing acknowledged yet'
  const { p50, p99 } = percentiles(recentLatenciesMs)
  return `${p50} ms (99 %: ${p99} ms)`
}
