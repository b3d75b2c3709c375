import { randomUUID } from 'node:crypto'
import { type Document, Hocuspocus } from '@hocuspocus/server'
import * as Y from 'yjs'
import { keepFormatting } from '../../shared/document/keep-formatting.ts'
import { DOCUMENT_SCHEMA_VERSION } from '../../shared/document/version.ts'
import { CLOSE_REASONS, type CloseReason } from '../../shared/protocol/close-reasons.ts'
import type { PageNotice } from '../../shared/protocol/page-notices.ts'
import type { Identity } from '../auth/identity.ts'
import type { Logger } from '../operations/logger.ts'
import { LONGEST_TIMER_MS } from '../operations/timers.ts'
import type { Admit } from './admission.ts'
import type { CommitLog, SeqRange } from './commit-log.ts'
import { type ConnectionContext, createWritePermit, type WritePermit } from './connection-context.ts'
import { type CursorBoard, createCursorBoard } from './cursor-board.ts'
import { DocumentError } from './errors.ts'
import { endWriting, type LiveAccess, toCloseEvent } from './live-access.ts'
import { loadPage } from './load-page.ts'
import { createLogFollower } from './log-follower.ts'
import type { PageConnection } from './socket-session.ts'

export interface DocumentHostDeps {
  readonly admit: Pick<Admit, 'beforeToken' | 'withToken'>
  readonly access: LiveAccess
  readonly log: Pick<CommitLog, 'read' | 'readRange'>
  readonly pageIdle: (pageId: string) => void
  /** What whoever opens a page should know at once; null if there is nothing. */
  readonly noticeFor: (pageId: string) => PageNotice | null
  /** Calls once after so many milliseconds, unless the answer is called before. */
  readonly after: (ms: number, call: () => void) => () => void
  readonly logger: Pick<Logger, 'info' | 'error'>
}

/** Runs Hocuspocus with our rules: who gets in, and what is shown to whom. Nothing is written here. */
export interface DocumentHost {
  readonly hocuspocus: Hocuspocus<ConnectionContext>
  /** Shows committed updates to everybody who has the page open: one transaction, so one broadcast. */
  apply(pageId: string, updates: readonly Uint8Array[]): void
  /**
   * Notes which `seq`s a commit got. If rows lie before them that this server did not write (another one did,
   * or a commit was given up here and finished there all the same), they are read from the log and shown.
   */
  committed(pageId: string, range: SeqRange): void
  /**
   * Sends everybody on a page away to come back to it as the log has it: what is in memory may lack something,
   * and more of it may yet become visible.
   */
  readAgain(pageId: string): void
  /** Tells everybody who has a page open. */
  tell(pageId: string, notice: PageNotice): void
  /** Tells everybody on every page; whoever has several pages open is told the same for all of them. */
  tellAll(makeNotice: () => PageNotice): void
  /** Sends those away who had something refused because the page was full: they come back with all they have. */
  inviteBack(pageId: string): void
  /** The bytes of a page that somebody has open, encoded; null for another. */
  measure(pageId: string): number | null
  /** How many connections a page has. */
  countPeople(pageId: string): number
  /** The cursors on a page that somebody has open. */
  cursorsOf(document: Document): CursorBoard<object>
  /** What an open page was loaded from, as one update, if it still holds just that and was loaded lately. */
  storedStateOf(document: Document): Uint8Array | null
  /**
   * Decides again for every open connection that `concerns` picks, and for those who write without
   * one: `waiting` are permits whose connection may be gone but whose changes still wait.
   */
  recheckAccess(
    concerns: (identity: Identity, pageId: string) => boolean,
    waiting: Iterable<WritePermit>,
  ): Promise<void>
  close(): void
}

export function createDocumentHost(deps: DocumentHostDeps): DocumentHost {
  const boards = new WeakMap<Document, CursorBoard<object>>()
  /** Documents that are being read from the log: Hocuspocus lists them only afterwards. */
  const loading = new Map<string, Document>()
  /** Documents that lack something which the log has: nobody may be let in to them any more. */
  const stale = new WeakSet<Document>()
  /** What documents were loaded from, for as long as that is what they hold. */
  const storedStates = new WeakMap<Document, Uint8Array>()
  const follower = createLogFollower({
    log: deps.log,
    show: (document, updates) => show(document, updates),
    after: deps.after,
    cannotFollow: (pageId) => sendAway(pageId, 'page-reloading'),
    logger: deps.logger,
  })

  const hocuspocus = new Hocuspocus<ConnectionContext>({
    quiet: true,
    // Its idle timeout does not see the frames that we take: the gateway's heartbeat does that work.
    timeout: LONGEST_TIMER_MS,

    async onConnect({ documentName }) {
      const refusal = deps.admit.beforeToken(documentName)
      if (refusal !== null) throw toCloseEvent(refusal)
    },

    async onAuthenticate({ token, documentName, connectionConfig, context }) {
      const admittedAt = deps.access.countChanges()
      const admission = await withStorage(context, () => deps.admit.withToken(token, documentName))
      if (admission.kind === 'refused') throw toCloseEvent(admission.reason)
      if (!context.socket.takeSeat(admission.identity.userId)) throw toCloseEvent('too-many-connections')
      connectionConfig.readOnly = admission.readOnly || context.socket.isOutdated
      const { identity, until, accessUntil } = admission
      const permit = createWritePermit(identity, documentName, 'editor')
      const connectionId = createConnectionId()
      // Not returned: Hocuspocus would merge it with spreads, and each context get a hidden class of its own from V8.
      Object.assign(context, { identity, permit, until, accessUntil, connectionId, admittedAt })
    },

    async onLoadDocument({ documentName, document, context }) {
      // What is committed from here on is applied to it as well: the read may have begun too early to see it.
      loading.set(documentName, keepFormatting(document))
      try {
        const opening = (state: Uint8Array) => answerEarly(context, document, state)
        const { seq } = await withStorage(context, () => loadPage(deps.log, documentName, document, opening))
        follower.loaded(document, seq)
      } catch (error) {
        loading.delete(documentName)
        throw error
      }
    },

    async connected({ connection, context }) {
      const document = connection.document
      if (loading.get(document.name) === document) loading.delete(document.name)
      connection.onClose(() => cursorsOf(document).remove(connection))
      if (stale.has(document)) {
        connection.close(toCloseEvent('page-reloading'))
        context.socket.closeFor('page-reloading')
        return
      }
      await deps.access.follow(connection)
      // Whoever lost the page in that time has been put off it again.
      if (!document.hasConnection(connection)) return
      context.socket.opened(connection)
      if (context.socket.isOutdated) {
        const outdated: PageNotice = { type: 'editor-outdated', schemaVersion: DOCUMENT_SCHEMA_VERSION }
        connection.sendStateless(JSON.stringify(outdated))
      }
      const notice = deps.noticeFor(document.name)
      if (notice !== null) connection.sendStateless(JSON.stringify(notice))
    },

    async beforeSync({ type, connection }) {
      // The only way to change a page leads through the commit queue. What gets here can only be refused.
      if (type !== STATE_VECTOR && !connection.readOnly) throw toCloseEvent('malformed-frame')
    },

    async onTokenSync({ token, documentName, connection, context }) {
      const asked = deps.access.ask()
      const admission = await withStorage(context, () => deps.admit.withToken(token, documentName))
      deps.access.renew(connection, admission, asked)
    },

    async afterUnloadDocument({ documentName }) {
      // Whoever asked for it may have left before it was there. If it is read again already, that one stays.
      if (!hocuspocus.loadingDocuments.has(documentName)) loading.delete(documentName)
      deps.pageIdle(documentName)
    },
  })

  function cursorsOf(document: Document): CursorBoard<object> {
    let board = boards.get(document)
    if (board === undefined) {
      board = createCursorBoard(document.awareness, () => document.getConnectionsCount())
      boards.set(document, board)
    }
    return board
  }

  /** Sends the page to whoever opened it before it is loaded here, which would take them as long again. */
  async function answerEarly(context: ConnectionContext, document: Document, state: Uint8Array) {
    storedStates.set(document, state)
    setTimeout(() => storedStates.delete(document), STORED_STATE_MS).unref()
    if (context.admittedAt !== deps.access.countChanges() || stale.has(document)) return
    // What is sent leaves at the end of the turn.
    if (context.socket.answerEarly(document.name, state))
      await new Promise((resolve) => setImmediate(resolve))
  }

  /** Puts everybody off a page and closes their sockets: they come back to it as the log has it. */
  function sendAway(pageId: string, reason: CloseReason): void {
    const document = hocuspocus.documents.get(pageId) ?? loading.get(pageId)
    if (document !== undefined) stale.add(document)
    for (const connection of connectionsOf(hocuspocus)) {
      if (connection.document.name !== pageId) continue
      endWriting(connection, reason)
      // Off the page now, so that it is unloaded before the first of them is back.
      connection.close(toCloseEvent(reason))
      connection.context.socket.closeFor(reason)
    }
  }

  /** Runs something that needs the database; if it fails for that, the client is sent away to come back. */
  async function withStorage<Result>(
    context: ConnectionContext,
    work: () => Promise<Result>,
  ): Promise<Result> {
    try {
      return await work()
    } catch (error) {
      const reason = error instanceof DocumentError ? error.code : 'storage-unavailable'
      deps.logger.error({ err: error, reason }, 'a document connection ends')
      if (CLOSE_REASONS[reason].retry) context.socket.closeFor(reason)
      throw toCloseEvent(reason)
    }
  }

  function show(document: Document, updates: readonly Uint8Array[]): void {
    storedStates.delete(document)
    try {
      document.transact(() => {
        for (const update of updates) Y.applyUpdate(document, update, COMMITTED)
      }, COMMITTED)
      // Only after the senders have been told that their updates are in; still before the text leaves.
      const board = boards.get(document)
      if (board !== undefined) queueMicrotask(board.textShown)
    } catch (error) {
      // It is committed, so the log is right and what is in memory is not.
      deps.logger.error({ err: error, pageId: document.name }, 'a committed update could not be applied')
      sendAway(document.name, 'page-reloading')
    }
  }

  const find = (pageId: string) => hocuspocus.documents.get(pageId) ?? loading.get(pageId)
  const peopleOn = (pageId: string) =>
    (hocuspocus.documents.get(pageId)?.getConnections() ?? []) as PageConnection[]

  return {
    hocuspocus,
    cursorsOf,
    storedStateOf: (document) => storedStates.get(document) ?? null,
    countPeople: (pageId) => hocuspocus.documents.get(pageId)?.getConnectionsCount() ?? 0,

    apply(pageId, updates) {
      const document = find(pageId)
      if (document !== undefined) show(document, updates)
    },

    committed(pageId, range) {
      const document = find(pageId)
      if (document !== undefined) follower.committed(document, range)
    },

    readAgain(pageId) {
      follower.doubt(pageId)
      sendAway(pageId, 'storage-unavailable')
    },

    tell(pageId, notice) {
      const payload = JSON.stringify(notice)
      for (const connection of peopleOn(pageId)) connection.sendStateless(payload)
    },

    tellAll(makeNotice) {
      const payloads = new Map<unknown, string>()
      for (const connection of connectionsOf(hocuspocus)) {
        const { webSocket } = connection
        const payload = payloads.get(webSocket) ?? JSON.stringify(makeNotice())
        payloads.set(webSocket, payload)
        connection.sendStateless(payload)
      }
    },

    measure(pageId) {
      const document = hocuspocus.documents.get(pageId)
      return document === undefined ? null : Y.encodeStateAsUpdate(document).byteLength
    },

    inviteBack(pageId) {
      for (const { context } of peopleOn(pageId)) {
        if (context.permit?.isFull === true) context.socket.closeFor('page-reloading')
      }
    },

    recheckAccess: (concerns, waiting) => deps.access.recheck(concerns, connectionsOf(hocuspocus), waiting),

    close: () => follower.close(),
  }
}

/** From y-protocols/sync. */
const STATE_VECTOR = 0
/** How long the bytes that a page was loaded from are kept for others who open it, ms. */
const STORED_STATE_MS = 10_000
/** The origin of what is applied after its commit: Hocuspocus broadcasts it, and has nothing to store. */
const COMMITTED = { source: 'local', skipStoreHooks: true } as const

/** Node puts a UUID together from twenty pieces, which stay until it is first read; as one it is a tenth of that. */
const createConnectionId = (): string => Buffer.from(randomUUID(), 'latin1').toString('latin1')

function connectionsOf(hocuspocus: Hocuspocus<ConnectionContext>): PageConnection[] {
  return [...hocuspocus.documents.values()].flatMap(
    (document) => document.getConnections() as PageConnection[],
  )
}
