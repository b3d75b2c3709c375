import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { JSONContent } from '@tiptap/core'
import * as Y from 'yjs'
import type { Access } from '../access/access.ts'
import type { Authenticate } from '../auth/authenticate.ts'
import type { Database } from '../database/connect.ts'
import { isDatabaseUnavailable } from '../database/errors.ts'
import type { Logger } from '../operations/logger.ts'
import type { Metrics } from '../operations/metrics.ts'
import { createAdmit } from './admission.ts'
import { createCommitLog } from './commit-log.ts'
import { createCommitQueue } from './commit-queue.ts'
import { toJson, toText } from './content.ts'
import { createDocumentHost, requireIdentity } from './document-host.ts'
import { createFoldingWorker } from './folding-worker.ts'
import { loadPage } from './load-page.ts'
import { createShowPacing } from './show-pacing.ts'
import { createSnapshotStore } from './snapshot-store.ts'
import { createSnapshots } from './snapshots.ts'
import { createSocketGateway } from './socket-gateway.ts'

/** The pages' content: hosts their documents, commits every change before it counts, and reads them. */
export interface Documents {
  /** Takes over an HTTP upgrade on `/collaboration`. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /**
   * A page's committed text, read afresh from the log. The caller has checked that the asker may see it.
   * @throws PageGoneError, PageUnreadableError
   */
  readText(pageId: string): Promise<string>
  /** The same as TipTap JSON. */
  readJson(pageId: string): Promise<JSONContent>
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
  const log = createCommitLog(database)
  const snapshots = createSnapshots({
    store: createSnapshotStore(database),
    folder: createFoldingWorker(),
    retentionDays: deps.historyRetentionDays,
    logger,
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
    },
    doubt: host.readAgain,
    logger,
    metrics,
    isTransient: isDatabaseUnavailable,
    now: Date.now,
    delay: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
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
      addsSomething: ({ document }, update) => !Y.snapshotContainsUpdate(Y.snapshot(document), update),
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

  async function read<Content>(pageId: string, convert: (doc: Y.Doc) => Content): Promise<Content> {
    const doc = new Y.Doc()
    try {
      await loadPage(log, pageId, doc)
      return convert(doc)
    } finally {
      doc.destroy()
    }
  }

  return {
    handleUpgrade: gateway.handleUpgrade,
    readText: (pageId) => read(pageId, toText),
    readJson: (pageId) => read(pageId, toJson),
    recheckSessions: (sessionIds) => host.recheckAccess(({ sessionId }) => sessionIds.includes(sessionId)),
    recheckPages: (pageIds) => host.recheckAccess((_identity, pageId) => pageIds.includes(pageId)),

    async close() {
      gateway.stopReading()
      await gateway.settle()
      await queue.close()
      pacing.close()
      await gateway.close()
      await snapshots.close()
    },
  }
}
