import { type Logger as PinoLogger, pino } from 'pino'
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

/** Builds the process's logger: JSON lines in production, readable ones on a terminal. */
export function createLogger(config: Pick<Config, 'logLevel' | 'production'>): Logger {
  const options = { level: config.logLevel, redact: { paths: SECRET_PATHS, censor: '[redacted]' } }
  if (config.production || !process.stdout.isTTY) return pino(options)
  return pino({
    ...options,
    transport: { target: 'pino-pretty', options: { translateTime: 'HH:MM:ss', ignore: 'pid,hostname' } },
  })
}
