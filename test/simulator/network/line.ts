import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'

/** What a line does to everything that passes. */
export interface LineConditions {
  /** One way, ms. */
  readonly latencyMs: number
  /** Up to so much more for each piece, ms. The order within one connection stays. */
  readonly jitterMs: number
}

export const PERFECT: LineConditions = { latencyMs: 0, jitterMs: 0 }

/** One client's way to the server: a TCP proxy of its own, that the simulator can disturb. */
export interface Line {
  /** For `ws` and `socket.io-client`: connects through the line, whatever the address says. */
  readonly agent: HttpAgent
  setConditions(conditions: LineConditions): void
  /** Breaks every connection. New ones are possible. */
  cut(): void
  /** From now on new connections are refused: the network is away. */
  block(): void
  unblock(): void
  /** What passes waits until `resume`, in both directions: a network that stalls. */
  stall(): void
  resume(): void
  /** Nothing passes on the connections that there are, ever again, and nobody is told. New ones work. */
  halfOpen(): void
  /** The client gives up its half-open connections; the server does not hear of it. */
  abandon(): void
  /**
   * Breaks the client's side of every connection at once, and brings the server what was under way only so many
   * ms later, when the client may long be back over another connection. A stall is over with it.
   */
  detain(ms: number): void
  readonly openConnections: number
  close(): Promise<void>
}

export interface LineDeps {
  readonly target: URL
  /** From 0 to 1, for jitter. */
  readonly random: () => number
}

/** A piece that waits longer than this before it is read means that the sender is not read any more, bytes. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024

/** How long a side that was told of the end has to end, ms. */
const FAREWELL_MS = 1_000

/** Opens a line to the server. */
export async function createLine({ target, random }: LineDeps): Promise<Line> {
  const isSecure = target.protocol === 'https:'
  const host = target.hostname.replace(/^\[|\]$/g, '')
  const targetPort = target.port === '' ? (isSecure ? 443 : 80) : Number(target.port)
  const pairs = new Set<Pair>()
  let conditions = PERFECT
  let isBlocked = false
  let isStalled = false

  const server = createServer({ allowHalfOpen: false }, (incoming) => {
    if (isBlocked) {
      incoming.on('error', () => undefined)
      incoming.resetAndDestroy()
      return
    }
    const outgoing = connect({ host, port: targetPort, noDelay: true })
    incoming.setNoDelay(true)
    const pair = createPair(incoming, outgoing, { conditions: () => conditions, random, isStalled })
    pairs.add(pair)
    pair.ended.then(() => pairs.delete(pair))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo

  const agent = isSecure ? new HttpsAgent() : new HttpAgent()
  Object.assign(agent, {
    createConnection: (options: ConnectionOptions) =>
      isSecure
        ? connectTls({ ...options, host: '127.0.0.1', port, servername: options.servername ?? host })
        : connect({ host: '127.0.0.1', port }),
  })

  return {
    agent,
    setConditions(next) {
      conditions = next
    },
    cut() {
      for (const pair of pairs) pair.destroy()
    },
    block() {
      isBlocked = true
    },
    unblock() {
      isBlocked = false
    },
    stall() {
      isStalled = true
      for (const pair of pairs) pair.stall()
    },
    resume() {
      isStalled = false
      for (const pair of pairs) pair.resume()
    },
    halfOpen() {
      for (const pair of pairs) pair.deafen()
    },
    abandon() {
      for (const pair of pairs) pair.abandon()
    },
    detain(ms) {
      isStalled = false
      for (const pair of pairs) pair.detain(ms)
    },
    get openConnections() {
      return pairs.size
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const pair of pairs) pair.destroy()
      agent.destroy()
      await closed
    },
  }
}

interface Pair {
  readonly ended: Promise<void>
  stall(): void
  resume(): void
  deafen(): void
  abandon(): void
  detain(ms: number): void
  destroy(): void
}

interface PairOptions {
  readonly conditions: () => LineConditions
  readonly random: () => number
  readonly isStalled: boolean
}

function createPair(incoming: Socket, outgoing: Socket, options: PairOptions): Pair {
  const directions = [
    createDirection(incoming, outgoing, options),
    createDirection(outgoing, incoming, options),
  ]
  let isDeaf = false
  const destroy = () => {
    for (const direction of directions) direction.clear()
    incoming.destroy()
    outgoing.destroy()
  }
  const ended = new Promise<void>((resolve) => {
    for (const [socket, direction] of [
      [incoming, directions[0]],
      [outgoing, directions[1]],
    ] as const) {
      socket.on('error', () => undefined)
      const other = socket === incoming ? outgoing : incoming
      socket.on('close', () => {
        // Of a half-open connection the other side does not hear.
        if (isDeaf && !other.destroyed) return
        // What it had sent before arrives first. Breaking the other side off at once could take it back.
        direction?.whenEmpty(() => {
          if (other.destroyed) {
            destroy()
            resolve()
            return
          }
          other.end()
          setTimeout(() => other.destroy(), FAREWELL_MS).unref()
        })
      })
    }
  })
  return {
    ended,
    stall: () => {
      for (const direction of directions) direction.stall()
    },
    resume: () => {
      for (const direction of directions) direction.resume()
    },
    deafen() {
      isDeaf = true
      for (const direction of directions) direction.deafen()
    },
    abandon() {
      if (isDeaf) incoming.destroy()
    },
    detain(ms) {
      const [toServer] = directions
      toServer?.stall()
      incoming.destroy()
      setTimeout(() => toServer?.resume(), ms).unref()
    },
    destroy,
  }
}

/** One direction of a connection: pieces leave in the order in which they came, each when its time has come. */
function createDirection(from: Socket, to: Socket, { conditions, random, isStalled }: PairOptions) {
  const waiting: { readonly bytes: Buffer; readonly dueAt: number }[] = []
  let waitingBytes = 0
  let lastDueAt = 0
  let timer: NodeJS.Timeout | undefined
  let stalled = isStalled
  let isDeaf = false
  let onEmpty: (() => void) | undefined

  from.on('data', (bytes: Buffer) => {
    if (isDeaf) return
    const { latencyMs, jitterMs } = conditions()
    const now = performance.now()
    lastDueAt = Math.max(lastDueAt, now + latencyMs + jitterMs * random())
    waiting.push({ bytes, dueAt: lastDueAt })
    waitingBytes += bytes.length
    if (waitingBytes > MAX_WAITING_BYTES) from.pause()
    pass()
  })
  to.on('drain', () => pass())

  function pass(): void {
    clearTimeout(timer)
    timer = undefined
    const now = performance.now()
    while (!stalled && !to.writableNeedDrain && !to.destroyed) {
      const piece = waiting[0]
      if (piece === undefined) break
      if (piece.dueAt > now + 0.5) {
        timer = setTimeout(pass, piece.dueAt - now)
        return
      }
      waiting.shift()
      waitingBytes -= piece.bytes.length
      to.write(piece.bytes)
    }
    if (waitingBytes <= MAX_WAITING_BYTES && from.isPaused()) from.resume()
    if (waiting.length === 0 || to.destroyed) onEmpty?.()
  }

  return {
    stall() {
      stalled = true
    },
    resume() {
      stalled = false
      pass()
    },
    deafen() {
      isDeaf = true
      waiting.length = 0
    },
    whenEmpty(call: () => void) {
      onEmpty = call
      if (waiting.length === 0 || to.destroyed) call()
    },
    clear() {
      clearTimeout(timer)
      waiting.length = 0
    },
  }
}
