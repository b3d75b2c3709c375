import type { Logger } from '../operations/logger.ts'

/** A page that nobody has written to for this long, ms, is kept as a version. */
export const PAUSE_MS = 60_000
/** One that is written to all the time is kept this often, ms. */
export const BUSY_MS = 5 * 60_000
/** How often it is looked whether a page is due, ms. */
const LOOK_MS = 10_000

/**
 * Keeps versions of pages that are written to, in the background, one at a time. What was written in the
 * last moments before a stop has no version of its own; the next one has it too.
 */
export interface AutoVersions {
  /** Says that a page was written to. Costs next to nothing. */
  pageEdited(pageId: string): void
  /** Keeps what is due; never fails. */
  keepDue(): Promise<void>
  /** Resolves when nothing is being kept any more. */
  close(): Promise<void>
}

export interface AutoVersionsDeps {
  readonly keep: (pageId: string) => Promise<void>
  /** Milliseconds, monotonic: a clock that is set back must not put versions off, or forward bring them all at once. */
  readonly now: () => number
  /** Calls again and again until the answer is called. */
  readonly every: (ms: number, call: () => void) => () => void
  readonly logger: Pick<Logger, 'warn'>
}

export function createAutoVersions({ keep, now, every, logger }: AutoVersionsDeps): AutoVersions {
  const edits = new Map<string, { readonly since: number; last: number }>()
  let running: Promise<void> | undefined
  let closed = false
  const stop = every(LOOK_MS, () => keepDue())

  async function run(): Promise<void> {
    for (const [pageId, { since, last }] of edits) {
      if (closed) return
      if (now() - last < PAUSE_MS && now() - since < BUSY_MS) continue
      edits.delete(pageId)
      await keep(pageId).catch((error: unknown) => {
        if (!closed) logger.warn({ err: error, pageId }, 'no version was kept; the log has everything')
      })
    }
  }

  function keepDue(): Promise<void> {
    // Cleared behind the promise, not in `run`: that may end before it is assigned.
    running ??= run().finally(() => {
      running = undefined
    })
    return running
  }

  return {
    pageEdited(pageId) {
      const edit = edits.get(pageId)
      if (edit === undefined) edits.set(pageId, { since: now(), last: now() })
      else edit.last = now()
    },
    keepDue,
    async close() {
      closed = true
      stop()
      await running
    },
  }
}
