/** A terminal's line is rewritten at most this often; a log gets a line at most that often. */
const REWRITE_INTERVAL_MS = 100
const LINE_INTERVAL_MS = 5_000
const CLEAR_LINE = '\r\u001b[2K'

/** Where progress goes; `process.stderr` is one. */
export interface ProgressOutput {
  readonly isTTY?: boolean
  write(text: string): unknown
}

export interface Progress {
  show(done: number): void
  /** Leaves the line free for what comes next. */
  end(): void
}

/** Shows how far a run is: one rewriting line on a terminal, plain lines now and then elsewhere. */
export function createProgress(output: ProgressOutput, total: number, now: () => number): Progress {
  const startedAt = now()
  const isTerminal = output.isTTY === true
  let shownAt = startedAt
  let hasLine = false

  return {
    show(done) {
      const time = now()
      if (time - shownAt < (isTerminal ? REWRITE_INTERVAL_MS : LINE_INTERVAL_MS)) return
      shownAt = time
      const perSecond = Math.round((done * 1000) / Math.max(time - startedAt, 1))
      const line = `${formatCount(done)} of ${formatCount(total)} edits acknowledged (${Math.floor((done * 100) / total)} %), ${formatCount(perSecond)} edits/s`
      output.write(isTerminal ? `${CLEAR_LINE}${line}` : `${line}\n`)
      hasLine = isTerminal
    },
    end() {
      if (hasLine) output.write(CLEAR_LINE)
      hasLine = false
    },
  }
}

/** A whole number with thousands separated, the same on every machine. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US')
}
