import { type LoggerOptions, type Logger as PinoLogger, pino } from 'pino'
import type { Config } from '../config.ts'

export type Logger = PinoLogger

/** Header and field names whose values must never reach a log, wherever they appear. */
const SECRET_PATHS = [
  'req.headers.authorization',
  'req.headers.cookie',
  'res.headers["set-cookie"]',
  '*.password',
  '*.token',
  '*.accessToken',
  '*.shareToken',
]

/** What every logger of the server has in common: no secret gets past it, whatever is handed to it. */
export const SAFE_LOGGING: Pick<LoggerOptions, 'redact' | 'serializers'> = {
  redact: { paths: SECRET_PATHS, censor: '[redacted]' },
  serializers: { err: (error: unknown) => toLoggedError(error) },
}

/** Builds the process's logger: JSON lines in production, readable ones on a terminal. */
export function createLogger(config: Pick<Config, 'logLevel' | 'production'>): Logger {
  const options = { level: config.logLevel, ...SAFE_LOGGING }
  if (config.production || !process.stdout.isTTY) return pino(options)
  return pino({
    ...options,
    transport: { target: 'pino-pretty', options: { translateTime: 'HH:MM:ss', ignore: 'pid,hostname' } },
  })
}

/** How many causes of an error are followed. */
const MAX_CAUSES = 4

/**
 * An error as it may be logged. A failed statement comes wrapped in an error that quotes all its
 * parameters, and the driver's own quotes the row: both can hold an address or a password's hash, so of
 * a database error only the code and the message are kept.
 */
function toLoggedError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return { message: String(error) }
  if ('params' in error && error.cause !== undefined) return toLoggedError(error.cause, depth)
  const { code } = error as { code?: unknown }
  return {
    type: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    message: error.message,
    stack: error.stack,
    ...(error.cause === undefined || depth === MAX_CAUSES
      ? {}
      : { cause: toLoggedError(error.cause, depth + 1) }),
  }
}
