import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'

// The bytes of `POST /api/pages/:id/sync`, for clients that cannot open a WebSocket. One request brings what
// I have written and fetches what I miss; both bodies are `application/octet-stream`, in lib0's encoding
// (varUint: seven bits a byte, lowest first, the eighth says that more follow; bytes: a varUint length and
// then that many bytes).
//
//   request := 1 · bytes: my state vector · varUint: how many updates follow · each as bytes
//              · varUint: the head that I stand at, or 0 · if I show cursors, one cursor: mine
//   answer  := 1 · varUint: head · whether I may write: 1 yes, 0 no, 2 not with this old an editor
//              · bytes: what I miss, as one update
//              · bytes: the page's state vector, with everything that was sent and is answered
//              · if the request brought mine: varUint: how many others' cursors follow · each as one
//   cursor  := varUint: its client id · varUint: its clock · varString: its state as JSON, or null
//
// The leading 1 is the version of this form. State vectors and updates are those of Yjs (format v1). The
// state vector is of my document with my own updates in it, so that they are not sent back. Updates that
// the page has already are not written again: after an answer that got lost, send the same once more. The
// answer comes after the commit: what it answers is on disk. `head` is the `seq` that the page stands at
// with everything that was sent and everything that is answered. Who does not know what the page has asks
// without updates first: the state vector says what to send. Nothing may follow the last field.
//
// Who holds exactly what the last answer's head stands for, and has nothing to send, says that head: as long as
// the page has not moved on, the answer is that nothing is missing, without the page being read for it.
//
// A cursor is what y-protocols' awareness holds of one client. Mine is shown to the others, under my name, until
// 12 seconds after the last request that brought it; those of an answer are all that there are besides mine.

const VERSION = 1

/** The largest request, bytes: as large as the largest frame on a WebSocket. */
export const MAX_SYNC_BYTES = 5 * 1024 * 1024

/** The largest cursor, bytes of its state as JSON. */
export const MAX_CURSOR_BYTES = 16 * 1024

/** Somebody's cursor; a state of null takes it away. */
export interface SyncCursor {
  readonly clientId: number
  readonly clock: number
  readonly state: Record<string, unknown> | null
}

export interface SyncRequest {
  readonly stateVector: Uint8Array
  readonly updates: readonly Uint8Array[]
  /** The `seq` of which this document is an exact copy; 0 when it is not known to be one. */
  readonly head: number
  /** Mine; without it none are answered. */
  readonly cursor?: SyncCursor | undefined
}

export interface SyncAnswer {
  readonly head: number
  readonly canWrite: boolean
  /** Whether that is only because this client's document schema is too old. */
  readonly isOutdated?: boolean
  readonly missing: Uint8Array
  /** What the page has: nothing that it covers needs to be sent. */
  readonly stateVector: Uint8Array
  /** Those of all others, if mine was sent. */
  readonly cursors?: readonly SyncCursor[] | undefined
}

export function encodeSyncRequest({ stateVector, updates, head, cursor }: SyncRequest): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, VERSION)
    encoding.writeVarUint8Array(encoder, stateVector)
    encoding.writeVarUint(encoder, updates.length)
    for (const update of updates) encoding.writeVarUint8Array(encoder, update)
    encoding.writeVarUint(encoder, head)
    if (cursor !== undefined) writeCursor(encoder, cursor)
  })
}

/** @throws Error when these are not the bytes of a request */
export function decodeSyncRequest(bytes: Uint8Array): SyncRequest {
  const decoder = startDecoding(bytes)
  const stateVector = decoding.readVarUint8Array(decoder)
  const updates: Uint8Array[] = []
  for (let left = decoding.readVarUint(decoder); left > 0; left--)
    updates.push(decoding.readVarUint8Array(decoder))
  const head = decoding.readVarUint(decoder)
  const cursor = decoding.hasContent(decoder) ? readCursor(decoder) : undefined
  requireEnd(decoder)
  return { stateVector, updates, head, cursor }
}

export function encodeSyncAnswer({
  head,
  canWrite,
  isOutdated,
  missing,
  stateVector,
  cursors,
}: SyncAnswer): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, VERSION)
    encoding.writeVarUint(encoder, head)
    encoding.writeVarUint(encoder, canWrite ? 1 : isOutdated === true ? 2 : 0)
    encoding.writeVarUint8Array(encoder, missing)
    encoding.writeVarUint8Array(encoder, stateVector)
    if (cursors === undefined) return
    encoding.writeVarUint(encoder, cursors.length)
    for (const cursor of cursors) writeCursor(encoder, cursor)
  })
}

/** @throws Error when these are not the bytes of an answer */
export function decodeSyncAnswer(bytes: Uint8Array): SyncAnswer {
  const decoder = startDecoding(bytes)
  const head = decoding.readVarUint(decoder)
  const write = decoding.readVarUint(decoder)
  const missing = decoding.readVarUint8Array(decoder)
  const stateVector = decoding.readVarUint8Array(decoder)
  const cursors = decoding.hasContent(decoder) ? readCursors(decoder) : undefined
  requireEnd(decoder)
  return { head, canWrite: write === 1, isOutdated: write === 2, missing, stateVector, cursors }
}

function writeCursor(encoder: encoding.Encoder, { clientId, clock, state }: SyncCursor): void {
  encoding.writeVarUint(encoder, clientId)
  encoding.writeVarUint(encoder, clock)
  encoding.writeVarString(encoder, JSON.stringify(state))
}

function readCursor(decoder: decoding.Decoder): SyncCursor {
  const clientId = decoding.readVarUint(decoder)
  const clock = decoding.readVarUint(decoder)
  const json = decoding.readVarUint8Array(decoder)
  if (json.byteLength > MAX_CURSOR_BYTES) throw new Error(`a cursor may have ${MAX_CURSOR_BYTES} bytes`)
  const state: unknown = JSON.parse(new TextDecoder().decode(json))
  if (typeof state !== 'object' || Array.isArray(state)) throw new Error('a cursor is an object or null')
  return { clientId, clock, state: state as Record<string, unknown> | null }
}

function readCursors(decoder: decoding.Decoder): SyncCursor[] {
  const cursors: SyncCursor[] = []
  for (let left = decoding.readVarUint(decoder); left > 0; left--) cursors.push(readCursor(decoder))
  return cursors
}

function startDecoding(bytes: Uint8Array): decoding.Decoder {
  const decoder = decoding.createDecoder(bytes)
  if (decoding.readVarUint(decoder) !== VERSION) throw new Error('an unknown version')
  return decoder
}

function requireEnd(decoder: decoding.Decoder): void {
  if (decoding.hasContent(decoder)) throw new Error('bytes behind the end')
}
