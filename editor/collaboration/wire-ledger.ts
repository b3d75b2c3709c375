/*
 * What of this page is on the wire and not yet acknowledged, read from the frames themselves.
 *
 * The provider's own `unsyncedChanges` is reset to 1 when a connection starts, so an acknowledgement of one
 * edit that was sent before the handshake finished can bring it to 0 while others are under way. This ledger
 * is kept per socket: everything is stored when the server's question "what do you have that I have not?" was
 * answered, and as many acknowledgements came in as changes went out.
 *
 * Frame: varString document name · varUint type · for type 0 (sync): varUint step, where 0 asks what the other
 * side lacks, 1 answers that (known as "sync step 2") and 2 carries a single update.
 */
import { createDecoder, readVarInt, readVarString, readVarUint } from 'lib0/decoding'
import { messageYjsSyncStep2, messageYjsUpdate } from 'y-protocols/sync'

export interface WireLedger {
  /** Whether the server's question was answered over this socket. */
  isAnswered: boolean
  unacknowledged: number
  rejected: number
}

export const EMPTY_LEDGER: WireLedger = { isAnswered: false, unacknowledged: 0, rejected: 0 }

const MESSAGE_SYNC = 0
const MESSAGE_SYNC_STATUS = 8

/** Whether everything that this client knows is stored by the server. */
export function isAcknowledged(ledger: WireLedger): boolean {
  return ledger.isAnswered && ledger.unacknowledged === 0 && ledger.rejected === 0
}

/** The ledger after a frame went out. */
export function recordSent(ledger: WireLedger, frame: Uint8Array): WireLedger {
  const decoder = createDecoder(frame)
  readVarString(decoder)
  if (readVarUint(decoder) !== MESSAGE_SYNC) return ledger
  const step = readVarUint(decoder)
  if (step !== messageYjsSyncStep2 && step !== messageYjsUpdate) return ledger
  return {
    ...ledger,
    isAnswered: ledger.isAnswered || step === messageYjsSyncStep2,
    unacknowledged: ledger.unacknowledged + 1,
  }
}

/** The ledger after a frame came in. */
export function recordReceived(ledger: WireLedger, frame: Uint8Array): WireLedger {
  // A lone byte is the server's ping, which names no document.
  if (frame.length <= 1) return ledger
  const decoder = createDecoder(frame)
  readVarString(decoder)
  if (readVarUint(decoder) !== MESSAGE_SYNC_STATUS) return ledger
  const isStored = readVarInt(decoder) === 1
  return {
    ...ledger,
    unacknowledged: Math.max(0, ledger.unacknowledged - 1),
    rejected: ledger.rejected + (isStored ? 0 : 1),
  }
}
