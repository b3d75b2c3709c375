import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createPageConnection, FALLBACK_AFTER_MS } from '../../editor/collaboration/page-connection.ts'
import type { SaveEvent } from '../../editor/collaboration/save-state.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const LOST: SaveEvent = { kind: 'lost', isStorageUnavailable: false }
const bySocket: SaveEvent = { kind: 'authenticated', access: 'read-write', transport: 'websocket' }
const byHttp: SaveEvent = { kind: 'authenticated', access: 'read-write', transport: 'http' }
const acknowledged: SaveEvent = { kind: 'acknowledged', at: 1 }
const deleted: SaveEvent = { kind: 'refused', reason: 'page-deleted' }

function setUp(network = { isSocketBlocked: false }) {
  const told: SaveEvent[] = []
  let tellSocket: (event: SaveEvent) => void = () => undefined
  let tellHttp: (event: SaveEvent) => void = () => undefined
  const state = { isRunning: false }
  const socket = {
    isOrigin: () => false,
    sendToken: vi.fn(),
    reconnect: vi.fn(),
    checkNetwork: vi.fn(),
    close: vi.fn(),
  }
  const http = {
    start: vi.fn(() => void Object.assign(state, { isRunning: true })),
    stop: vi.fn(() => void Object.assign(state, { isRunning: false })),
    isRunning: () => state.isRunning,
    isOrigin: () => false,
    hurry: vi.fn(),
    checkNetwork: vi.fn(),
  }
  const connection = createPageConnection({
    openSocket: (onEvent) => {
      tellSocket = onEvent
      return socket
    },
    createHttp: (onEvent) => {
      tellHttp = onEvent
      return http
    },
    onEvent: (event) => told.push(event),
    network,
    random: () => 0,
  })
  return {
    connection,
    network,
    told,
    socket: { ...socket, tell: (event: SaveEvent) => tellSocket(event) },
    http: { ...http, tell: (event: SaveEvent) => tellHttp(event) },
    pass: (ms: number) => vi.advanceTimersByTime(ms),
  }
}

test('V1 · a WebSocket that opens in time is all there is', () => {
  const { socket, http, told, pass } = setUp()
  pass(FALLBACK_AFTER_MS - 1)
  socket.tell(bySocket)
  pass(60_000)
  expect(http.start).not.toHaveBeenCalled()
  expect(told).toEqual([bySocket])
})

test('V1 · without a WebSocket HTTP takes over, and gives way when one opens', () => {
  const { socket, http, told, network, pass } = setUp()
  socket.tell(LOST)
  pass(FALLBACK_AFTER_MS)
  expect(http.isRunning()).toBe(true)
  http.tell(byHttp)
  // The server was reached, so the WebSocket is tried now; that it fails again is no news.
  expect(socket.reconnect).toHaveBeenCalledOnce()
  socket.tell(LOST)
  socket.tell(acknowledged)
  http.tell(acknowledged)
  expect(network.isSocketBlocked).toBe(true)
  socket.tell(bySocket)
  expect(http.isRunning()).toBe(false)
  expect(network.isSocketBlocked).toBe(false)
  expect(told).toEqual([LOST, byHttp, acknowledged, bySocket])
  socket.tell(LOST)
  pass(FALLBACK_AFTER_MS)
  expect(http.start).toHaveBeenCalledTimes(2)
})

test('V1 · the next page on a network that blocks WebSockets does not wait for one', () => {
  const { http, pass } = setUp({ isSocketBlocked: true })
  pass(0)
  expect(http.isRunning()).toBe(true)
})

test('V1 · after an outage of everything the WebSocket has the first turn', () => {
  const { connection, socket, http, pass } = setUp()
  socket.tell(LOST)
  pass(FALLBACK_AFTER_MS)
  http.tell(LOST)
  connection.reconnect()
  expect(http.isRunning()).toBe(false)
  pass(FALLBACK_AFTER_MS)
  expect(http.isRunning()).toBe(true)
  http.tell(byHttp)
  connection.reconnect()
  expect(http.isRunning()).toBe(true)
  expect(http.hurry).toHaveBeenCalled()
})

test('V2 · while a server that stops wants us to stay away, HTTP does not come back earlier', () => {
  const { socket, http, pass } = setUp()
  socket.tell(bySocket)
  socket.tell({ ...LOST, comeBackInMs: 20_000 })
  pass(20_000)
  expect(http.start).not.toHaveBeenCalled()
  pass(FALLBACK_AFTER_MS)
  expect(http.start).toHaveBeenCalledOnce()
})

test('A2 · a refusal over either ends both, until somebody tries again', () => {
  const bySocketRefused = setUp()
  bySocketRefused.socket.tell(deleted)
  bySocketRefused.pass(60_000)
  expect(bySocketRefused.http.start).not.toHaveBeenCalled()

  const { connection, socket, http, told, pass } = setUp()
  pass(FALLBACK_AFTER_MS)
  http.stop()
  http.tell(deleted)
  socket.tell(LOST)
  pass(60_000)
  expect(http.start).toHaveBeenCalledOnce()
  expect(told).toEqual([deleted, LOST])
  connection.reconnect()
  pass(FALLBACK_AFTER_MS)
  expect(http.start).toHaveBeenCalledTimes(2)
})

test('a closed page asks for nothing any more', () => {
  const { connection, socket, http, pass } = setUp()
  connection.close()
  connection.reconnect()
  pass(60_000)
  expect(http.start).not.toHaveBeenCalled()
  expect(socket.close).toHaveBeenCalledOnce()
})
