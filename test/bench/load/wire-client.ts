import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'

/** What a frame is. */
export const OPCODE = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const
/** The payload's length in a frame's second byte, when it does not fit there. */
const LENGTH_IN_2_BYTES = 126
const LENGTH_IN_8_BYTES = 127

/**
 * The least that is a WebSocket client. A thousand of them fit into one process, because messages that
 * nobody listens for are only counted: their headers are read, their payload is never touched.
 */
export interface WireClient {
  /** Who gets the messages' payloads; null counts them only. */
  listener: ((payload: Uint8Array) => void) | null
  /** Messages that came in so far. */
  received: number
  /** Why the connection is gone, or null while it is there. */
  closed: string | null
  /** Sends frames that `encodeClientFrame` made: any number of them in one write. */
  write(frames: Uint8Array): void
  /** From now on reads only what `readBatch` asks for; until then the kernel keeps what comes. */
  readInBatches(): void
  /** Reads what has come since the last batch. */
  readBatch(): void
  end(): void
}

/** Makes one message, binary unless told otherwise, as it goes over the wire, masked with zeros: what is sent is what was prepared. */
export function encodeClientFrame(payload: Uint8Array, opcode: number = OPCODE.binary): Buffer {
  const { length } = payload
  const sizeBytes = length < LENGTH_IN_2_BYTES ? 2 : length < 65_536 ? 4 : 10
  const frame = Buffer.alloc(sizeBytes + 4 + length)
  frame[0] = 0x80 | opcode
  frame[1] = 0x80 | (sizeBytes === 2 ? length : sizeBytes === 4 ? LENGTH_IN_2_BYTES : LENGTH_IN_8_BYTES)
  if (sizeBytes === 4) frame.writeUInt16BE(length, 2)
  if (sizeBytes === 10) frame.writeBigUInt64BE(BigInt(length), 2)
  frame.set(payload, sizeBytes + 4)
  return frame
}

const HEARTBEAT = '2'.charCodeAt(0)
const HEARTBEAT_ANSWER = encodeClientFrame(Buffer.from('3'), OPCODE.text)

/** Engine.IO asks in messages of its own whether somebody is there, not in WebSocket's. */
function isHeartbeat(opcode: number, payload: Buffer): boolean {
  return opcode === OPCODE.text && payload.length === 1 && payload[0] === HEARTBEAT
}

/** Connects and upgrades; resolves when messages can be sent. */
export function openWireClient(url: string): Promise<WireClient> {
  const { hostname, port, pathname, search, host } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true })
    const client: WireClient = {
      listener: null,
      received: 0,
      closed: null,
      write: (frames) => socket.write(frames),
      readInBatches() {
        socket.pause()
        socket.on('data', () => socket.pause())
      },
      readBatch: () => socket.resume(),
      end: () => socket.destroy(),
    }
    const read = createFrameReader({
      isWanted: () => client.listener !== null,
      take(opcode, payload) {
        if (isHeartbeat(opcode, payload)) socket.write(HEARTBEAT_ANSWER)
        else if (opcode === OPCODE.binary || opcode === OPCODE.text) {
          client.received++
          client.listener?.(payload)
        } else if (opcode === OPCODE.ping) socket.write(encodeClientFrame(payload, OPCODE.pong))
        else if (opcode === OPCODE.close) client.closed = payload.subarray(2).toString() || 'closed'
      },
      skipped: () => client.received++,
    })
    let greeting = Buffer.alloc(0)
    const greet = (chunk: Buffer) => {
      greeting = Buffer.concat([greeting, chunk])
      const end = greeting.indexOf('\r\n\r\n')
      if (end < 0) return
      const status = greeting.subarray(0, greeting.indexOf('\r\n')).toString()
      if (!status.includes(' 101 ')) return void reject(new Error(`${url} answered: ${status}`))
      socket.off('data', greet).on('data', read)
      resolve(client)
      if (greeting.length > end + 4) read(greeting.subarray(end + 4))
    }
    socket.on('data', greet)
    socket.on('close', () => {
      client.closed ??= 'the connection broke'
    })
    socket.on('error', (error) => {
      client.closed = error.message
      reject(error)
    })
    socket.write(
      `GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    )
  })
}

/** Cuts a stream of unmasked, unfragmented frames, which is what servers send, however it arrives. */
export function createFrameReader(deps: {
  /** Whether the payloads of binary messages are wanted at the moment. */
  isWanted: () => boolean
  take: (opcode: number, payload: Buffer) => void
  /** A message whose payload nobody wanted. */
  skipped: () => void
}): (chunk: Buffer) => void {
  let rest: Buffer | null = null
  let toSkip = 0

  return (chunk) => {
    const data: Buffer = rest === null ? chunk : Buffer.concat([rest, chunk])
    rest = null
    let at = Math.min(toSkip, data.length)
    toSkip -= at
    while (at < data.length) {
      const left = data.length - at
      const second = left < 2 ? 0 : (data[at + 1] as number)
      const headerBytes = second === LENGTH_IN_2_BYTES ? 4 : second === LENGTH_IN_8_BYTES ? 10 : 2
      if (left < headerBytes) break
      const length =
        headerBytes === 2
          ? second
          : headerBytes === 4
            ? data.readUInt16BE(at + 2)
            : Number(data.readBigUInt64BE(at + 2))
      const opcode = (data[at] as number) & 15
      const end = at + headerBytes + length
      // A text of one character may be a heartbeat.
      if ((opcode === OPCODE.binary || (opcode === OPCODE.text && length > 1)) && !deps.isWanted()) {
        deps.skipped()
        toSkip = Math.max(end - data.length, 0)
      } else if (end > data.length) {
        break
      } else {
        deps.take(opcode, data.subarray(at + headerBytes, end))
      }
      at = end
    }
    if (at < data.length) rest = data.subarray(at)
  }
}
