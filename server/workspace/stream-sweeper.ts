import type { Logger } from '../operations/logger.ts'
import type { StreamOperations } from './streams.ts'

/** After how long without a word from its author, ms, an open stream fails by itself. */
export const AUTHOR_SILENCE_MS = 60_000
/** How often we look, ms: a stream fails at most so much later. */
const SWEEP_INTERVAL_MS = 10_000

/** Ends streams whose authors have vanished, and forgets old ones. */
export interface StreamSweeper {
  close(): Promise<void>
}

/**
 * Looks again and again, as long as it is not closed. What was open before a restart is in the database and
 * found as well; its authors first get as long as ever to come back.
 */
export function createStreamSweeper(deps: {
  readonly streams: Pick<StreamOperations, 'failSilent' | 'forgetEnded'>
  readonly logger: Pick<Logger, 'warn'>
  /** Another bound than the documented one, for tests. */
  readonly silenceMs?: number | undefined
}): StreamSweeper {
  const { streams, logger, silenceMs = AUTHOR_SILENCE_MS } = deps
  let closed = false
  let sweeping = Promise.resolve()
  let timer = setTimeout(next, silenceMs)

  function next(): void {
    sweeping = sweep().finally(() => {
      if (!closed) timer = setTimeout(next, Math.min(SWEEP_INTERVAL_MS, silenceMs))
    })
  }

  async function sweep(): Promise<void> {
    try {
      await streams.failSilent(silenceMs)
      await streams.forgetEnded()
    } catch (error) {
      logger.warn({ err: error }, 'silent streams could not be ended; trying again soon')
    }
  }

  return {
    async close() {
      closed = true
      clearTimeout(timer)
      await sweeping
    },
  }
}
