import { io } from 'socket.io-client'
import { REALTIME_NAMESPACE } from '../../../shared/protocol/envelope.ts'
import type { Line } from '../network/line.ts'
import type { ClientIndex } from '../record.ts'
import type { Recorder } from '../recorder.ts'
import type { Account } from '../world/server-under-test.ts'

/** A client's Socket.IO connection, with everything written down. It comes back by itself and joins its pages again. */
export interface EventConnection {
  readonly isConnected: boolean
  /** Sends a request; resolves with the answer, or null when none came. */
  request(name: string, payload: unknown): Promise<unknown>
  /** Follows the client's pages, as it does by itself whenever it connects. */
  join(): void
  goOffline(): void
  comeBack(): void
  close(): void
}

export interface EventConnectionDeps {
  readonly client: ClientIndex
  readonly pageIds: readonly string[]
  readonly account: Account
  readonly url: URL
  readonly line: Line
  readonly recorder: Recorder
}

/** A request without an answer after this long, ms, has none. */
const ANSWER_TIMEOUT_MS = 10_000
/** How soon it comes back after the server has ended the connection, ms. */
const RECONNECT_MS = 300

/** Connects in the background. */
export function connectEvents({
  client,
  pageIds,
  account,
  url,
  line,
  recorder,
}: EventConnectionDeps): EventConnection {
  let connection = -1
  let isClosing = false
  /** When the server, which is stopping, asked this client to come back. */
  let comeBackInMs: number | undefined
  const socket = io(new URL(REALTIME_NAMESPACE, url).href, {
    auth: (send: (auth: object) => void) => send({ token: account.accessToken() }),
    forceNew: true,
    transports: ['websocket'],
    reconnectionDelay: 100,
    reconnectionDelayMax: 1_500,
    // Node's agent goes through to `ws`; the types know browsers only.
    agent: line.agent as unknown as string,
  })
  const note = (state: 'open' | 'closed' | 'refused', reason: string) =>
    recorder.connection({ client, transport: 'events', page: null, state, reason, ours: isClosing })

  socket.on('connect', () => {
    connection++
    note('open', '')
    join()
  })
  socket.on('disconnect', (reason) => {
    note('closed', reason)
    // The server ended it: socket.io does not come back by itself then; or it would come back too early.
    if (isClosing || (reason !== 'io server disconnect' && comeBackInMs === undefined)) return
    const ms = comeBackInMs ?? RECONNECT_MS
    comeBackInMs = undefined
    if (socket.active) socket.disconnect()
    setTimeout(() => isClosing || socket.connect(), ms)
  })
  socket.on('connect_error', (error: Error & { data?: { code?: string } }) => {
    if (error.data?.code !== undefined) note('refused', error.data.code)
  })
  socket.onAny((name: string, payload: unknown) => {
    recorder.fact({ client, connection, name, payload })
    if (name !== 'server_draining') return
    comeBackInMs = (payload as { comeBackInMs: number }).comeBackInMs
    recorder.comeBack({ client, transport: 'events', page: null, inMs: comeBackInMs })
  })
  account.onRenewed(() => {
    if (socket.connected) void request('renew_token', { token: account.accessToken() })
  })

  function join(): void {
    for (const pageId of pageIds) void request('join_page', { pageId })
  }

  async function request(name: string, payload: unknown): Promise<unknown> {
    if (!socket.connected) return null
    // A token is nothing to write down.
    const kept = name === 'renew_token' ? null : payload
    const recorded = recorder.request({ client, connection, name, payload: kept })
    try {
      const answer: unknown = await socket.timeout(ANSWER_TIMEOUT_MS).emitWithAck(name, payload)
      recorded.answer(answer)
      return answer
    } catch {
      return null
    }
  }

  return {
    get isConnected() {
      return socket.connected
    },
    request,
    join,
    goOffline() {
      isClosing = true
      socket.disconnect()
    },
    comeBack() {
      isClosing = false
      socket.connect()
    },
    close() {
      isClosing = true
      socket.close()
    },
  }
}
