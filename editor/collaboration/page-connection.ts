/*
 * How a page's text travels: over the WebSocket, and over plain HTTP for as long as that cannot be opened.
 *
 *   by WebSocket ──not let in for a while──▶ by HTTP ──WebSocket let in──▶ by WebSocket
 *   any ──refused for good──▶ idle ──reconnect()──▶ by WebSocket
 *
 * The WebSocket goes on trying by itself meanwhile, at its own growing interval. Only one of the two speaks
 * at a time. Nothing is handed over: each begins by finding out what the server lacks.
 */
import type { HttpSync } from './http-sync.ts'
import type { SaveEvent } from './save-state.ts'

/** What carries a page's text, whatever it goes over. */
export interface PageConnection {
  /** Whether a transaction's origin is the server, rather than somebody editing here. */
  isOrigin(origin: unknown): boolean
  /** Prolongs the open connection with a renewed token. */
  sendToken(): void
  /** Tries again now instead of later; also after having stopped. */
  reconnect(): void
  /** Finds out now whether the socket still works, because the browser believes that the network went. */
  checkNetwork(): void
  close(): void
}

type OnEvent = (event: SaveEvent) => void

export interface PageConnectionDeps {
  openSocket: (onEvent: OnEvent) => PageConnection
  createHttp: (onEvent: OnEvent) => HttpSync
  onEvent: OnEvent
  /** What was found out about this network, shared by all pages of a tab. */
  network: Network
  random: () => number
}

/** Whether plain HTTP worked last where a WebSocket did not, so that there is no point in waiting for one. */
export interface Network {
  isSocketBlocked: boolean
}

/** How long to wait for the WebSocket before going by HTTP; up to twice that, so that not all come at once. */
export const FALLBACK_AFTER_MS = 1500

/** Opens the WebSocket, and goes by HTTP when it must. */
export function createPageConnection(deps: PageConnectionDeps): PageConnection {
  const { network, onEvent } = deps
  let timer: ReturnType<typeof setTimeout> | undefined
  let isSocketOpen = false
  let isRefused = false
  let isClosed = false

  const http = deps.createHttp((event) => {
    if (event.kind === 'authenticated') {
      network.isSocketBlocked = true
      // The server can be reached: if it was only away, the WebSocket need not wait for its own next try.
      socket.reconnect()
    }
    if (event.kind === 'refused') isRefused = true
    onEvent(event)
  })
  const socket = deps.openSocket((event) => {
    switch (event.kind) {
      case 'authenticated':
        isSocketOpen = true
        network.isSocketBlocked = false
        isRefused = false
        endFallback()
        break
      case 'refused':
        isSocketOpen = false
        isRefused = true
        endFallback()
        break
      case 'lost':
        isSocketOpen = false
        // While HTTP carries the text, a WebSocket that fails once more says nothing about it.
        if (http.isRunning()) return
        waitForSocket(event.comeBackInMs)
        break
      default:
        if (http.isRunning()) return
    }
    onEvent(event)
  })
  waitForSocket()

  /** Before `comeBackInMs` nothing is tried over HTTP either: everybody else waits for their moment as well. */
  function waitForSocket(comeBackInMs = 0): void {
    if (timer !== undefined || isRefused || isClosed || http.isRunning()) return
    const ms = network.isSocketBlocked ? 0 : FALLBACK_AFTER_MS * (1 + deps.random())
    timer = setTimeout(() => {
      timer = undefined
      http.start()
    }, comeBackInMs + ms)
  }

  function endFallback(): void {
    clearTimeout(timer)
    timer = undefined
    http.stop()
  }

  return {
    isOrigin: (origin) => socket.isOrigin(origin) || http.isOrigin(origin),
    sendToken: () => socket.sendToken(),
    reconnect() {
      if (isClosed) return
      isRefused = false
      socket.reconnect()
      if (isSocketOpen) return
      // After an outage of everything the WebSocket has the first turn again.
      if (!network.isSocketBlocked) http.stop()
      http.hurry()
      waitForSocket()
    },
    checkNetwork() {
      socket.checkNetwork()
      http.checkNetwork()
    },
    close() {
      if (isClosed) return
      isClosed = true
      endFallback()
      socket.close()
    },
  }
}
