import { Socket } from 'node:net'
import pg from 'pg'
import { WebSocket } from 'ws'
import * as Y from 'yjs'
import { createFrameReader } from '../bench/load/wire-client.ts'
import type { ChildCommand, ChildReport, KillOrder } from './faulty-server.ts'

// The real server, main.ts and all, in a process that can be told to die at an exact step of the commit path.
// The server knows nothing of it: what it talks through is watched (ws for what comes, net for what goes, pg
// for the INSERT, Yjs for the transaction that applies it).

let order: KillOrder | undefined

/** Dies here if this is the step, for as many times as was ordered. SIGKILL: nothing else runs any more. */
function reach(step: KillOrder['step']): void {
  if (order?.step !== step || order.skip-- > 0) return
  process.kill(process.pid, 'SIGKILL')
}

process.on('message', (command: ChildCommand) => {
  if (command.kind === 'kill-at') {
    order = { ...command.order }
    report({ kind: 'armed' })
    return
  }
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  report({ kind: 'memory', heapBytes: heapUsed, bufferBytes: external })
})

function report(message: ChildReport): void {
  process.send?.(message)
}

type Emit = (this: WebSocket, event: string, ...values: unknown[]) => boolean
const emit = WebSocket.prototype.emit as Emit
WebSocket.prototype.emit = function (this: WebSocket, event: string, ...values: unknown[]) {
  const isChange = event === 'message' && isUpdate(values[0])
  if (isChange) reach('received')
  const heard = emit.call(this, event, ...values)
  if (isChange) reach('enqueued')
  return heard
} as typeof WebSocket.prototype.emit

type Query = (this: pg.Pool, query: unknown, ...others: unknown[]) => Promise<unknown>
const query = pg.Pool.prototype.query as unknown as Query
pg.Pool.prototype.query = async function (this: pg.Pool, config: unknown, ...others: unknown[]) {
  if ((config as { name?: string }).name !== 'append-updates') return query.call(this, config, ...others)
  reach('before-insert')
  const answer = query.call(this, config, ...others)
  // The driver writes to PostgreSQL within this turn; after the delay it may or may not have committed.
  if (order?.step === 'inserting') setTimeout(() => reach('inserting'), order.delayMs)
  const rows = await answer
  reach('committed')
  return rows
} as unknown as typeof pg.Pool.prototype.query

type Transact = (this: Y.Doc, work: (transaction: Y.Transaction) => unknown, origin?: unknown) => unknown
const transact = Y.Doc.prototype.transact as Transact
Y.Doc.prototype.transact = function (this: Y.Doc, work: (t: Y.Transaction) => unknown, origin?: unknown) {
  const result = transact.call(this, work, origin)
  if ((origin as { skipStoreHooks?: boolean } | undefined)?.skipStoreHooks === true) reach('applied')
  return result
} as typeof Y.Doc.prototype.transact

type Write = (this: Socket, chunk: unknown, ...others: unknown[]) => boolean
const write = Socket.prototype.write as Write
Socket.prototype.write = function (this: Socket, chunk: unknown, ...others: unknown[]) {
  const messages = readMessages(chunk)
  if (messages.some(isStatus)) reach('before-acknowledgement')
  const isRoomLeft = write.call(this, chunk, ...others)
  if (messages.some(isStatus)) reach('acknowledged-one')
  if (messages.some(isUpdate)) reach('shown-to-one')
  return isRoomLeft
} as typeof Socket.prototype.write

/** The binary WebSocket messages in what is written to a socket: the server writes whole ones. */
function readMessages(chunk: unknown): Uint8Array[] {
  const messages: Uint8Array[] = []
  if (!(chunk instanceof Uint8Array) || chunk[0] !== 0x82) return messages
  const take = (_opcode: number, payload: Uint8Array) => messages.push(payload)
  createFrameReader({ isWanted: () => true, take, skipped: () => undefined })(Buffer.from(chunk))
  return messages
}

/** Behind the address and its length: type sync, step update. */
function isUpdate(data: unknown): boolean {
  return data instanceof Uint8Array && data[1 + (data[0] ?? 0)] === 0 && data[2 + (data[0] ?? 0)] === 2
}

function isStatus(data: unknown): boolean {
  return data instanceof Uint8Array && data[1 + (data[0] ?? 0)] === 8
}

await import('../../server/main.ts')
