import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import * as Y from 'yjs'
import type { PageNotice } from '../../shared/protocol/page-notices.ts'
import type { Access } from '../access/access.ts'
import type { Authenticate } from '../auth/authenticate.ts'
import type { Identity } from '../auth/identity.ts'
import type { Database } from '../database/connect.ts'
import { isDatabaseUnavailable } from '../database/errors.ts'
import { computeComeBackMs } from '../operations/come-back.ts'
import type { ConnectionLimits } from '../operations/connection-limits.ts'
import type { Logger } from '../operations/logger.ts'
import type { Metrics } from '../operations/metrics.ts'
import { every } from '../operations/timers.ts'
import { createAdmit } from './admission.ts'
import { createReadAuthors, type ReadAuthors } from './authorship.ts'
import { createAutoVersions } from './auto-versions.ts'
import { type CommentAnchors, createCommentAnchors } from './comment-anchors.ts'
import { createCommitLog } from './commit-log.ts'
import { createCommitQueue } from './commit-queue.ts'
import { createDocumentHost } from './document-host.ts'
import { createEditPage, type EditPage } from './edit-page.ts'
import { createFileSharing, type NamedFile } from './file-sharing.ts'
import { createFoldTurns } from './fold-turns.ts'
import { createFoldingWorker } from './folding-worker.ts'
import type { FrameRate } from './frame-pace.ts'
import { createHttpCursors } from './http-cursors.ts'
import { createLiveAccess, requireIdentity } from './live-access.ts'
import { withPage } from './load-page.ts'
import { readNamedFiles } from './named-files.ts'
import { createNestings } from './nesting.ts'
import { createPageContent, type PageContent } from './page-content.ts'
import type { GrowthLimits } from './page-growth.ts'
import { createPageHistory } from './page-history.ts'
import { createPageSizes, MAX_PAGE_BYTES, weighReads } from './page-sizes.ts'
import { createReadText, type ReadText } from './read-text.ts'
import { createShowPacing } from './show-pacing.ts'
import { createSnapshotStore } from './snapshot-store.ts'
import { createSnapshots } from './snapshots.ts'
import { createSocketGateway } from './socket-gateway.ts'
import type { PageConnection } from './socket-session.ts'
import { createSyncPage, type SyncPage } from './sync-page.ts'
import { trimUpdate } from './trim-update.ts'
import { createThinVersions } from './version-retention.ts'
import { createVersionStore } from './version-store.ts'
import { createVersions, type Versions } from './versions.ts'

/** The pages' content: hosts their documents, commits every change before it counts, and reads them. */
export interface Documents {
  /** Takes over an HTTP upgrade on `/collaboration`. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Changes a page on somebody's behalf, as a co-author would, if they may write to it. */
  readonly edit: EditPage
  /** The marks of comments in pages' text. The caller has checked that whoever comments may. */
  readonly commentAnchors: CommentAnchors
  /** Pages in other formats, read and written. The caller has checked that the asker may read. */
  readonly content: PageContent
  /**
   * The committed state of a page as one Yjs update: what a copy of it begins with.
   * @throws PageGoneError, PageUnreadableError
   */
  readState(pageId: string): Promise<Uint8Array>
  /** One exchange with a client that has no WebSocket. The caller has checked that it may. */
  readonly sync: SyncPage
  /** Pages as they were once. The caller has checked that the asker may. */
  readonly versions: Versions
  /** Who wrote which part of a page. The caller has checked that the asker may see it. */
  readonly readAuthors: ReadAuthors
  /** A page's text, read where it is in nobody's way. */
  readonly readText: (pageId: string, since: number) => Promise<ReadText>
  /**
   * Decides again for every open connection of these sessions: who may not write any more goes on as a
   * reader, who may write now is reconnected, and who has lost the page is put out and told why.
   */
  recheckSessions(sessionIds: readonly string[]): Promise<void>
  /** The same for every open connection of these people. */
  recheckUsers(userIds: readonly string[]): Promise<void>
  /** The same for every connection to these pages. */
  recheckPages(pageIds: readonly string[]): Promise<void>
  /** Stops reading, commits and acknowledges what was read, says when to come back, closes every connection. */
  close(): Promise<void>
}

/** Limits that a test may want to reach sooner; each has its default beside the code that keeps it. */
export interface DocumentLimits {
  readonly pageBytes?: number
  readonly frameRate?: FrameRate
  readonly snapshots?: GrowthLimits
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
  readonly limits?: DocumentLimits | undefined
  readonly connections: ConnectionLimits
  /** Called before a commit with ids in it that may be files': those that are belong to the page as well from then on. */
  readonly shareFiles: (named: readonly NamedFile[]) => Promise<void>
  /** Called after each commit with the page's newest `seq` and who wrote. It must neither wait nor throw. */
  readonly contentCommitted: (pageId: string, seq: number, userIds: readonly string[]) => void
}

/** How long a commit waits until the images that it puts on a page belong to it, ms: who is shown them fetches them at once. */
const SHARING_PATIENCE_MS = 250

const delay = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

export function createDocuments(deps: DocumentsDeps): Documents {
  const { database, authenticate, access, isOriginAllowed, metrics, logger, limits = {} } = deps
  const retentionDays = deps.historyRetentionDays
  const countWarning = metrics.counter(
    'copydesk_page_size_warnings_total',
    'Pages that came near their limit.',
  )
  const countFull = metrics.counter('copydesk_page_full_total', 'Connections that found their page full.')
  const countTooSlow = metrics.counter('copydesk_slow_readers_total', 'Sockets cut off: they did not read.')
  const countTooFast = metrics.counter('copydesk_fast_senders_total', 'Times a socket was read slower.')
  const sizes = createPageSizes({
    limitBytes: limits.pageBytes ?? MAX_PAGE_BYTES,
    warn(pageId, bytes) {
      countWarning()
      logger.warn({ code: 'page-size-warning', pageId, bytes, limit: sizes.limitBytes }, 'a page grows large')
      host.tell(pageId, { type: 'page-size-warning', bytes, limit: sizes.limitBytes })
    },
    measureNow: (pageId) => host.measure(pageId),
    foundRoom: (pageId) => host.inviteBack(pageId),
  })
  const log = weighReads(createCommitLog(database), sizes)
  const snapshots = createSnapshots({
    store: createSnapshotStore(database),
    folder: createFoldingWorker(),
    thinVersions: createThinVersions({ pool: database.pool, retentionDays }),
    ...{ retentionDays, logger },
    measuring: sizes.measuring,
    ...(limits.snapshots === undefined ? {} : { limits: limits.snapshots }),
  })
  const admit = createAdmit({ authenticate, access })
  const liveAccess = createLiveAccess({ admit, logger })
  const { withPermit } = liveAccess
  const host = createDocumentHost({
    ...{ admit, log, logger },
    access: liveAccess,
    pageIdle(pageId) {
      pacing.forget(pageId)
      snapshots.pageIdle(pageId)
    },
    after(ms, call) {
      const timer = setTimeout(call, ms)
      return () => clearTimeout(timer)
    },
    noticeFor(pageId) {
      const bytes = sizes.worrying(pageId)
      return bytes === null ? null : { type: 'page-size-warning', bytes, limit: sizes.limitBytes }
    },
  })
  const pacing = createShowPacing({
    show: host.apply,
    countPeople: host.countPeople,
    now: () => performance.now(),
  })
  const sharing = createFileSharing({ shareFiles: deps.shareFiles, logger })
  const queue = createCommitQueue({
    log,
    sizes,
    prepare(changes) {
      const named = changes.flatMap(({ pageId, update, permit }) =>
        permit === undefined
          ? []
          : readNamedFiles(update).map((fileId) => ({ pageId, fileId, identity: permit.identity })),
      )
      if (named.length === 0) return
      // Where it takes longer it goes on behind the commit, which is not to wait for it.
      return Promise.race([sharing.add(named), delay(SHARING_PATIENCE_MS)])
    },
    apply(pageId, updates, range, userIds) {
      host.committed(pageId, range)
      sizes.grew(
        pageId,
        updates.reduce((sum, { byteLength }) => sum + byteLength, 0),
      )
      if (sizes.isFull(pageId)) snapshots.pageFull(pageId)
      pacing.add(pageId, updates)
      snapshots.pageGrew(pageId, updates)
      deps.contentCommitted(pageId, range.last, userIds)
      autoVersions.pageEdited(pageId)
    },
    doubt: host.readAgain,
    logger,
    metrics,
    isTransient: isDatabaseUnavailable,
    now: () => performance.now(),
    delay,
  })
  const httpCursors = createHttpCursors({
    findDocument: (pageId) => host.hocuspocus.documents.get(pageId),
    boardOf: host.cursorsOf,
    now: () => performance.now(),
    every,
  })
  function recheck(concerns: (identity: Identity, pageId: string) => boolean): Promise<void> {
    httpCursors.forget(concerns)
    return host.recheckAccess(concerns, queue.permits())
  }
  const history = createPageHistory(database)
  const turns = createFoldTurns(createFoldingWorker())
  const edit = createEditPage({ log, queue, withPermit, readOwnSeq: history.readOwnSeq })
  const versionStore = createVersionStore(database)
  const versions = createVersions({ store: versionStore, history, edit, turns })
  const autoVersions = createAutoVersions({
    keep: versions.keep,
    now: () => performance.now(),
    every,
    logger,
  })
  /** Tells whoever was refused for their page's size, once; how large it really is will soon be known. */
  function tellFull(connection: PageConnection): void {
    const pageId = connection.document.name
    snapshots.pageFull(pageId)
    if (toldFull.has(connection)) return
    toldFull.add(connection)
    countFull()
    logger.info({ code: 'page-too-large', ...describe(connection) }, 'a page is full')
    const bytes = sizes.worrying(pageId) ?? 0
    const notice: PageNotice = { type: 'page-too-large', bytes, limit: sizes.limitBytes }
    connection.sendStateless(JSON.stringify(notice))
  }

  const toldFull = new WeakSet<PageConnection>()
  const nestingOf = createNestings()
  const gateway = createSocketGateway({
    hocuspocus: host.hocuspocus,
    session: {
      commit(connection, update, committed, refused) {
        const { document, context } = connection
        const { userId } = requireIdentity(context)
        const { connectionId = null, permit } = context
        queue.enqueue({
          ...{ pageId: document.name, userId, connectionId, update, committed },
          ...(permit === undefined ? {} : { permit }),
          refused(error) {
            if (error.code === 'page-too-large') tellFull(connection)
            refused(error.code)
          },
        })
      },
      tooSlow(connections, unsentBytes) {
        countTooSlow()
        const open = connections.map(describe)
        logger.info(
          { code: 'too-slow', unsentBytes, connections: open },
          'cut off a client that does not read',
        )
      },
      tooFast(connections) {
        countTooFast()
        logger.debug({ connections: connections.map(describe) }, 'a client sends too fast and is read slower')
      },
      frameRate: limits.frameRate,
      trim: ({ document }, frame) => trimUpdate(document, frame),
      storedState: ({ document }) => host.storedStateOf(document),
      place({ document }, update) {
        const nesting = nestingOf(document)
        const placement = nesting.judge(update)
        if (placement !== 'unplaced') return placement
        // It may have been put into what is committed and about to be shown.
        pacing.forget(document.name)
        return nesting.judge(update)
      },
      moveCursors(connection, cursors, areUpdatesIn) {
        const identity = requireIdentity(connection.context)
        host.cursorsOf(connection.document).move(connection, identity, cursors, areUpdatesIn)
      },
    },
    isOriginAllowed,
    connections: deps.connections,
    logger,
  })

  metrics.gauge('copydesk_open_pages', 'Pages that somebody has open.', () =>
    host.hocuspocus.getDocumentsCount(),
  )
  metrics.gauge('copydesk_document_sockets', 'Open document WebSockets.', () => gateway.countSockets())

  return {
    handleUpgrade: gateway.handleUpgrade,
    edit,
    commentAnchors: createCommentAnchors(edit),
    content: createPageContent({ log, edit, versionStore, history, turns }),
    readState: (pageId) => withPage(log, pageId, (doc) => Y.encodeStateAsUpdate(doc)),
    versions,
    readAuthors: createReadAuthors({ history, turns }),
    readText: createReadText({ history, turns }),
    sync: createSyncPage({ log, queue, withPermit, exchangeCursors: httpCursors.exchange }),
    recheckSessions: (sessionIds) => recheck(({ sessionId }) => sessionIds.includes(sessionId)),
    recheckUsers: (userIds) => recheck(({ userId }) => userIds.includes(userId)),
    recheckPages(pageIds) {
      const concerned = new Set(pageIds)
      return recheck((_identity, pageId) => concerned.has(pageId))
    },

    async close() {
      gateway.stopReading()
      await gateway.settle()
      await queue.close()
      pacing.close()
      const closing = autoVersions.close()
      // What it waits for may stand behind many who read: it is left undone.
      await turns.close()
      await closing
      const sockets = gateway.countSockets()
      host.tellAll(() => ({
        type: 'server-stopping',
        comeBackInMs: computeComeBackMs(sockets, Math.random),
      }))
      host.close()
      httpCursors.close()
      await gateway.close()
      await snapshots.close()
    },
  }
}

/** A connection in a log line: no name, no token, no text. */
function describe({ document, context }: PageConnection) {
  return { pageId: document.name, connectionId: context.connectionId, userId: context.identity?.userId }
}
