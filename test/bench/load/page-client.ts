import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import * as Y from 'yjs'
import { authFrame, frame, TYPE } from '../../support/raw-socket.ts'
import { encodeClientFrame, openWireClient, type WireClient } from './wire-client.ts'

/** How long opening a page may take, ms. */
const JOIN_TIMEOUT_MS = 60_000
/** What Hocuspocus answers to a token that it accepts. */
const AUTHENTICATED = 2
const STEP = { stateVector: 0, answer: 1, update: 2 } as const

/** What an observer reads out of a message that it was sent. */
export type Heard =
  | { readonly kind: 'update' | 'answer'; readonly update: Uint8Array }
  | { readonly kind: 'acknowledged' }
  | { readonly kind: 'authenticated' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'other' }

/** Opens a page as a stock provider does, and resolves with the page's state as the server sent it. */
export async function joinPage(
  url: string,
  pageId: string,
  token: string,
): Promise<{ client: WireClient; state: Uint8Array }> {
  const client = await openWireClient(url)
  const state = await new Promise<Uint8Array>((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Error(`page ${pageId} did not open: ${client.closed ?? 'no answer'}`)),
      JOIN_TIMEOUT_MS,
    )
    client.listener = (payload) => {
      const heard = readMessage(payload)
      if (heard.kind === 'authenticated') client.write(STATE_VECTOR_FRAME(pageId))
      else if (heard.kind === 'answer') resolve(new Uint8Array(heard.update))
      else if (heard.kind === 'refused') reject(new Error(`page ${pageId} was refused: ${heard.reason}`))
      else return
      if (heard.kind !== 'authenticated') clearTimeout(late)
    }
    client.write(encodeClientFrame(authFrame(pageId, token)))
  })
  client.listener = null
  return { client, state }
}

const STATE_VECTOR_FRAME = (pageId: string) =>
  encodeClientFrame(
    frame(pageId, TYPE.sync, (encoder) => {
      encoding.writeVarUint(encoder, STEP.stateVector)
      encoding.writeVarUint8Array(encoder, Y.encodeStateVector(new Y.Doc()))
    }),
  )

/** Reads what matters here out of a message in Hocuspocus's protocol. */
export function readMessage(payload: Uint8Array): Heard {
  const decoder = decoding.createDecoder(payload)
  decoding.readVarString(decoder)
  const type = decoding.readVarUint(decoder)
  switch (type) {
    case TYPE.sync:
    case TYPE.syncReply: {
      const step = decoding.readVarUint(decoder)
      if (step === STEP.stateVector) return { kind: 'other' }
      const update = decoding.readVarUint8Array(decoder)
      return { kind: step === STEP.answer ? 'answer' : 'update', update }
    }
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
}
