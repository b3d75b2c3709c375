import { HistoryBusyError } from './errors.ts'
import type { FoldingWorker } from './folding-worker.ts'

/** How many may wait for their turn; what waits holds next to nothing, but whoever waits longer has given up. */
export const MAX_WAITING_READS = 16

/**
 * Lets those who read pages' pasts have the folding thread one after the other: each holds a whole page
 * there. It is another thread than the one that makes snapshots, which nobody waits for.
 */
export interface FoldTurns {
  /**
   * Runs `work` when its turn comes. What the server itself wants is patient: it waits however many do.
   * @throws HistoryBusyError, FoldingStoppedError, and whatever `work` throws
   */
  take<Result>(
    work: (folder: FoldingWorker) => Promise<Result>,
    options?: { readonly patient?: boolean },
  ): Promise<Result>
  /** Ends the thread at once; whoever waits is refused. */
  close(): Promise<void>
}

export function createFoldTurns(folder: FoldingWorker): FoldTurns {
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0
  return {
    take(work, { patient = false } = {}) {
      // One works, the others wait.
      if (!patient && waiting > MAX_WAITING_READS) return Promise.reject(new HistoryBusyError())
      waiting++
      const own = last.then(() => work(folder))
      const leave = () => {
        waiting--
      }
      last = own.then(leave, leave)
      return own
    },
    close: () => folder.close(),
  }
}
