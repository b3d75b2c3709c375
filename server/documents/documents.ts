import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Access } from '../access/access.ts'
import type { Authenticate } from '../auth/authenticate.ts'
import type { Database } from '../database/connect.ts'
import { isDatabaseUnavailable } from '../database/errors.ts'
import type { Logger } from '../operations/logger.ts'
import type { Metrics } from '../operations/metrics.ts'
import { createAdmit } from './admission.ts'
import { createReadAuthors, type ReadAuthors } from './authorship.ts'
import { createAutoVersions } from './auto-versions.ts'
import { createCommitLog } from './commit-log.ts'
import { createCommitQueue } from './commit-queue.ts'
import { createDocumentHost, requireIdentity } from './document-host.ts'
import { createEditPage, type EditPage } from './edit-page.ts'
import { createFoldTurns } from './fold-turns.ts'
import { createFoldingWorker } from './folding-worker.ts'
import { createPageContent, type PageContent } from './page-content.ts'
import { createPageHistory } from './page-history.ts'
import { createShowPacing } from './show-pacing.ts'
import { createSnapshotStore } from './snapshot-store.ts'
import { createSnapshots } from './snapshots.ts'
import { createSocketGateway } from './socket-gateway.ts'
import { createSyncPage, type SyncPage } from './sync-page.ts'
import { trimUpdate } from './trim-update.ts'
import { createThinVersions } from './version-retention.ts'
import { createVersionStore } from './version-store.ts'
import { createVersions, type Versions } from './versions.ts'

/** The pages' content: hosts their documents, commits every change before it counts, and reads them. */
export interface Documents {
  /** Takes over an HTTP upgrade on `/collaboration`. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Changes a page on somebody's behalf, as a co-author would. The caller has checked that they may. */
  readonly edit: EditPage
  /** Pages in other formats, read and written. The caller has checked that the asker may. */
  readonly content: PageContent
  /** One exchange with a client that has no WebSocket. The caller has checked that it may. */
  readonly sync: SyncPage
  /** Pages as they were once. The caller has checked that the asker may. */
  readonly versions: Versions
  /** Who wrote which part of a page. The caller has checked that the asker may see it. */
  readonly readAuthors: ReadAuthors
  /**
   * Decides again for every open connection of these sessions: who may write now or no longer is
   * reconnected with the new scope, and who has lost the page is put out and told why.
   */
  recheckSessions(sessionIds: readonly string[]): Promise<void>
  /** The same for every connection to these pages. */
  recheckPages(pageIds: readonly string[]): Promise<void>
  /** Stops reading, commits and acknowledges what was read, then closes every connection. */
  close(): Promise<void>
}

export interface DocumentsDeps {
  readonly database: Database
  readonly authenticate: Authenticate
  readonly access: Access
  /** Whether a browser on this Origin may connect; undefined is a client that is not a browser. */
  readonly isOriginAllowed: (origin: string | undefined, host: string | undefined) => boolean
  /** How long every single edit is kept, days. */
  readonly historyRetentionDays: number
  readonly metrics: Metrics
  readonly logger: Logger
}

export function createDocuments(deps: DocumentsDeps): Documents {
  const { database, authenticate, access, isOriginAllowed, metrics, logger } = deps
  const retentionDays = deps.historyRetentionDays
  const log = createCommitLog(database)
  const snapshots = createSnapshots({
    store: createSnapshotStore(database),
    folder: createFoldingWorker(),
    thinVersions: createThinVersions({ pool: database.pool, retentionDays }),
    ...{ retentionDays, logger },
  })
  const admit = createAdmit({ authenticate, access })
  const host = createDocumentHost({
    ...{ admit, log, logger },
    pageIdle(pageId) {
      pacing.forget(pageId)
      snapshots.pageIdle(pageId)
    },
  })
  const pacing = createShowPacing({
    show: host.apply,
    countPeople: host.countPeople,
    now: () => performance.now(),
  })
  const queue = createCommitQueue({
    log,
    apply(pageId, updates) {
      pacing.add(pageId, updates)
      snapshots.pageGrew(pageId, updates)
      autoVersions.pageEdited(pageId)
    },
    doubt: host.readAgain,
    logger,
    metrics,
    isTransient: isDatabaseUnavailable,
    now: Date.now,
    delay: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  })
  const history = createPageHistory(database)
  const turns = createFoldTurns(createFoldingWorker())
  const edit = createEditPage({ log, queue, readOwnSeq: history.readOwnSeq })
  const versionStore = createVersionStore(database)
  const versions = createVersions({ store: versionStore, history, edit, turns })
  const autoVersions = createAutoVersions({
    keep: versions.keep,
    now: Date.now,
    every(ms, call) {
      const timer = setInterval(call, ms)
      return () => clearInterval(timer)
    },
    logger,
  })
  const gateway = createSocketGateway({
    hocuspocus: host.hocuspocus,
    session: {
      commit({ document, context }, update, committed, refused) {
        const { userId } = requireIdentity(context)
        const connectionId = context.connectionId ?? null
        queue.enqueue({
          ...{ pageId: document.name, userId, connectionId, update, committed },
          refused: (error) => refused(error.code),
        })
      },
      trim: ({ document }, frame) => trimUpdate(document, frame),
      moveCursors(connection, cursors, areUpdatesIn) {
        const identity = requireIdentity(connection.context)
        host.cursorsOf(connection.document).move(connection, identity, cursors, areUpdatesIn)
      },
    },
    isOriginAllowed,
    logger,
  })

  metrics.gauge('copydesk_open_pages', 'Pages that somebody has open.', () =>
    host.hocuspocus.getDocumentsCount(),
  )
  metrics.gauge('copydesk_document_sockets', 'Open document WebSockets.', () => gateway.countSockets())

  return {
    handleUpgrade: gateway.handleUpgrade,
    edit,
    content: createPageContent({ log, edit, versionStore, history, turns }),
    versions,
    readAuthors: createReadAuthors({ history, turns }),
    sync: createSyncPage({ log, queue }),
    recheckSessions: (sessionIds) => host.recheckAccess(({ sessionId }) => sessionIds.includes(sessionId)),
    recheckPages: (pageIds) => host.recheckAccess((_identity, pageId) => pageIds.includes(pageId)),

    async close() {
      gateway.stopReading()
      await gateway.settle()
      await queue.close()
      pacing.close()
      const closing = autoVersions.close()
      // What it waits for may stand behind many who read: it is left undone.
      await turns.close()
      await closing
      await gateway.close()
      await snapshots.close()
    },
  }
}
