import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import { WebSocket } from 'ws'
import * as Y from 'yjs'
import { DOCUMENT_FRAGMENT } from '../../../shared/document/fragment.ts'
import { CLOSE_REASONS, isCloseReason } from '../../../shared/protocol/close-reasons.ts'
import { FORGED_BY } from '../authors/forging.ts'
import type { Line } from '../network/line.ts'
import type { ClientIndex, EditIndex, PageIndex } from '../record.ts'
import type { Recorder } from '../recorder.ts'
import type { Account } from '../world/server-under-test.ts'
import { createAcknowledgements } from './acknowledgements.ts'
import { readFrame } from './frames.ts'
import { createIntruder, type Intruder } from './intruder.ts'

/** Changes with this origin are the client's own, and can be undone. */
const OWN_CHANGE = Symbol('own change')
const SAVED_COPY = Symbol('saved copy')

/** A page that a simulated client has open: a stock provider on a real socket, with everything written down. */
export interface OpenPage {
  readonly page: PageIndex
  readonly doc: Y.Doc
  readonly fragment: Y.XmlFragment
  readonly undoManager: Y.UndoManager
  readonly provider: HocuspocusProvider
  /** Changes the document as this client; every update that comes of it is one edit. */
  edit(behaviour: string, run: number | null, change: () => void): void
  undo(): void
  redo(): void
  /** Connected, and in exchange with the server. */
  readonly isOpen: boolean
  /** Everything written here is acknowledged or refused. */
  readonly isSettled: boolean
  /** Edits that are neither acknowledged nor refused. */
  readonly unacknowledged: number
  /** Whether the server put this client out for good. */
  readonly isRefused: boolean
  /** Whether it is open, and the server has said that this client may write. */
  readonly mayWrite: boolean
  goOffline(): void
  comeBack(): void
  /** Resolves when the socket that there is now has closed, at once if there is none. */
  socketClosed(): Promise<void>
  /** Closes the page and answers what IndexedDB would hold. */
  close(): SavedCopy
}

/** What is left of a closed page on the client's own device. */
export interface SavedCopy {
  readonly update: Uint8Array
  /** What it holds that the server had not acknowledged. */
  readonly unacknowledged: readonly EditIndex[]
}

export interface OpenPageDeps {
  readonly client: ClientIndex
  readonly page: PageIndex
  readonly pageId: string
  readonly account: Account
  readonly url: URL
  readonly documentPath: string
  readonly line: Line
  readonly recorder: Recorder
  /** The Yjs client id, chosen by the seed: it decides the order of what is typed at one place at one time. */
  readonly yjsClient: number
  readonly savedCopy?: SavedCopy
  /** Whether the client goes on trying when it has been put out. */
  readonly insists: boolean
}

/** How soon the provider comes back after a lost connection, ms: as people notice, but not all at once. */
const RECONNECT = { delay: 100, minDelay: 100, maxDelay: 1_500 }

/** Opens a page; it connects by itself and comes back by itself. */
export function openPage(deps: OpenPageDeps): OpenPage {
  const { client, page, account, recorder, line } = deps
  const doc = new Y.Doc()
  doc.clientID = deps.yjsClient
  recorder.addYjsClient(client, page, doc.clientID)
  const fragment = doc.getXmlFragment(DOCUMENT_FRAGMENT)
  if (deps.savedCopy !== undefined) Y.applyUpdate(doc, deps.savedCopy.update, SAVED_COPY)
  const undoManager = new Y.UndoManager(fragment, {
    trackedOrigins: new Set([OWN_CHANGE]),
    captureTimeout: 300,
  })

  /** Neither acknowledged nor refused, with the bytes of those whose frame may still go out. */
  const unacknowledged = new Set<EditIndex>(deps.savedCopy?.unacknowledged ?? [])
  const editsByBytes = new Map<string, EditIndex>()
  const everSent = new Set<EditIndex>()
  let behaviour = 'other'
  let run: number | null = null
  let isOpen = false
  let isRefused = false
  let isClosing = false
  let intruder: Intruder | undefined
  let closed: Promise<void> = Promise.resolve()

  doc.on('update', (update: Uint8Array, origin: unknown) => {
    if (origin === provider || origin === SAVED_COPY) return
    const edit = recorder.edited({ client, page, behaviour, run, update })
    unacknowledged.add(edit)
    editsByBytes.set(keyOf(update), edit)
    intruder?.write()
  })
  doc.on('afterTransaction', (transaction: Y.Transaction) => {
    if (transaction.origin === provider) recorder.shown(client, page, transaction)
  })

  class RecordedSocket extends WebSocket {
    readonly #acknowledgements = createAcknowledgements<EditIndex>({
      answered(edit, isStored) {
        recorder.answered(edit, isStored)
        unacknowledged.delete(edit)
      },
    })

    constructor(address: string) {
      super(address, { agent: line.agent, perMessageDeflate: false })
      // The provider takes its own listener off before it closes a socket that is still connecting.
      this.on('error', () => undefined)
      closed = new Promise((resolve) => this.once('close', () => resolve()))
      this.on('message', (data: ArrayBuffer) => {
        const frame = readFrame(new Uint8Array(data))
        if (frame.kind === 'status') this.#acknowledgements.received(frame.isStored)
        else if (frame.kind !== 'other') recorder.shownDeletions(client, page, frame.update)
      })
    }

    override send(data: Uint8Array): void {
      const frame = readFrame(data)
      if (frame.kind === 'update') {
        const edit = editsByBytes.get(keyOf(frame.update))
        editsByBytes.delete(keyOf(frame.update))
        const edits = edit === undefined ? [] : [edit]
        this.#acknowledgements.sent({ edits, mayOvertake: mayBeNothingNew(edit) })
        this.#note(edits)
      } else if (frame.kind === 'answer') {
        const edits = [...unacknowledged]
        this.#acknowledgements.sent({ edits, mayOvertake: true })
        this.#note(edits)
      }
      super.send(data)
    }

    #note(edits: readonly EditIndex[]): void {
      for (const edit of edits) {
        recorder.sent(edit)
        everSent.add(edit)
      }
    }
  }

  /** What was sent before, or only deletes, may be nothing new to the server. */
  function mayBeNothingNew(edit: EditIndex | undefined): boolean {
    return edit === undefined || everSent.has(edit) || recorder.isDeletion(edit)
  }

  const url = new URL(deps.documentPath, deps.url)
  url.protocol = deps.url.protocol === 'https:' ? 'wss:' : 'ws:'
  const socket = new HocuspocusProviderWebsocket({
    url: url.href,
    WebSocketPolyfill: RecordedSocket,
    ...RECONNECT,
  })
  const provider: HocuspocusProvider = new HocuspocusProvider({
    websocketProvider: socket,
    name: deps.pageId,
    document: doc,
    token: () => account.accessToken(),
    onSynced: () => {
      isOpen = true
      const state = provider.authorizedScope === 'readonly' ? 'open-readonly' : 'open'
      recorder.connection({ client, transport: 'document', page, state, reason: '', ours: false })
    },
    onAuthenticated: ({ scope }) => {
      if (isOpen && scope === 'readonly')
        recorder.connection({
          ...{ client, transport: 'document', page, state: 'open-readonly', reason: '', ours: false },
        })
    },
    onAwarenessChange: ({ states }) => {
      for (const { clientId, user, [FORGED_BY]: forger } of states) {
        if (clientId === doc.clientID) continue
        const { id = null, name = null } = (user ?? {}) as { id?: string; name?: string }
        const forgedBy = typeof forger === 'number' ? forger : null
        recorder.caret({ page, seenBy: client, yjsClient: clientId, userId: id, userName: name, forgedBy })
      }
    },
    onAuthenticationFailed: ({ reason }) => refuse(reason),
    onClose: ({ event: { code, reason } }) => {
      const word = reason === '' ? `code ${code}` : reason
      noteClosed(word)
      if (isCloseReason(reason) && !CLOSE_REASONS[reason].retry) refuse(reason)
      else if (socket.webSocket?.readyState === WebSocket.OPEN && !isClosing) reconnect()
    },
  })
  provider.attach()
  account.onRenewed(() => {
    if (isOpen) void provider.sendToken()
  })

  function noteClosed(reason: string): void {
    if (!isOpen) return
    isOpen = false
    recorder.connection({ client, transport: 'document', page, state: 'closed', reason, ours: isClosing })
  }

  /** The server closed the page alone and left the socket open: the provider would wait there for ever. */
  function reconnect(): void {
    socket.disconnect()
    setTimeout(() => {
      if (!isClosing) void socket.connect()
    }, RECONNECT.delay)
  }

  function refuse(reason: string): void {
    if (isCloseReason(reason) && CLOSE_REASONS[reason].retry) return
    if (!isRefused)
      recorder.connection({ client, transport: 'document', page, state: 'refused', reason, ours: false })
    isRefused = true
    isOpen = false
    if (!deps.insists || isClosing) return
    intruder ??= createIntruder({
      ...{ url, line, doc, pageId: deps.pageId, accessToken: account.accessToken },
      succeeded: (what) => recorder.intrusion(client, page, what),
      turnedAway: (reason) =>
        recorder.connection({ client, transport: 'document', page, state: 'refused', reason, ours: false }),
    })
  }

  return {
    ...{ page, doc, fragment, undoManager, provider },
    edit(name, burst, change) {
      behaviour = name
      run = burst
      doc.transact(change, OWN_CHANGE)
    },
    undo() {
      behaviour = 'undo'
      run = null
      undoManager.undo()
    },
    redo() {
      behaviour = 'redo'
      run = null
      undoManager.redo()
    },
    get isOpen() {
      return isOpen && !isRefused && socket.webSocket?.readyState === WebSocket.OPEN
    },
    get isSettled() {
      return unacknowledged.size === 0
    },
    get unacknowledged() {
      return unacknowledged.size
    },
    get isRefused() {
      return isRefused
    },
    get mayWrite() {
      return isOpen && !isRefused && provider.authorizedScope !== 'readonly'
    },
    goOffline() {
      isClosing = true
      socket.disconnect()
    },
    comeBack() {
      isClosing = false
      void socket.connect()
    },
    socketClosed: () => closed,
    close() {
      isClosing = true
      intruder?.close()
      noteClosed('closed')
      provider.destroy()
      socket.destroy()
      const copy = { update: Y.encodeStateAsUpdate(doc), unacknowledged: [...unacknowledged] }
      undoManager.destroy()
      doc.destroy()
      return copy
    },
  }
}

const keyOf = (update: Uint8Array) =>
  Buffer.from(update.buffer, update.byteOffset, update.length).toString('latin1')
