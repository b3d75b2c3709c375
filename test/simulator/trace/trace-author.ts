import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import { WebSocket } from 'ws'
import * as Y from 'yjs'
import { CLOSE_REASONS, isCloseReason } from '../../../shared/protocol/close-reasons.ts'
import { SimulatorError } from '../errors.ts'
import type { Account } from '../world/server-under-test.ts'
import type { AuthorChange, AuthorLink } from './send-plan.ts'

/** Not the provider itself, so that the provider takes the edit for the author's own and sends it. */
const EDIT_ORIGIN = Symbol('replayed edit')

/** An author at a page: a real provider on a real socket. */
export interface Author extends AuthorLink {
  close(): void
}

export interface AuthorDeps {
  readonly account: Account
  readonly serverUrl: URL
  readonly pageId: string
  readonly connectTimeoutMs: number
  /** Called when the server closes the connection for good. */
  readonly onFailure: (error: unknown) => void
}

/** Opens a page and waits until it is loaded and may be written to. */
export async function connectAuthor(deps: AuthorDeps): Promise<Author> {
  const { account, serverUrl, pageId, connectTimeoutMs } = deps
  const document = new Y.Doc()
  const listeners: ((change: AuthorChange) => void)[] = []
  let sentCount = 0
  let acknowledgedCount = 0
  const disconnects: string[] = []
  let isOpen = false
  // After a reconnect `unsyncedChanges` starts anew and counts handshakes: only its zero can be trusted.
  let isResyncing = true
  let fail: (error: unknown) => void = deps.onFailure

  const url = new URL('/collaboration', serverUrl)
  url.protocol = serverUrl.protocol === 'https:' ? 'wss:' : 'ws:'
  const socket = new HocuspocusProviderWebsocket({ url: url.href, WebSocketPolyfill: ProviderWebSocket })
  const provider = new HocuspocusProvider({
    websocketProvider: socket,
    name: pageId,
    document,
    token: () => account.accessToken(),
    onAuthenticationFailed: ({ reason }) => fail(refused(`refused to open the page: ${reason}`)),
    onClose: ({ event: { code, reason } }) => {
      isResyncing = true
      if (isOpen) disconnects.push(reason === '' ? `code ${code}` : reason)
      isOpen = false
      if (isCloseReason(reason) && !CLOSE_REASONS[reason].retry) fail(refused(`closed the page: ${reason}`))
      notify('connection')
    },
    onSynced: () => {
      isOpen = true
      notify('connection')
    },
    onUnsyncedChanges: ({ number }) => {
      if (number === 0) isResyncing = false
      if (!isResyncing) acknowledgedCount = Math.max(acknowledgedCount, sentCount - number)
      notify('acknowledgement')
    },
  })
  document.on('update', (_update, origin) => {
    // Not within Yjs's own transaction: an edit made there would be announced only when that one is over,
    // and be taken for one that Yjs had nothing to do for.
    if (origin === provider) queueMicrotask(() => notify('update'))
  })
  provider.attach()
  account.onRenewed(() => void provider.sendToken())

  function notify(change: AuthorChange): void {
    for (const listener of listeners) listener(change)
  }

  function close(): void {
    provider.destroy()
    socket.destroy()
    document.destroy()
  }

  function refused(what: string): SimulatorError {
    return new SimulatorError('connection-refused', `The server ${what} (page ${pageId}).`)
  }

  function send(update: Uint8Array): void {
    sentCount++
    const before = provider.unsyncedChanges
    Y.applyUpdate(document, update, EDIT_ORIGIN)
    // Two authors may delete the same letter, and this document may have heard of it already: then Yjs finds
    // nothing to do and emits nothing. The author made the edit all the same, so it goes out as it is.
    if (provider.unsyncedChanges === before) provider.documentUpdateHandler(update, EDIT_ORIGIN)
  }

  try {
    await new Promise<void>((resolve, reject) => {
      fail = reject
      const timer = setTimeout(() => reject(notOpened()), connectTimeoutMs)
      listeners.push(() => {
        if (!provider.isSynced || provider.unsyncedChanges > 0) return
        clearTimeout(timer)
        resolve()
      })
    })
    if (provider.authorizedScope === 'readonly') throw refused('lets this author only read')
  } catch (error) {
    close()
    throw error
  }
  fail = deps.onFailure

  function notOpened(): SimulatorError {
    const last = disconnects.at(-1)
    return new SimulatorError(
      'connection-refused',
      `The page did not open over ${url.href} within ${connectTimeoutMs / 1000} s${
        last === undefined ? '' : ` (disconnected with: ${last})`
      }. If a proxy stands in between, it must pass WebSockets on.`,
    )
  }

  return {
    document,
    get isReady() {
      // What is given to a closing socket would be queued, sent again after the reconnect's own exchange, and
      // acknowledged twice: `unsyncedChanges` would reach zero too early.
      const isSocketOpen = socket.webSocket?.readyState === WebSocket.OPEN
      return isSocketOpen && provider.isSynced && provider.isAuthenticated
    },
    get acknowledgedCount() {
      return acknowledgedCount
    },
    disconnects,
    send,
    onChange: (listener) => void listeners.push(listener),
    close,
  }
}

/**
 * The `ws` socket with a listener for errors always on it: the provider takes its own off before it closes a
 * socket that is still connecting, and the error that this causes would end the process.
 */
class ProviderWebSocket extends WebSocket {
  constructor(address: string) {
    super(address)
    this.on('error', () => undefined)
  }
}
