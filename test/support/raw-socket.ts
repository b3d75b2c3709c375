import * as encoding from 'lib0/encoding'
import { WebSocket } from 'ws'

/** A WebSocket that sends whatever bytes a test makes up, and remembers what came back. */
export interface RawSocket {
  readonly socket: WebSocket
  send(bytes: Uint8Array | string): void
  /** Sends the frame that a provider opens a page with. */
  authenticate(pageId: string, token: string): void
  /** The next frame of one of these types behind `pageId`. */
  next(type: number): Promise<Uint8Array>
  closed: Promise<{ code: number; reason: string }>
}

/** Message types of the Hocuspocus protocol. */
export const TYPE = {
  sync: 0,
  awareness: 1,
  auth: 2,
  queryAwareness: 3,
  syncReply: 4,
  stateless: 5,
  broadcastStateless: 6,
  syncStatus: 8,
} as const

export async function openRawSocket(
  serverUrl: string,
  headers: Record<string, string> = {},
): Promise<RawSocket> {
  const socket = new WebSocket(`${serverUrl.replace('http', 'ws')}/collaboration`, { headers })
  socket.binaryType = 'nodebuffer'
  const frames: Uint8Array[] = []
  let wake: () => void = () => undefined
  socket.on('message', (data: Buffer) => {
    frames.push(new Uint8Array(data))
    wake()
  })
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => {
      resolve({ code, reason: reason.toString() })
      wake()
    })
  })
  socket.on('error', () => undefined)
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  return {
    socket,
    closed,
    send: (bytes) => socket.send(bytes),
    authenticate: (pageId, token) => socket.send(authFrame(pageId, token)),
    async next(type) {
      for (;;) {
        const index = frames.findIndex((frame) => frame[1 + (frame[0] ?? 0)] === type)
        const frame = frames[index]
        if (frame !== undefined) {
          frames.splice(index, 1)
          return frame
        }
        if (socket.readyState !== WebSocket.OPEN)
          throw new Error(`the socket closed before a frame of type ${type} came`)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
  }
}

/** A frame: the page's id, the type, then whatever `write` adds. */
export function frame(
  pageId: string,
  type: number,
  write: (encoder: encoding.Encoder) => void = () => undefined,
): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarString(encoder, pageId)
    encoding.writeVarUint(encoder, type)
    write(encoder)
  })
}

export const authFrame = (pageId: string, token: string) =>
  frame(pageId, TYPE.auth, (encoder) => {
    encoding.writeVarUint(encoder, 0)
    encoding.writeVarString(encoder, token)
  })

/** A document update in a sync message (y-protocols' type 2). */
export const updateFrame = (pageId: string, update: Uint8Array) =>
  frame(pageId, TYPE.sync, (encoder) => {
    encoding.writeVarUint(encoder, 2)
    encoding.writeVarUint8Array(encoder, update)
  })
