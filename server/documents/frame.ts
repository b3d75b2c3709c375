import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import * as Y from 'yjs'
import type { CloseReason } from '../../shared/protocol/close-reasons.ts'
import { inspectUpdate, isShallow } from './well-formed-update.ts'

// The bytes on a document socket (Hocuspocus protocol 4 around y-protocols/sync and /awareness):
//
//   frame      := address · type · rest
//   address    := varString: the page id, or page id \0 session id
//   sync       := 0 or 4 · step · varUint8Array, step being 0 (state vector), 1 (its answer) or 2 (update)
//   awareness  := 1 · varUint8Array( count · count × (client id · clock · varString of JSON) )
//   auth       := 2 · 0 · varString token · varString of the provider's version, which older ones leave out
//              or 2 · 1 (refused) or 2 (admitted) · varString; only from the server
//   stateless  := 5 · varString
//   syncStatus := 8 · 1 (saved) or 0 (refused); only from the server

/** The largest frame that is read off a socket, bytes. */
export const MAX_FRAME_BYTES = 5 * 1024 * 1024
/** The largest single Yjs update, bytes: a long paste fits, a file does not. */
export const MAX_UPDATE_BYTES = 1024 * 1024
/** The largest awareness message, bytes: a caret needs about 300. */
export const MAX_AWARENESS_BYTES = 16 * 1024

const TYPE = {
  sync: 0,
  awareness: 1,
  auth: 2,
  queryAwareness: 3,
  syncReply: 4,
  stateless: 5,
  close: 7,
  syncStatus: 8,
} as const
const STEP = { stateVector: 0, answer: 1, update: 2 } as const
/** What the server says of a token. */
const REFUSED = 1
const ADMITTED = 2

/** One cursor's state as it came in: null means that the cursor is gone. */
export interface CursorState {
  readonly clientId: number
  readonly clock: number
  readonly state: Record<string, unknown> | null
}

/** A document change, well-formed. `answer` is what a client sends of its own when it (re)connects. */
export interface ChangeFrame {
  readonly kind: 'update' | 'answer'
  readonly address: string
  readonly update: Uint8Array
  /** Whether it has to be asked how deep its elements are. */
  readonly bringsElements: boolean
}

/** A frame whose form has been checked; what kind it is decides where it goes. */
export type Frame =
  | { readonly kind: 'auth'; readonly address: string }
  | ChangeFrame
  | { readonly kind: 'awareness'; readonly address: string; readonly cursors: readonly CursorState[] }
  /** A state vector of nothing: the whole page is asked for. */
  | { readonly kind: 'ask-all'; readonly address: string }
  /** Nothing that we take a hand in. */
  | { readonly kind: 'other'; readonly address: string }

/** Reads a frame, or says why its socket must be closed. Whatever passes can be decoded, applied and stored. */
export function parseFrame(bytes: Uint8Array): Frame | CloseReason {
  try {
    const decoder = decoding.createDecoder(bytes)
    const address = decoding.readVarString(decoder)
    switch (decoding.readVarUint(decoder)) {
      case TYPE.sync:
      case TYPE.syncReply:
        return parseSync(address, decoder)
      case TYPE.awareness:
        return parseAwareness(address, decoding.readVarUint8Array(decoder))
      case TYPE.auth:
        if (decoding.readVarUint(decoder) !== 0) return 'malformed-frame'
        decoding.readVarString(decoder)
        if (decoding.hasContent(decoder)) decoding.readVarString(decoder)
        return { kind: 'auth', address }
      case TYPE.stateless:
        decoding.readVarString(decoder)
        return { kind: 'other', address }
      case TYPE.queryAwareness:
      case TYPE.close:
        return { kind: 'other', address }
      default:
        return 'unknown-message-type'
    }
  } catch {
    return 'malformed-frame'
  }
}

function parseSync(address: string, decoder: decoding.Decoder): Frame | CloseReason {
  const step = decoding.readVarUint(decoder)
  const payload = decoding.readVarUint8Array(decoder)
  switch (step) {
    case STEP.stateVector:
      return { kind: Y.decodeStateVector(payload).size === 0 ? 'ask-all' : 'other', address }
    case STEP.answer:
      // What somebody wrote in a week without a network may be long: the frame's limit is enough.
      return toChange('answer', address, payload)
    case STEP.update:
      if (payload.byteLength > MAX_UPDATE_BYTES) return 'update-too-large'
      return toChange('update', address, payload)
    default:
      return 'unknown-message-type'
  }
}

function toChange(kind: ChangeFrame['kind'], address: string, update: Uint8Array): ChangeFrame | CloseReason {
  const form = inspectUpdate(update)
  if (form === 'malformed') return 'malformed-update'
  return { kind, address, update, bringsElements: form === 'brings-elements' }
}

function parseAwareness(address: string, payload: Uint8Array): Frame | CloseReason {
  if (payload.byteLength > MAX_AWARENESS_BYTES) return 'awareness-too-large'
  const decoder = decoding.createDecoder(payload)
  const cursors: CursorState[] = []
  for (let left = decoding.readVarUint(decoder); left > 0; left--) {
    const clientId = decoding.readVarUint(decoder)
    const clock = decoding.readVarUint(decoder)
    const state: unknown = JSON.parse(decoding.readVarString(decoder))
    if (typeof state !== 'object' || Array.isArray(state) || !isShallow(state)) return 'malformed-frame'
    cursors.push({ clientId, clock, state: state as Record<string, unknown> | null })
  }
  return { kind: 'awareness', address, cursors }
}

let lastStatus = { address: '', saved: false, bytes: new Uint8Array() }

/** The acknowledgement of one update: stock providers count them. Asked for the same again, it answers the same bytes. */
export function encodeSyncStatus(address: string, saved: boolean): Uint8Array {
  if (lastStatus.address !== address || lastStatus.saved !== saved) {
    const bytes = encoding.encode((encoder) => {
      encoding.writeVarString(encoder, address)
      encoding.writeVarUint(encoder, TYPE.syncStatus)
      encoding.writeVarUint(encoder, saved ? 1 : 0)
    })
    lastStatus = { address, saved, bytes }
  }
  return lastStatus.bytes
}

/** The answer to whoever asks for the whole page: `state` is all of it, one update. */
export function encodeWholePage(address: string, state: Uint8Array): Uint8Array {
  return encodeSync(address, STEP.answer, state)
}

/** What a server asks back: what the client has beyond this state vector. */
export function encodeQuestionBack(address: string, stateVector: Uint8Array): Uint8Array {
  return encodeSync(address, STEP.stateVector, stateVector)
}

function encodeSync(address: string, step: number, payload: Uint8Array): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarString(encoder, address)
    encoding.writeVarUint(encoder, TYPE.sync)
    encoding.writeVarUint(encoder, step)
    encoding.writeVarUint8Array(encoder, payload)
  })
}

/** What the server sends about a token: which address may be opened, or not; null for any other frame. */
export function readVerdict(bytes: Uint8Array): { address: string; isAdmitted: boolean } | null {
  const decoder = decoding.createDecoder(bytes)
  const address = decoding.readVarString(decoder)
  if (decoding.readVarUint(decoder) !== TYPE.auth) return null
  const verdict = decoding.readVarUint(decoder)
  return verdict === REFUSED || verdict === ADMITTED ? { address, isAdmitted: verdict === ADMITTED } : null
}
