/*
 * One page's WebSocket to the server.
 *
 *   connecting ──authenticated──▶ open ──socket closed / CLOSE message──▶ waiting ──backoff──▶ connecting
 *   any ──a reason that will not change──▶ stopped ──retry()──▶ connecting
 *   any ──refused token──▶ renewing it ──▶ connecting, or stopped when the session is over
 *
 * Reconnecting after a lost network is the provider's work; after a refusal or a close by the server it is
 * ours, because the provider stays on the open socket and does nothing.
 */
import { HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import type { Awareness } from 'y-protocols/awareness'
import type * as Y from 'yjs'
import { parsePageNotice } from '../../shared/protocol/page-notices.ts'
import { computeBackoffMs, decideNextStep } from './after-refusal.ts'
import { onUpdate } from './incoming-updates.ts'
import { createLedgerSocket } from './ledger-socket.ts'
import { PacedProvider } from './paced-provider.ts'
import type { PageConnection } from './page-connection.ts'
import type { SaveEvent } from './save-state.ts'
import { EMPTY_LEDGER, isAcknowledged } from './wire-ledger.ts'

export interface DocumentConnectionDeps {
  url: string
  pageId: string
  doc: Y.Doc
  awareness: Awareness
  getToken: () => Promise<string>
  /** Resolves with whether the session is still alive; throws when nobody could be asked. */
  renewToken: () => Promise<'renewed' | 'signed-out'>
  onEvent: (event: SaveEvent) => void
  now: () => number
}

/** How long a first connection may take before the person is told that they are offline. */
const FIRST_CONNECTION_MS = 4000

/** Opens the connection. Reports what happens as events; owns the provider, its socket and their retries. */
export function createDocumentConnection(deps: DocumentConnectionDeps): PageConnection {
  let ledger = EMPTY_LEDGER
  let failures = 0
  let isTokenRenewed = false
  /** Whether this socket was let in: a second time, the server says that our access has changed. */
  let isAdmitted = false
  /** How long the server asked us to stay away, ms. */
  let comeBackInMs: number | undefined
  let isDropping = false
  let isListening = false
  let stopHearing = (): void => undefined
  let isClosed = false
  let retryTimer: ReturnType<typeof setTimeout> | undefined

  const websocket = new HocuspocusProviderWebsocket({
    url: deps.url,
    autoConnect: false,
    WebSocketPolyfill: createLedgerSocket((next) => {
      ledger = next
      reportLedger()
    }),
    // Clients of a restarted server come back spread over a second, and soon.
    delay: 400 + Math.round(Math.random() * 1000),
    minDelay: 400,
    maxDelay: 8000,
  })
  const provider = new PacedProvider({
    websocketProvider: websocket,
    name: deps.pageId,
    document: deps.doc,
    awareness: deps.awareness,
    token: deps.getToken,
  })
  const firstTimer = setTimeout(
    () => deps.onEvent({ kind: 'lost', isStorageUnavailable: false }),
    FIRST_CONNECTION_MS,
  )

  // While there is no socket the provider must not hear of edits or cursors: it would queue a message for each,
  // and send them all again on return although the handshake carries them already.
  listenToEdits(false)
  provider.on('open', () => {
    isAdmitted = false
    ledger = EMPTY_LEDGER
    listenToEdits(true)
  })
  provider.on('stateless', ({ payload }: { payload: string }) => {
    const notice = parsePageNotice(payload)
    if (notice?.type === 'server-stopping') comeBackInMs = notice.comeBackInMs
    else if (notice?.type === 'page-too-large') deps.onEvent({ kind: 'page-full' })
    else if (notice?.type === 'editor-outdated') deps.onEvent({ kind: 'editor-outdated' })
    else if (notice?.type === 'page-size-warning') deps.onEvent({ kind: 'page-nearly-full' })
  })
  provider.on('authenticated', ({ scope }: { scope: string }) => {
    clearTimeout(firstTimer)
    isTokenRenewed = false
    const access = scope === 'readonly' ? 'read-only' : 'read-write'
    if (isAdmitted) {
      deps.onEvent({ kind: 'access-changed', access })
      return
    }
    isAdmitted = true
    deps.onEvent({ kind: 'authenticated', access, transport: 'websocket' })
  })
  provider.on('synced', () => {
    failures = 0
    deps.onEvent({ kind: 'server-state-received' })
    reportLedger()
  })
  provider.on('unsyncedChanges', reportLedger)
  provider.on('authenticationFailed', ({ reason }: { reason: string }) => handleEnd(reason))
  provider.on('close', ({ event }: { event: { reason?: string } }) => handleEnd(event.reason ?? ''))
  provider.attach()
  void websocket.connect()

  function listenToEdits(next: boolean): void {
    isListening = next
    stopHearing()
    deps.doc.off('update', provider.boundDocumentUpdateHandler)
    deps.awareness.off('update', provider.boundAwarenessUpdateHandler)
    if (!isListening) return
    stopHearing = onUpdate(deps.doc, provider.boundDocumentUpdateHandler)
    deps.awareness.on('update', provider.boundAwarenessUpdateHandler)
  }

  /** Both counts must agree: the provider's, and that of the frames on this socket. */
  function reportLedger(): void {
    if (ledger.rejected > 0) deps.onEvent({ kind: 'rejected' })
    else if (isListening && isAcknowledged(ledger) && provider.unsyncedChanges === 0) {
      deps.onEvent({ kind: 'acknowledged', at: deps.now() })
    }
  }

  function lose(isStorageUnavailable: boolean, comeBackInMs = 0): void {
    clearTimeout(firstTimer)
    listenToEdits(false)
    deps.onEvent({ kind: 'lost', isStorageUnavailable, comeBackInMs })
  }

  function handleEnd(reason: string): void {
    if (isDropping || isClosed) return
    const next = decideNextStep(reason, isTokenRenewed)
    const askedMs = takeComeBackMs()
    lose(next.kind === 'reconnect' && next.isStorageUnavailable, askedMs)
    switch (next.kind) {
      case 'give-up':
        stopSocket()
        deps.onEvent({ kind: 'refused', reason: next.reason })
        break
      case 'renew-token':
        isTokenRenewed = true
        stopSocket()
        void renewAndReconnect()
        break
      case 'reconnect':
        // Without a reason it was the network, and the provider is on its way already: too early, if we were asked.
        if (reason === '' && askedMs === undefined) break
        stopSocket()
        reconnectLater(askedMs)
        break
    }
  }

  async function renewAndReconnect(): Promise<void> {
    try {
      const outcome = await deps.renewToken()
      if (isClosed) return
      if (outcome === 'renewed') void websocket.connect()
      else deps.onEvent({ kind: 'refused', reason: 'signed-out' })
    } catch {
      isTokenRenewed = false
      reconnectLater()
    }
  }

  function reconnectLater(askedMs = 0): void {
    if (isClosed) return
    failures += 1
    clearTimeout(retryTimer)
    const waitMs = Math.max(askedMs, computeBackoffMs(failures, Math.random))
    retryTimer = setTimeout(() => void websocket.connect(), waitMs)
  }

  /** Everybody is told at once that the server stops, but each to come back at another moment. */
  function takeComeBackMs(): number | undefined {
    const ms = comeBackInMs
    comeBackInMs = undefined
    return ms
  }

  /** Gives the socket up at once, without waiting for a farewell that a dead network never delivers. */
  function dropSocket(reason: string): void {
    isDropping = true
    websocket.onClose({ event: { code: 4408, reason } })
    provider.onClose()
    isDropping = false
  }

  function stopSocket(): void {
    clearTimeout(retryTimer)
    websocket.disconnect()
    dropSocket('stopped')
  }

  return {
    isOrigin: (origin) => origin === provider,
    sendToken() {
      if (provider.isAuthenticated) void provider.sendToken()
    },
    reconnect() {
      if (isClosed || (provider.isAuthenticated && ledger.rejected === 0)) return
      // What was refused goes out again only with the handshake of a new connection.
      if (provider.isAuthenticated) stopSocket()
      clearTimeout(retryTimer)
      isTokenRenewed = false
      void websocket.connect()
    },
    checkNetwork() {
      if (isClosed) return
      dropSocket('network-change')
      lose(false)
    },
    close() {
      if (isClosed) return
      isClosed = true
      clearTimeout(retryTimer)
      clearTimeout(firstTimer)
      stopHearing()
      provider.destroy()
      websocket.destroy()
    },
  }
}
