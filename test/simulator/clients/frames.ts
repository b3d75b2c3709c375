import { createDecoder, readVarInt, readVarString, readVarUint, readVarUint8Array } from 'lib0/decoding'
import { messageYjsSyncStep2, messageYjsUpdate } from 'y-protocols/sync'

/** Documents' text. */
export const MESSAGE_SYNC = 0
const MESSAGE_SYNC_STATUS = 8

/** What of a Hocuspocus frame the recording needs. */
export type FrameContent =
  /** A single update. */
  | { readonly kind: 'update'; readonly update: Uint8Array }
  /** The answer to "what do you have that I have not?". */
  | { readonly kind: 'answer'; readonly update: Uint8Array }
  | { readonly kind: 'status'; readonly isStored: boolean }
  | { readonly kind: 'other' }

const OTHER: FrameContent = { kind: 'other' }

/** Reads a frame: varString document · varUint type · for type 0 varUint step · content. */
export function readFrame(frame: Uint8Array): FrameContent {
  // A lone byte is a ping, which names no document.
  if (frame.length <= 1) return OTHER
  const decoder = createDecoder(frame)
  readVarString(decoder)
  const type = readVarUint(decoder)
  if (type === MESSAGE_SYNC_STATUS) return { kind: 'status', isStored: readVarInt(decoder) === 1 }
  if (type !== MESSAGE_SYNC) return OTHER
  const step = readVarUint(decoder)
  if (step === messageYjsSyncStep2) return { kind: 'answer', update: readVarUint8Array(decoder) }
  return step === messageYjsUpdate ? { kind: 'update', update: readVarUint8Array(decoder) } : OTHER
}
