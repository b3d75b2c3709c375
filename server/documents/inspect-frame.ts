import * as decoding from 'lib0/decoding'
import * as Y from 'yjs'
import type { CloseReason } from '../../shared/protocol/close-reasons.ts'

/** The largest frame that is read off a socket, bytes. */
export const MAX_FRAME_BYTES = 5 * 1024 * 1024
/** The largest single Yjs update, bytes: a pasted book still fits. */
export const MAX_UPDATE_BYTES = 4 * 1024 * 1024

/** The first byte behind the address of a Hocuspocus frame (the protocol of @hocuspocus/common 4). */
const MESSAGE = {
  sync: 0,
  awareness: 1,
  auth: 2,
  queryAwareness: 3,
  syncReply: 4,
  stateless: 5,
  close: 7,
} as const
/** The byte behind it in a sync frame (y-protocols/sync). */
const SYNC = { step1: 0, step2: 1, update: 2 } as const

/**
 * Looks at a frame before anything else does: null if it is well-formed, otherwise why its connection
 * must be closed. Whatever passes can be decoded, and an update that passes can be stored.
 */
export function inspectFrame(frame: Uint8Array): CloseReason | null {
  try {
    const decoder = decoding.createDecoder(frame)
    decoding.readVarString(decoder)
    switch (decoding.readVarUint(decoder)) {
      case MESSAGE.sync:
      case MESSAGE.syncReply:
        return inspectSync(decoder)
      case MESSAGE.awareness:
        inspectAwareness(decoding.readVarUint8Array(decoder))
        return null
      case MESSAGE.auth:
        if (decoding.readVarUint(decoder) !== 0) return 'malformed-frame'
        decoding.readVarString(decoder)
        return null
      case MESSAGE.stateless:
        decoding.readVarString(decoder)
        return null
      case MESSAGE.queryAwareness:
      case MESSAGE.close:
        return null
      default:
        return 'unknown-message-type'
    }
  } catch {
    return 'malformed-frame'
  }
}

function inspectSync(decoder: decoding.Decoder): CloseReason | null {
  const type = decoding.readVarUint(decoder)
  const payload = decoding.readVarUint8Array(decoder)
  switch (type) {
    case SYNC.step1:
      Y.decodeStateVector(payload)
      return null
    case SYNC.step2:
    case SYNC.update:
      return inspectUpdate(payload)
    default:
      return 'unknown-message-type'
  }
}

function inspectUpdate(update: Uint8Array): CloseReason | null {
  if (update.byteLength > MAX_UPDATE_BYTES) return 'update-too-large'
  try {
    Y.decodeUpdate(update)
    return null
  } catch {
    return 'malformed-update'
  }
}

function inspectAwareness(update: Uint8Array): void {
  const decoder = decoding.createDecoder(update)
  const count = decoding.readVarUint(decoder)
  for (let index = 0; index < count; index++) {
    decoding.readVarUint(decoder)
    decoding.readVarUint(decoder)
    JSON.parse(decoding.readVarString(decoder))
  }
}
