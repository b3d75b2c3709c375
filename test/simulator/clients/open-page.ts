import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import { WebSocket } from 'ws'
import type { Awareness } from 'y-protocols/awareness'
import { CLOSE_REASONS, isCloseReason } from '../../../shared/protocol/close-reasons.ts'
import { parsePageNotice } from '../../../shared/protocol/page-notices.ts'
import type { Line } from '../network/line.ts'
import type { ClientIndex, EditIndex, PageIndex } from '../record.ts'
import type { Recorder } from '../recorder.ts'
import type { Account } from '../world/server-under-test.ts'
import { createAcknowledgements } from './acknowledgements.ts'
import { readFrame } from './frames.ts'
import { createIntruder, type Intruder } from './intruder.ts'
import { noteCarets } from './note-carets.ts'
import { createPageDocument, type PageDocument, type SavedCopy } from './page-document.ts'

/** A page that a simulated client has open, with everything written down. */
export interface OpenPage extends Omit<PageDocument, 'answered'> {
  readonly page: PageIndex
  readonly pageId: string
  /** Null where there are no carets. */
  readonly awareness: Awareness | null
  /** Sends a frame of the caller's own making; nothing where there is no WebSocket. */
  sendRaw(frame: Uint8Array): void
  /** Connected, and in exchange with the server. */
  readonly isOpen: boolean
  /** Whether the server put this client out for good. */
  readonly isRefused: boolean
  /** Whether it is open, and the server has said that this client may write. */
  readonly mayWrite: boolean
  goOffline(): void
  comeBack(): void
  /** Resolves when the socket that there is now has closed, at once if there is none. */
  socketClosed(): Promise<void>
  /** Asks for what is new, where it does not come by itself. */
  hurry(): void
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
  /** See `PageDocumentDeps`. */
  readonly yjsClient: number
  readonly savedCopy?: SavedCopy
  /** Whether the client goes on trying when it has been put out. */
  readonly insists: boolean
}

/** How soon the provider comes back after a lost connection, ms: as people notice, but not all at once. */
const RECONNECT = { delay: 100, minDelay: 100, maxDelay: 1_500 }

/** Opens a page over a WebSocket, by a stock provider; it connects by itself and comes back by itself. */
export function openPage(deps: OpenPageDeps): OpenPage {
  const { client, page, account, recorder, line } = deps
  const content = createPageDocument({
    ...{ client, page, recorder, yjsClient: deps.yjsClient },
    ...(deps.savedCopy === undefined ? {} : { savedCopy: deps.savedCopy }),
    isFromServer: (origin) => origin === provider,
    edited(edit, update) {
      editsByBytes.set(keyOf(update), edit)
      intruder?.write()
    },
  })
  const { doc, unacknowledged } = content

  /** Edits by the bytes of their updates, of those whose frame may still go out. */
  const editsByBytes = new Map<string, EditIndex>()
  const everSent = new Set<EditIndex>()
  let isOpen = false
  let isRefused = false
  let isClosing = false
  let intruder: Intruder | undefined
  /** When the server, which is stopping, asked this client to come back. */
  let comeBackInMs: number | undefined
  let current: WebSocket | undefined
  let closed: Promise<void> = Promise.resolve()

  class RecordedSocket extends WebSocket {
    readonly #acknowledgements = createAcknowledgements<EditIndex>({ answered: content.answered })

    constructor(address: string) {
      super(address, { agent: line.agent, perMessageDeflate: false })
      // The provider takes its own listener off before it closes a socket that is still connecting.
      this.on('error', () => undefined)
      current = this
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
    onAwarenessChange: () => {
      if (provider.awareness !== null) noteCarets(provider.awareness, deps)
    },
    onStateless: ({ payload }) => {
      const notice = parsePageNotice(payload)
      if (notice?.type !== 'server-stopping') return
      comeBackInMs = notice.comeBackInMs
      recorder.comeBack({ client, transport: 'document', page, inMs: notice.comeBackInMs })
    },
    onAuthenticationFailed: ({ reason }) => refuse(reason),
    onClose: ({ event: { code, reason } }) => {
      const word = reason === '' ? `code ${code}` : reason
      noteClosed(word)
      if (isCloseReason(reason) && !CLOSE_REASONS[reason].retry) refuse(reason)
      else if (comeBackInMs !== undefined || socket.webSocket?.readyState === WebSocket.OPEN) reconnect()
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

  /**
   * Comes back when the server asked for it, as the editor does. Also when the server closed the page alone and
   * left the socket open: the provider would wait there for ever.
   */
  function reconnect(): void {
    if (isClosing) return
    const ms = comeBackInMs ?? RECONNECT.delay
    comeBackInMs = undefined
    socket.disconnect()
    setTimeout(connectAgain, ms)
  }

  /** The provider does nothing when it is told to connect while its last socket is still closing. */
  function connectAgain(): void {
    void closed.then(() => {
      if (!isClosing) void socket.connect()
    })
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
    ...{ ...content, page, pageId: deps.pageId },
    awareness: provider.awareness,
    sendRaw(frame) {
      if (isOpen) socket.webSocket?.send(new Uint8Array(frame))
    },
    get isOpen() {
      return isOpen && !isRefused && socket.webSocket?.readyState === WebSocket.OPEN
    },
    hurry: () => undefined,
    get isRefused() {
      return isRefused
    },
    get mayWrite() {
      return isOpen && !isRefused && provider.authorizedScope !== 'readonly'
    },
    goOffline() {
      isClosing = true
      socket.disconnect()
      // A network that is gone takes no farewell along.
      current?.terminate()
    },
    comeBack() {
      isClosing = false
      connectAgain()
    },
    socketClosed: () => closed,
    close() {
      isClosing = true
      intruder?.close()
      noteClosed('closed')
      provider.destroy()
      socket.destroy()
      return content.close()
    },
  }
}

const keyOf = (update: Uint8Array) =>
  Buffer.from(update.buffer, update.byteOffset, update.length).toString('latin1')
