import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { createAccess } from './access/access.ts'
import { createAccessTokens } from './auth/access-tokens.ts'
import { acceptApiKeys, createAuthenticateApiKey } from './auth/api-keys.ts'
import { createAuthenticate } from './auth/authenticate.ts'
import { createExternalAuthentication } from './auth/external/external-authentication.ts'
import { loadOrCreateJwtSecret } from './auth/jwt-secret.ts'
import { type Config, ConfigError } from './config.ts'
import { connectDatabase } from './database/connect.ts'
import { startEmbeddedPostgres } from './database/embedded/embedded-postgres.ts'
import { createTransact } from './database/transaction.ts'
import { toUpdate } from './documents/content.ts'
import { createDocuments, type DocumentLimits } from './documents/documents.ts'
import { prepareToClose } from './http/close-http-app.ts'
import { createHttpApp } from './http/http-app.ts'
import { createOriginPolicy } from './http/origin-policy.ts'
import { type ConnectionLimits, createAddressOf } from './operations/connection-limits.ts'
import type { Logger } from './operations/logger.ts'
import { createMetrics } from './operations/metrics.ts'
import { createReadiness } from './operations/readiness.ts'
import { every } from './operations/timers.ts'
import { createRealtime, type Realtime } from './realtime/realtime.ts'
import { createAccountOperations } from './workspace/accounts.ts'
import { createAuditOperations } from './workspace/audit.ts'
import { createCommentOperations } from './workspace/comments.ts'
import { readConversationRevision } from './workspace/conversations.ts'
import { createDriveOperations } from './workspace/drives.ts'
import { createDuplicatePage } from './workspace/duplicate-page.ts'
import type { AccessChangedEvent, WorkspaceEvent } from './workspace/events.ts'
import { createFavouriteOperations } from './workspace/favourites.ts'
import { createDiskStorage } from './workspace/files/disk-storage.ts'
import { createFileSweeper } from './workspace/files/file-sweeper.ts'
import { createFileOperations } from './workspace/files/files.ts'
import { createS3Storage } from './workspace/files/s3-storage.ts'
import { createShareFiles } from './workspace/files/share-files.ts'
import { createGrantOperations } from './workspace/grants.ts'
import { createMemberOperations } from './workspace/members.ts'
import { createMessageOperations, keepAnswer } from './workspace/messages.ts'
import { createMovePage } from './workspace/move-page.ts'
import { createNotificationOperations } from './workspace/notifications.ts'
import { createOwnAccountOperations } from './workspace/own-account.ts'
import { createPageLists } from './workspace/page-lists.ts'
import { createPageTexts } from './workspace/page-texts.ts'
import { createPageOperations } from './workspace/pages.ts'
import { createRecentPages } from './workspace/recent-pages.ts'
import { createSearch } from './workspace/search.ts'
import { createServiceAccountOperations } from './workspace/service-accounts.ts'
import { createShareLinkOperations, createUnlockShareLink } from './workspace/share-links.ts'
import { createStreamSweeper } from './workspace/stream-sweeper.ts'
import { createStreamOperations } from './workspace/streams.ts'
import { createTrashOperations } from './workspace/trash.ts'
import { createTrashPurge } from './workspace/trash-purge.ts'
import { WELCOME_PAGE } from './workspace/welcome-page.ts'

/** A running server. */
export interface CopydeskServer {
  /** Where it listens, for example `http://localhost:3000`. */
  readonly url: string
  /** Says something to everybody who is connected: up to 500 characters. For whoever runs this process in their own. */
  announce(message: string): void
  /** What is held for Socket.IO connections, counted. */
  countHeld: Realtime['countHeld']
  /** Commits and acknowledges what has come in, then stops everything that was started. */
  close(): Promise<void>
}

export interface ServerDeps {
  readonly logger: Logger
  /** Where the built editor lies. */
  readonly editorDirectory: string
  /** Other limits than the documented ones, for tests. */
  readonly documentLimits?: DocumentLimits
  /** Another bound than the documented one for streams whose authors are silent, ms, for tests. */
  readonly streamSilenceMs?: number
}

/**
 * Builds and connects every part, and listens.
 * @throws ConfigError, DatabaseUnusableError, or one of the embedded PostgreSQL's errors; whatever had
 * been started by then is stopped again
 */
export async function createServer(
  config: Config,
  { logger, editorDirectory, documentLimits, streamSilenceMs }: ServerDeps,
): Promise<CopydeskServer> {
  const started: (() => Promise<void>)[] = []
  let isStopping = false
  const stopAll = async () => {
    isStopping = true
    for (const stop of started.splice(0).reverse()) {
      // What cannot be stopped must not keep the rest, the database least of all, from being stopped.
      await stop().catch((error: unknown) => logger.error({ err: error }, 'a part could not be stopped'))
    }
  }

  try {
    const databaseUrl = config.databaseUrl ?? (await startOwnPostgres())
    const database = await connectDatabase(databaseUrl, logger)
    started.push(database.close)
    const { db } = database

    const secret = config.jwtSecret ?? (await loadOrCreateJwtSecret(config.dataDir))
    const tokens = createAccessTokens(secret)
    const external =
      config.externalIdentity && (await createExternalAuthentication(config.externalIdentity, { db, logger }))
    const authenticate = createAuthenticate(db, tokens, external)
    const authenticateApiKey = createAuthenticateApiKey(db)
    const access = createAccess(db)
    const isOriginAllowed = createOriginPolicy(config)
    const metrics = createMetrics()

    const transact = createTransact<WorkspaceEvent>(db, publish)
    const drives = createDriveOperations(db, transact)
    const members = createMemberOperations(db, transact)
    const audit = createAuditOperations(db)
    const pages = createPageOperations(db, transact)
    const grants = createGrantOperations(db, transact)
    const movePage = createMovePage(transact)
    const trashPurge = createTrashPurge({ db, every, logger })
    const trash = createTrashOperations({ db, transact, erased: trashPurge.wake })
    const recentPages = createRecentPages({ db, now: () => new Date(), every, logger })
    started.push(trashPurge.close, recentPages.close)
    const storage =
      config.s3 === undefined ? createDiskStorage(join(config.dataDir, 'files')) : createS3Storage(config.s3)
    const files = createFileOperations({ db, storage, limits: config.fileLimits })
    const fileSweeper = createFileSweeper({ files, every, logger })
    started.push(fileSweeper.close)
    const unlock = createUnlockShareLink(db)
    const shareLinks = createShareLinkOperations({ db, transact, unlock, secret })
    const ownAccount = createOwnAccountOperations(db, transact)
    const messages = createMessageOperations(db, transact)
    const notifications = createNotificationOperations(db, transact)
    const serviceAccounts = createServiceAccountOperations(db, transact)
    const streams = createStreamOperations({ db, transact, keepAnswer })
    const welcomePage = { title: WELCOME_PAGE.title, update: toUpdate(WELCOME_PAGE.content) }
    const accounts = createAccountOperations({ db, transact, unlock, welcomePage })

    const connections: ConnectionLimits = {
      perUser: config.connectionsPerUser,
      perAddress: config.connectionsPerAddress,
      addressOf: createAddressOf(config.trustedProxies),
    }
    const documents = createDocuments({
      ...{ database, authenticate, access, isOriginAllowed, logger, metrics },
      historyRetentionDays: config.historyRetentionDays,
      limits: documentLimits,
      shareFiles: createShareFiles(db),
      connections,
      contentCommitted(pageId, seq, userIds) {
        realtime.contentCommitted(pageId, seq, userIds)
        pageTexts.pageChanged(pageId)
      },
    })
    const pageTexts = createPageTexts({
      ...{ db, readText: documents.readText, logger },
      mentioned: notifications.tellMentioned,
    })
    const comments = createCommentOperations({ db, transact, anchors: documents.commentAnchors, logger })
    // The listener is closed behind the documents: it waits for their sockets.
    let closeHttp: (() => Promise<void>) | undefined
    started.push(
      pageTexts.close,
      async () => closeHttp?.(),
      documents.close,
      async () => pageTexts.stop(),
    )
    const http = await createHttpApp({
      ...{
        accounts,
        ownAccount,
        drives,
        files,
        members,
        audit,
        pages,
        grants,
        movePage,
        trash,
        recentPages,
        messages,
        comments,
        notifications,
        serviceAccounts,
        shareLinks,
        streams,
        tokens,
        authenticateApiKey,
        isOriginAllowed,
        metrics,
        editorDirectory,
        logger,
      },
      pageLists: createPageLists(db),
      favourites: createFavouriteOperations(db, transact),
      duplicatePage: createDuplicatePage({ db, transact, readState: documents.readState }),
      authenticate: acceptApiKeys(authenticate, authenticateApiKey),
      maxFileBytes: config.fileLimits.perFile,
      content: documents.content,
      sync: documents.sync,
      search: createSearch(db),
      versions: documents.versions,
      readAuthors: documents.readAuthors,
      readiness: createReadiness(database, logger),
      attemptsPerMinute: config.signInAttemptsPerMinute,
      requestLimits: config,
      allowedOrigins: config.allowedOrigins,
      publicUrl: config.publicUrl,
      trustedProxies: config.trustedProxies,
      isStopping: () => isStopping,
    })
    closeHttp = prepareToClose(http)
    const realtime = createRealtime({
      ...{ authenticate, access, isOriginAllowed, logger, metrics },
      httpServer: http.server,
      ...{ pages, movePage, trash, messages, comments, notifications, streams },
      pageOpened: recentPages.opened,
      readRevision: drives.readRevision,
      limits: connections,
      readMessagesRevision: (pageId) => readConversationRevision(db, pageId),
    })
    started.push(realtime.close)
    const streamSweeper = createStreamSweeper({ streams, logger, silenceMs: streamSilenceMs })
    started.push(streamSweeper.close)

    /** After a commit: tell those who follow, then decide again for those whose access it may have changed. */
    function publish(events: readonly WorkspaceEvent[]): void {
      realtime.publish(events.filter((event) => event.kind === 'fact'))
      for (const event of events) {
        if (event.kind === 'fact' && (event.name === 'page_created' || event.name === 'page_updated'))
          pageTexts.pageNamed(event.payload.page.id)
        if (event.kind !== 'access-changed') continue
        const { scope } = event
        Promise.all(recheck(scope)).catch((error: unknown) =>
          logger.error({ err: error }, 'an access change is not in force everywhere'),
        )
      }
    }

    function recheck(scope: AccessChangedEvent['scope']): Promise<void>[] {
      switch (scope.by) {
        case 'session':
          return [documents.recheckSessions(scope.sessionIds), realtime.recheckSessions(scope.sessionIds)]
        case 'page':
          return [documents.recheckPages(scope.pageIds), realtime.recheckPages(scope.pageIds)]
        case 'user':
          return [documents.recheckUsers(scope.userIds), realtime.recheckUsers(scope.userIds)]
        case 'drive':
          return [
            realtime.recheckDrive(scope.driveId),
            ...[documents.recheckPages(scope.pageIds), realtime.recheckPages(scope.pageIds)],
          ]
      }
    }

    http.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      const path = request.url?.split('?')[0]
      // From here on Node does not listen any more: a peer that resets the connection would end the process.
      socket.on('error', () => socket.destroy())
      if (path === '/collaboration') documents.handleUpgrade(request, socket, head)
      else if (!path?.startsWith('/socket.io/'))
        // Nobody waits for the peer to close its side as well: nothing would end that.
        socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n', () => socket.destroy())
    })
    await http.listen({ host: config.host, port: config.port }).catch((error: NodeJS.ErrnoException) => {
      throw new ConfigError(explainListening(config, error), { cause: error })
    })
    trashPurge.wake()
    const { port } = http.server.address() as { port: number }
    return {
      url: config.publicUrl ?? `http://${displayHost(config.host)}:${port}`,
      announce: realtime.announce,
      countHeld: realtime.countHeld,
      close: stopAll,
    }
  } catch (error) {
    await stopAll()
    throw error
  }

  async function startOwnPostgres(): Promise<string> {
    const postgres = await startEmbeddedPostgres({ dataDir: config.dataDir, logger })
    started.push(postgres.stop)
    return postgres.url
  }
}

/** What to do about an address that cannot be listened on. */
function explainListening({ host, port }: Config, { code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} is in use. Stop what uses it, or choose another: PORT=3001 npm start`
    case 'EACCES':
      return `Port ${port} needs rights that this process does not have. Choose one above 1023: PORT=3000 npm start`
    default:
      return `Cannot listen on HOST=${host} PORT=${port}: ${message}. HOST must be an address of this machine, such as 127.0.0.1 or 0.0.0.0.`
  }
}

/** The host as a person would type it. */
function displayHost(host: string): string {
  return ['127.0.0.1', '0.0.0.0', '::', '::1'].includes(host) ? 'localhost' : host
}
