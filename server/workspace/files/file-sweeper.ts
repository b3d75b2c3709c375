import type { Logger } from '../../operations/logger.ts'
import type { FileOperations } from './files.ts'

/** How often files are looked for that belong to no page any more, ms. */
const SWEEP_MS = 60 * 60_000

/** Removes such files in the background, one look at a time. */
export function createFileSweeper({
  files,
  every,
  logger,
}: {
  readonly files: Pick<FileOperations, 'sweep'>
  readonly every: (ms: number, call: () => void) => () => void
  readonly logger: Pick<Logger, 'info' | 'warn'>
}): { close(): Promise<void> } {
  let running: Promise<void> | undefined
  async function run(): Promise<void> {
    const removed = await files.sweep()
    if (removed > 0) logger.info({ files: removed }, 'removed files that no page has')
  }
  const stop = every(SWEEP_MS, () => {
    running ??= run()
      .catch((error: unknown) =>
        logger.warn({ err: error }, 'files that no page has were not removed; it is tried again'),
      )
      .finally(() => {
        running = undefined
      })
  })
  return {
    async close() {
      stop()
      await running
    },
  }
}
