import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { authFrame, frame, TYPE } from '../../support/raw-socket.ts'

/** The ways in which servers around Yjs are spoken to: the same messages, addressed and opened differently. */
export const DIALECTS = ['hocuspocus', 'y-websocket'] as const
export type DialectName = (typeof DIALECTS)[number]

/** What a client reads out of a message that it was sent. */
export type Heard =
  | { readonly kind: 'update' | 'answer'; readonly update: Uint8Array }
  | { readonly kind: 'acknowledged' }
  | { readonly kind: 'authenticated' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'other' }

/** How one kind of server is spoken to. */
export interface Dialect {
  /** Whether it says of each update that it has it: without that there is nothing to wait for but others. */
  readonly acknowledges: boolean
  /** Where a page's socket is opened. */
  toUrl(serverUrl: string, pageId: string): string
  /** What must be sent, and answered by `authenticated`, before anything else; null if nothing must. */
  encodeToken(pageId: string, token: string): Uint8Array | null
  encodeSync(pageId: string, step: number, payload: Uint8Array): Uint8Array
  encodeAwareness(pageId: string, payload: Uint8Array): Uint8Array
  read(message: Uint8Array): Heard
}

/** Steps of a sync message, in both dialects. */
export const STEP = { stateVector: 0, answer: 1, update: 2 } as const

/** What Hocuspocus answers to a token that it accepts. */
const AUTHENTICATED = 2

/** Every message begins with its document, and a token comes first. */
const hocuspocus: Dialect = {
  acknowledges: true,
  toUrl: (serverUrl) => serverUrl,
  encodeToken: authFrame,
  encodeSync: (pageId, step, payload) =>
    frame(pageId, TYPE.sync, (encoder) => writeSync(encoder, step, payload)),
  encodeAwareness: (pageId, payload) =>
    frame(pageId, TYPE.awareness, (encoder) => encoding.writeVarUint8Array(encoder, payload)),
  read(message) {
    const decoder = decoding.createDecoder(message)
    decoding.readVarString(decoder)
    const type = decoding.readVarUint(decoder)
    switch (type) {
      case TYPE.sync:
      case TYPE.syncReply:
        return readSync(decoder)
      case TYPE.auth:
        if (decoding.readVarUint(decoder) === AUTHENTICATED) return { kind: 'authenticated' }
        return { kind: 'refused', reason: decoding.readVarString(decoder) }
      case TYPE.syncStatus:
        return decoding.readVarUint(decoder) === 1
          ? { kind: 'acknowledged' }
          : { kind: 'refused', reason: 'an update was not saved' }
      default:
        return { kind: 'other' }
    }
  },
}

/** A socket is one document's, named in the URL's path. It is open at once, and nothing is acknowledged. */
const yWebsocket: Dialect = {
  acknowledges: false,
  toUrl: (serverUrl, pageId) => serverUrl + pageId,
  encodeToken: () => null,
  encodeSync: (_pageId, step, payload) =>
    encoding.encode((encoder) => {
      encoding.writeVarUint(encoder, TYPE.sync)
      writeSync(encoder, step, payload)
    }),
  encodeAwareness: (_pageId, payload) =>
    encoding.encode((encoder) => {
      encoding.writeVarUint(encoder, TYPE.awareness)
      encoding.writeVarUint8Array(encoder, payload)
    }),
  read(message) {
    const decoder = decoding.createDecoder(message)
    return decoding.readVarUint(decoder) === TYPE.sync ? readSync(decoder) : { kind: 'other' }
  },
}

function writeSync(encoder: encoding.Encoder, step: number, payload: Uint8Array): void {
  encoding.writeVarUint(encoder, step)
  encoding.writeVarUint8Array(encoder, payload)
}

function readSync(decoder: decoding.Decoder): Heard {
  const step = decoding.readVarUint(decoder)
  if (step === STEP.stateVector) return { kind: 'other' }
  const update = decoding.readVarUint8Array(decoder)
  return { kind: step === STEP.answer ? 'answer' : 'update', update }
}

const BY_NAME: Record<DialectName, Dialect> = { hocuspocus, 'y-websocket': yWebsocket }

export const getDialect = (name: DialectName): Dialect => BY_NAME[name]
