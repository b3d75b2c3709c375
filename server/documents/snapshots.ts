import * as Y from 'yjs'
import type { Logger } from '../operations/logger.ts'
import type { CommitLog } from './commit-log.ts'
import { loadPage } from './load-page.ts'

/** A page that goes idle with at least this many rows behind its snapshot gets a new one. */
export const SNAPSHOT_TAIL_LENGTH = 200

/** Writes snapshots of pages that nobody has open any more, one at a time, in the background. */
export interface Snapshots {
  /** Says that a page has just gone idle. Never fails: without a snapshot a page only opens slower. */
  pageIdle(pageId: string): void
  /** Resolves when nothing is being written any more; what is still waiting is left for the next time. */
  close(): Promise<void>
}

export function createSnapshots(deps: { log: CommitLog; logger: Pick<Logger, 'warn'> }): Snapshots {
  const idlePageIds = new Set<string>()
  let running: Promise<void> | undefined
  let closed = false

  async function run(): Promise<void> {
    try {
      for (const pageId of idlePageIds) {
        if (closed) return
        idlePageIds.delete(pageId)
        await writeSnapshot(deps.log, pageId).catch((error: unknown) => {
          deps.logger.warn({ err: error, pageId }, 'no snapshot was written; the log has everything')
        })
      }
    } finally {
      running = undefined
    }
  }

  return {
    pageIdle(pageId) {
      if (closed) return
      idlePageIds.add(pageId)
      running ??= run()
    },
    async close() {
      closed = true
      await running
    },
  }
}

/** Folded from the log itself, not from memory: whatever other servers wrote is in it and `seq` fits. */
async function writeSnapshot(log: CommitLog, pageId: string): Promise<void> {
  const doc = new Y.Doc()
  try {
    const { seq, tailLength } = await loadPage(log, pageId, doc)
    if (tailLength >= SNAPSHOT_TAIL_LENGTH) await log.writeSnapshot(pageId, seq, Y.encodeStateAsUpdate(doc))
  } finally {
    doc.destroy()
  }
}
