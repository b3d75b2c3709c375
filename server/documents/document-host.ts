import { type Connection, type Document, Hocuspocus } from '@hocuspocus/server'
import * as Y from 'yjs'
import { CLOSE_REASONS, type CloseReason } from '../../shared/protocol/close-reasons.ts'
import type { Identity } from '../auth/identity.ts'
import type { Logger } from '../operations/logger.ts'
import type { Admission, Admit } from './admission.ts'
import type { CommitLog } from './commit-log.ts'
import type { CommitQueue } from './commit-queue.ts'
import type { ConnectionContext } from './connection-context.ts'
import { type AwarenessStates, type CursorIdentity, createCursorIdentity } from './cursor-identity.ts'
import { DocumentError } from './errors.ts'
import { loadPage } from './load-page.ts'

export interface DocumentHostDeps {
  readonly admit: Admit
  readonly log: Pick<CommitLog, 'read'>
  readonly queue: Pick<CommitQueue, 'commit'>
  readonly pageIdle: (pageId: string) => void
  readonly logger: Pick<Logger, 'info' | 'error'>
}

/** Runs Hocuspocus with our rules: who gets in, what is committed before it counts, whose cursor is whose. */
export interface DocumentHost {
  readonly hocuspocus: Hocuspocus<ConnectionContext>
  /** Decides again for every open connection that `concerns` picks. */
  recheckAccess(concerns: (identity: Identity, pageId: string) => boolean): Promise<void>
  /** Resolves when every frame that has been read is committed and acknowledged, or refused. */
  settle(): Promise<void>
}

type PageConnection = Connection<ConnectionContext>

export function createDocumentHost(deps: DocumentHostDeps): DocumentHost {
  const cursorsByDocument = new WeakMap<Document, CursorIdentity<PageConnection>>()
  let accessChanges = 0

  const hocuspocus = new Hocuspocus<ConnectionContext>({
    quiet: true,

    async onConnect({ documentName }) {
      const refusal = deps.admit.beforeToken(documentName)
      if (refusal !== null) throw toCloseEvent(refusal)
    },

    async onAuthenticate({ token, documentName, connectionConfig, context }) {
      const admittedAt = accessChanges
      const admission = await withStorage(context, () => deps.admit.withToken(token, documentName))
      if (admission.kind === 'refused') throw toCloseEvent(admission.reason)
      connectionConfig.readOnly = admission.readOnly
      return { identity: admission.identity, admittedAt }
    },

    async onLoadDocument({ documentName, document, context }) {
      await withStorage(context, () => loadPage(deps.log, documentName, document))
    },

    async connected({ connection, context }) {
      const document = connection.document
      connection.onClose(() => cursorsOf(document).release(connection))
      // While the page was loading, the access may have changed without this connection being there yet.
      if (context.admittedAt !== accessChanges) await redecide(connection)
    },

    async beforeSync({ type, payload, connection, document, documentName, context }) {
      if (connection.readOnly || !addsSomething(type, payload, document)) return
      const { userId } = requireIdentity(context)
      await withStorage(context, () => deps.queue.commit({ pageId: documentName, userId, update: payload }))
    },

    async beforeHandleAwareness({ states, connection, document }) {
      if (connection === undefined) return
      cursorsOf(document).enforce(connection, requireIdentity(connection.context), states as AwarenessStates)
    },

    async onTokenSync({ token, documentName, connection, context }) {
      const admission = await withStorage(context, () => deps.admit.withToken(token, documentName))
      const other =
        admission.kind === 'admitted' && admission.identity.userId !== requireIdentity(context).userId
      apply(connection, other ? { kind: 'refused', reason: 'token-invalid' } : admission)
    },

    async afterUnloadDocument({ documentName }) {
      deps.pageIdle(documentName)
    },
  })

  function cursorsOf(document: Document): CursorIdentity<PageConnection> {
    let cursors = cursorsByDocument.get(document)
    if (cursors === undefined) {
      cursors = createCursorIdentity()
      cursorsByDocument.set(document, cursors)
    }
    return cursors
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
      if (CLOSE_REASONS[reason].retry) context.closeSocket(reason)
      throw toCloseEvent(reason)
    }
  }

  async function redecide(connection: PageConnection): Promise<void> {
    try {
      apply(connection, await deps.admit.again(requireIdentity(connection.context), connection.document.name))
    } catch (error) {
      // Not knowing is not a yes: they come back and are decided then.
      deps.logger.error({ err: error }, 'access could not be decided again')
      connection.readOnly = true
      connection.context.closeSocket('storage-unavailable')
    }
  }

  return {
    hocuspocus,

    async recheckAccess(concerns) {
      accessChanges++
      const touched = connectionsOf(hocuspocus).filter(({ context, document }) =>
        concerns(requireIdentity(context), document.name),
      )
      await Promise.all(touched.map(redecide))
    },

    async settle() {
      await Promise.all(connectionsOf(hocuspocus).map((connection) => connection.waitForPendingMessages()))
    },
  }
}

/** Puts a decision into force on an open connection. */
function apply(connection: PageConnection, admission: Admission): void {
  if (admission.kind === 'refused') {
    // Frames that were read already are still in its queue: they must not be written any more.
    connection.readOnly = true
    connection.close(toCloseEvent(admission.reason))
  } else if (admission.readOnly !== connection.readOnly) {
    // A stock client learns its scope only when it connects: sent away, it comes back with the new one.
    connection.readOnly = admission.readOnly
    connection.context.closeSocket('access-changed')
  }
}

/**
 * Whether a sync message changes the document. The answer to a state vector (step 2) repeats every
 * deletion each time a client connects: writing that down again would only make the log longer.
 */
function addsSomething(type: number, payload: Uint8Array, document: Y.Doc): boolean {
  if (type === STEP_2) return !Y.snapshotContainsUpdate(Y.snapshot(document), payload)
  return type === UPDATE
}

/** From y-protocols/sync. */
const STEP_2 = 1
const UPDATE = 2

function connectionsOf(hocuspocus: Hocuspocus<ConnectionContext>): PageConnection[] {
  return [...hocuspocus.documents.values()].flatMap(
    (document) => document.getConnections() as PageConnection[],
  )
}

function requireIdentity(context: ConnectionContext): Identity {
  if (context.identity === undefined) throw new Error('a document connection without an identity')
  return context.identity
}

/** What Hocuspocus sends to the client when a hook throws it. Not an Error: that, it would also print. */
function toCloseEvent(reason: CloseReason): { code: number; reason: CloseReason } {
  return { code: CLOSE_REASONS[reason].code, reason }
}
