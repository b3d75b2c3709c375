import type { Identity } from '../auth/identity.ts'
import type { Logger } from '../operations/logger.ts'

/** A file that somebody's change puts on a page, if it is one. */
export interface NamedFile {
  readonly identity: Identity
  readonly pageId: string
  readonly fileId: string
}

/** How much may wait to be looked at: what is named past that is left out. */
const MAX_WAITING = 10_000

/** Sees to it that files which changes name belong to their pages, without ever failing a change for it. */
export interface FileSharing {
  /** Resolves when these have been looked at. Never rejects. */
  add(named: readonly NamedFile[]): Promise<void>
}

export function createFileSharing(deps: {
  readonly shareFiles: (named: readonly NamedFile[]) => Promise<void>
  readonly logger: Pick<Logger, 'warn'>
}): FileSharing {
  const { shareFiles, logger } = deps
  let waiting = 0
  // One at a time, so that they take no more than one connection from those who write.
  let last: Promise<void> = Promise.resolve()

  return {
    add(named) {
      if (waiting + named.length > MAX_WAITING) {
        logger.warn(
          { files: named.length },
          'too many images are put on other pages: some are not shared with them',
        )
        return Promise.resolve()
      }
      waiting += named.length
      last = last
        .then(() => shareFiles(named))
        .catch((error: unknown) =>
          logger.warn({ err: error }, 'images that were put on another page are not shared with it'),
        )
        .finally(() => {
          waiting -= named.length
        })
      return last
    },
  }
}
