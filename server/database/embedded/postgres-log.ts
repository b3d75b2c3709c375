import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { Logger } from 'pino'

/** The part of a pino logger that the embedded PostgreSQL writes to. */
export type EmbeddedPostgresLogger = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>

const KEPT_LINES = 40

/** Passes PostgreSQL's stderr on to our logger and keeps the last lines, to explain why a start failed. */
export function createPostgresLog(stderr: Readable, logger: EmbeddedPostgresLogger): { tail(): string } {
  const lines: string[] = []
  let level: 'debug' | 'warn' = 'warn'
  createInterface({ input: stderr }).on('line', (line) => {
    // DETAIL, HINT and continued lines belong to the message before them.
    level = levelOf(line) ?? level
    logger[level](`postgres: ${line}`)
    lines.push(line)
    if (lines.length > KEPT_LINES) lines.shift()
  })
  return { tail: () => lines.join('\n') }
}

function levelOf(line: string): 'debug' | 'warn' | undefined {
  const severity = line.match(/^([A-Z]+)\d?: {2}/)?.[1]
  switch (severity) {
    case 'LOG':
    case 'DEBUG':
    case 'INFO':
    case 'NOTICE':
      return 'debug'
    case 'WARNING':
    case 'ERROR':
    case 'FATAL':
    case 'PANIC':
      return 'warn'
    default:
      return undefined
  }
}
