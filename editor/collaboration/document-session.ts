/*
 * One open page: its Yjs document, its offline copy and its connection, from opening to leaving.
 *
 *   opening (reads the offline copy, if there may be one) ──▶ running (connected or not, see save-state.ts)
 *   running ──close()──▶ lingering (only while edits are on their way to a server that answers, or are kept nowhere
 *     else) ──▶ closed
 */

import { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import type { SyncAnswer, SyncRequest } from '../../shared/api/sync.ts'
import { keepFormatting } from '../../shared/document/keep-formatting.ts'
import type { KeyValueStore } from '../api/key-value-store.ts'
import { createDocumentConnection } from './document-connection.ts'
import { createHttpSync } from './http-sync.ts'
import { onUpdate } from './incoming-updates.ts'
import { type OfflineCopy, openOfflineCopy } from './offline-copy.ts'
import { createPageConnection, type Network, type PageConnection } from './page-connection.ts'
import { readPageText } from './page-text.ts'
import { createPendingMarks, mayHaveCopy } from './pending-marks.ts'
import {
  computeSaveState,
  INITIAL_FACTS,
  isEditable,
  isGone,
  isReady,
  NONE_WAIT,
  reduceFacts,
  type SaveEvent,
  type SaveFacts,
  type SaveState,
} from './save-state.ts'

export interface DocumentSessionDeps {
  pageId: string
  userId: string
  url: string
  storage: KeyValueStore
  getToken: () => Promise<string>
  renewToken: () => Promise<'renewed' | 'signed-out'>
  onTokenRenewed: (listener: () => void) => () => void
  /** One exchange over plain HTTP, for where WebSockets are blocked. Throws an ApiError. */
  sync: (request: SyncRequest, signal: AbortSignal, onProgress: () => void) => Promise<SyncAnswer>
  network: Network
  now: () => number
}

export interface DocumentView {
  save: SaveState
  /** Whether the text may be shown: it came from this device's copy or from the server. */
  isReady: boolean
  isEditable: boolean
  /** Whether there are edits that the server has not acknowledged. */
  hasUnsaved: boolean
  /** Whether this device keeps what this tab holds, so that the tab may be closed. */
  isKept: boolean
  /** Whether the page comes near the size that a page may have. */
  isNearlyFull: boolean
}

export interface DocumentSession {
  readonly doc: Y.Doc
  readonly awareness: Awareness
  /** Resolves when the server has been asked for the page over a WebSocket; never, where it is not. */
  readonly isAsked: Promise<void>
  getView(): DocumentView
  subscribe(listener: () => void): () => void
  /** Tries to connect now, also after a refusal. */
  retry(): void
  readText(): string
  /** Gives up the unsent edits and removes the text from this device. */
  discard(): Promise<void>
  close(): void
}

/** How long a page that was left stays connected so that its last edits arrive, where this device keeps them besides. */
const LINGER_MS = 10_000

/** Opens a page. Owns everything about it but its appearance. */
export function createDocumentSession(deps: DocumentSessionDeps): DocumentSession {
  const doc = keepFormatting(new Y.Doc())
  const awareness = new Awareness(doc)
  // Read before the copy is opened: a mark that appears later belongs to edits that we have not seen.
  const marks = createPendingMarks(deps.storage, {
    userId: deps.userId,
    pageId: deps.pageId,
    sessionId: String(doc.clientID),
  })
  const listeners = new Set<() => void>()
  let markAsked: () => void
  const isAsked = new Promise<void>((resolve) => {
    markAsked = resolve
  })
  let facts: SaveFacts = INITIAL_FACTS
  let view = computeView(facts)
  let copy: OfflineCopy | null = null
  /** The copy's removal, since the person lost the page. */
  let removal: Promise<void> | null = null
  let connection: PageConnection | null = null
  let lingerTimer: ReturnType<typeof setTimeout> | undefined
  let phase: 'running' | 'lingering' | 'closed' = 'running'

  function apply(event: SaveEvent): void {
    if (phase === 'closed') return
    const before = facts
    facts = reduceFacts(facts, event)
    if (facts === before) return
    if (before.pendingSince !== null && facts.pendingSince === null) marks.clear()
    if (facts.offlineCopy === 'kept') {
      copy?.writeNote({ hasContent: facts.hasContent, access: facts.access, savedAt: facts.savedAt })
    }
    const next = computeView(facts)
    if (!isSameView(view, next)) {
      view = next
      for (const listener of listeners) listener()
    }
    if (phase === 'lingering' && (facts.pendingSince === null || facts.refusal !== null || facts.isRejected))
      finish()
    else if (event.kind === 'refused' && facts.pendingSince === null && isGone(event.reason))
      // What could not be removed stays listed, and is when the person signs out.
      removal = removeCopy().catch(() => undefined)
    else if (event.kind === 'authenticated' && removal !== null) void keepAgain(removal)
  }

  async function removeCopy(): Promise<void> {
    const removed = await opening
    copy = null
    apply({ kind: 'offline-copy-missing' })
    await removed?.remove()
  }

  /** Who was let in again has the text on this device again. */
  async function keepAgain(removed: Promise<void>): Promise<void> {
    removal = null
    await removed
    opening = openCopy()
    // Of what was sent before nothing is pending: else it would not have been removed.
    await takeCopy(null, 0)
  }

  const onEdit = (_update: Uint8Array, origin: unknown): void => {
    if (copy?.isOrigin(origin) || connection?.isOrigin(origin)) return
    const at = deps.now()
    marks.set(at)
    apply({ kind: 'edited', at })
  }

  const openCopy = () =>
    openOfflineCopy(doc, deps, deps.storage, () => apply({ kind: 'offline-copy-missing' }))
  let opening = openCopy()

  async function open(): Promise<void> {
    // Where there is nothing to be read, nothing is waited for.
    if (marks.inheritedSince === null && !mayHaveCopy(deps.storage, deps.userId, deps.pageId)) {
      apply({ kind: 'offline-copy-unknown' })
      connect()
    }
    await takeCopy(marks.inheritedSince, marks.inheritedChanges)
    // Connecting after the copy is read lets the handshake carry everything at once, and count it right.
    if (!connection && phase !== 'closed') connect()
  }

  async function takeCopy(pendingSince: number | null, earlierChanges: number | null): Promise<void> {
    const opened = await opening
    if (phase === 'closed') return opened?.close()
    copy = opened
    if (opened) apply({ kind: 'offline-copy-opened', ...opened.note, pendingSince, earlierChanges })
    else apply({ kind: 'offline-copy-missing' })
  }

  /** An open socket takes it and asks for the page with it. */
  async function getToken(): Promise<string> {
    const token = await deps.getToken()
    setTimeout(markAsked)
    return token
  }

  function connect(): void {
    stopListening.push(onUpdate(doc, onEdit))
    connection = createPageConnection({
      openSocket: (onEvent) => createDocumentConnection({ ...deps, doc, awareness, getToken, onEvent }),
      createHttp: (onEvent) =>
        createHttpSync({
          doc,
          awareness,
          send: deps.sync,
          hasUnsaved: () => facts.pendingSince !== null,
          isHidden: () => document.visibilityState === 'hidden',
          onEvent,
          now: deps.now,
          random: Math.random,
        }),
      onEvent: apply,
      network: deps.network,
      random: Math.random,
    })
  }

  const stopListening = [
    deps.onTokenRenewed(() => (facts.refusal === 'signed-out' ? retry() : connection?.sendToken())),
    listen(window, 'pagehide', () => marks.leave(facts.unsyncedChanges)),
    listen(window, 'offline', () => connection?.checkNetwork()),
    listen(window, 'online', () => connection?.reconnect()),
    listen(document, 'visibilitychange', () => {
      if (document.visibilityState === 'visible' && facts.refusal === null) connection?.reconnect()
    }),
  ]

  function retry(): void {
    if (facts.refusal) apply({ kind: 'retried' })
    connection?.reconnect()
  }

  function finish(): void {
    if (phase === 'closed') return
    phase = 'closed'
    marks.leave(facts.unsyncedChanges)
    clearTimeout(lingerTimer)
    for (const stop of stopListening) stop()
    listeners.clear()
    connection?.close()
    awareness.destroy()
    copy?.close()
    doc.destroy()
  }

  void open()

  return {
    doc,
    awareness,
    isAsked,
    getView: () => view,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    retry,
    readText: () => readPageText(doc),
    async discard() {
      await removeCopy()
      marks.clear()
      facts = { ...facts, pendingSince: null, ...NONE_WAIT }
      finish()
    },
    close() {
      if (phase !== 'running') return
      const isKept = facts.offlineCopy === 'kept'
      const canBeSent =
        facts.refusal === null && !facts.isRejected && (facts.connection === 'open' || !isKept)
      if (facts.pendingSince === null || !canBeSent) return finish()
      phase = 'lingering'
      awareness.setLocalState(null)
      if (isKept) lingerTimer = setTimeout(finish, LINGER_MS)
      // They are here and nowhere else.
      else stopListening.push(listen(window, 'beforeunload', (event) => event.preventDefault()))
    },
  }
}

function computeView(facts: SaveFacts): DocumentView {
  return {
    save: computeSaveState(facts),
    isReady: isReady(facts),
    isEditable: isEditable(facts),
    hasUnsaved: facts.pendingSince !== null,
    isKept: facts.offlineCopy === 'kept',
    isNearlyFull: facts.isNearlyFull,
  }
}

function isSameView(left: DocumentView, right: DocumentView): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}

function listen(target: Window | Document, name: string, listener: (event: Event) => void): () => void {
  target.addEventListener(name, listener)
  return () => target.removeEventListener(name, listener)
}
