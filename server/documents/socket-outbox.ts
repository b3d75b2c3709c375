import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'

// A write to a socket costs the same for one message as for many, and it is what most of a busy server's time
// goes into. So what is sent to a socket within one turn of the event loop (an acknowledgement, the text, the
// carets in it) leaves in one write at the end of that turn; and a message that many sockets are sent is
// framed once. Messages are WebSocket messages as RFC 6455, section 5.2, has them: unmasked, unfragmented,
// and never compressed.

/** Messages of one turn are copied into one piece up to this size, bytes; larger ones are handed on as they are. */
const MAX_JOINED_BYTES = 64 * 1024

/** What is on its way to one WebSocket. It writes to the transport below, past the sender of `ws`. */
export interface SocketOutbox {
  /**
   * Sends a binary message at the end of this turn, unless the socket is closed or closing by then. The
   * bytes must not be changed any more.
   */
  send(message: Uint8Array): void
  /** Sends what waits at once: a close frame that comes after it must not overtake it. */
  flush(): void
  /** Bytes that wait here or in the transport because the peer does not read them. */
  readonly waitingBytes: number
  /** Whether the peer has read some of what waited when this was last asked; false if nothing waited then. */
  takeProgress(): boolean
}

const noFrames: Buffer[] = []

/**
 * A write counts as waiting until all of it is taken, however large it is; only the handle below knows how far it
 * has come. Node's own socket timeout looks there too.
 */
type Transport = Duplex & { readonly _handle?: { readonly writeQueueSize?: number } | null }

class TurnOutbox implements SocketOutbox {
  readonly #socket: Pick<WebSocket, 'readyState' | 'OPEN'>
  readonly #transport: Transport
  /** What the operating system had not taken when it was last asked for, bytes. */
  #leftBytes = 0
  #frames = noFrames
  #bytes = 0

  constructor(socket: Pick<WebSocket, 'readyState' | 'OPEN'>, transport: Transport) {
    this.#socket = socket
    this.#transport = transport
  }

  send(message: Uint8Array): void {
    const frame = toFrame(message)
    if (this.#bytes === 0) {
      this.#frames = [frame]
      flushAtEndOfTurn(this)
    } else {
      this.#frames.push(frame)
    }
    this.#bytes += frame.length
  }

  flush(): void {
    const frames = this.#frames
    const bytes = this.#bytes
    this.#frames = noFrames
    this.#bytes = 0
    if (bytes === 0 || this.#socket.readyState !== this.#socket.OPEN || !this.#transport.writable) return
    if (frames.length === 1) {
      this.#transport.write(frames[0])
    } else if (bytes <= MAX_JOINED_BYTES) {
      this.#transport.write(Buffer.concat(frames, bytes))
    } else {
      this.#transport.cork()
      for (const frame of frames) this.#transport.write(frame)
      this.#transport.uncork()
    }
  }

  get waitingBytes(): number {
    return this.#bytes + this.#transport.writableLength
  }

  takeProgress(): boolean {
    const before = this.#leftBytes
    this.#leftBytes = this.#transport._handle?.writeQueueSize ?? 0
    return before > 0 && this.#leftBytes !== before
  }
}

/** Creates the outbox of a WebSocket on the transport that it was upgraded from. */
export function createSocketOutbox(
  socket: Pick<WebSocket, 'readyState' | 'OPEN'>,
  transport: Duplex,
): SocketOutbox {
  return new TurnOutbox(socket, transport)
}

let turn: TurnOutbox[] = []

function flushAtEndOfTurn(outbox: TurnOutbox): void {
  if (turn.push(outbox) > 1) return
  setImmediate(() => {
    const outboxes = turn
    turn = []
    for (const each of outboxes) each.flush()
  })
}

let framed: { readonly message: Uint8Array; readonly frame: Buffer } | undefined

/** Frames a message; asked for the same one again and again, as in a broadcast, it answers the same frame. */
function toFrame(message: Uint8Array): Buffer {
  if (framed?.message !== message) framed = { message, frame: encodeServerFrame(message) }
  return framed.frame
}

/** One binary WebSocket message, as a server sends it. */
export function encodeServerFrame(payload: Uint8Array): Buffer {
  const { length } = payload
  const headerBytes = length < 126 ? 2 : length < 65_536 ? 4 : 10
  const frame = Buffer.allocUnsafe(headerBytes + length)
  frame[0] = 0x82
  frame[1] = headerBytes === 2 ? length : headerBytes === 4 ? 126 : 127
  if (headerBytes === 4) frame.writeUInt16BE(length, 2)
  if (headerBytes === 10) frame.writeBigUInt64BE(BigInt(length), 2)
  frame.set(payload, headerBytes)
  return frame
}
