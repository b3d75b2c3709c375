import { createEncoder, toUint8Array, writeVarString, writeVarUint, writeVarUint8Array } from 'lib0/encoding'
import { WebSocket } from 'ws'
import * as Y from 'yjs'
import type { Line } from '../network/line.ts'
import { MESSAGE_SYNC, readFrame } from './frames.ts'

/** Somebody who has been put out of a page and keeps trying: to get in, to write and to listen, without asking. */
export interface Intruder {
  /** Sends the document as it is now, on the connection that there is. */
  write(): void
  close(): void
}

export interface IntruderDeps {
  readonly url: URL
  readonly pageId: string
  readonly line: Line
  readonly doc: Y.Doc
  readonly accessToken: () => string
  /** The server sent text of the page, or said that what was written is stored. */
  readonly succeeded: (what: 'content' | 'stored') => void
  /** A connection ended, by the server or because it led to nothing. */
  readonly turnedAway: (reason: string) => void
}

const MESSAGE_AUTH = 2
/** How soon it comes back, ms. */
const RETRY_MS = 400
/** How long it holds on to one connection, ms. */
const HOLD_MS = 1_500

/** Begins at once and goes on until closed. */
export function createIntruder({
  url,
  pageId,
  line,
  doc,
  accessToken,
  succeeded,
  turnedAway,
}: IntruderDeps): Intruder {
  let socket: WebSocket | undefined
  let timer: NodeJS.Timeout | undefined
  let isClosed = false

  function connect(): void {
    const own = new WebSocket(url.href, { agent: line.agent, perMessageDeflate: false })
    socket = own
    own.binaryType = 'arraybuffer'
    own.on('error', () => undefined)
    own.on('open', () => {
      own.send(frame(pageId, MESSAGE_AUTH, 0, (encoder) => writeVarString(encoder, accessToken())))
      own.send(
        frame(pageId, MESSAGE_SYNC, 0, (encoder) =>
          writeVarUint8Array(encoder, Y.encodeStateVector(new Y.Doc())),
        ),
      )
      write()
      timer = setTimeout(() => own.close(), HOLD_MS)
    })
    own.on('message', (data: ArrayBuffer) => {
      const { kind, ...content } = readFrame(new Uint8Array(data))
      if (kind === 'update' || kind === 'answer') succeeded('content')
      else if (kind === 'status' && 'isStored' in content && content.isStored) succeeded('stored')
    })
    own.on('close', (code, reason) => {
      clearTimeout(timer)
      if (isClosed) return
      turnedAway(reason.length === 0 ? `code ${code}` : reason.toString())
      timer = setTimeout(connect, RETRY_MS)
    })
  }

  function write(): void {
    if (socket?.readyState !== WebSocket.OPEN) return
    socket.send(
      frame(pageId, MESSAGE_SYNC, 2, (encoder) => writeVarUint8Array(encoder, Y.encodeStateAsUpdate(doc))),
    )
  }

  connect()
  return {
    write,
    close() {
      isClosed = true
      clearTimeout(timer)
      socket?.terminate()
    },
  }
}

function frame(
  pageId: string,
  type: number,
  step: number,
  write: (encoder: ReturnType<typeof createEncoder>) => void,
): Uint8Array {
  const encoder = createEncoder()
  writeVarString(encoder, pageId)
  writeVarUint(encoder, type)
  writeVarUint(encoder, step)
  write(encoder)
  return toUint8Array(encoder)
}
