import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createSocketOutbox, encodeServerFrame } from '../../server/documents/socket-outbox.ts'
import { createFrameReader } from '../bench/load/wire-client.ts'
import { until } from '../support/until.ts'

/** An outbox on a transport that keeps each write, or that never finishes one. */
function setUp({ isStuck = false } = {}) {
  const writes: Buffer[] = []
  const transport = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _encoding, done) {
      writes.push(chunk)
      if (!isStuck) done()
    },
  })
  const socket = { readyState: 1 as 0 | 1 | 2 | 3, OPEN: 1 as const }
  return { outbox: createSocketOutbox(socket, transport), socket, transport, writes }
}

/** What a client makes of it. */
function readMessages(bytes: Buffer): Buffer[] {
  const messages: Buffer[] = []
  const take = (_opcode: number, payload: Buffer) => messages.push(payload)
  createFrameReader({ isWanted: () => true, take, skipped: () => undefined })(bytes)
  return messages
}

const message = (length: number, fill = 7) => new Uint8Array(length).fill(fill)

test.each([0, 1, 125, 126, 65_535, 65_536, 200_000])('a message of %i bytes arrives as it was', (length) => {
  const sent = message(length)
  const [received] = readMessages(encodeServerFrame(sent))
  expect(received?.equals(sent)).toBe(true)
})

test('what is sent within one turn leaves in one write, in order', async () => {
  const { outbox, writes } = setUp()
  for (const fill of [1, 2, 3]) outbox.send(message(10, fill))
  expect(writes).toEqual([])
  await nextTurn()
  expect(writes).toHaveLength(1)
  expect(readMessages(Buffer.concat(writes)).map((bytes) => bytes[0])).toEqual([1, 2, 3])
  outbox.send(message(10, 4))
  await nextTurn()
  expect(writes).toHaveLength(2)
})

test('large messages of one turn arrive in order too', async () => {
  const { outbox, writes } = setUp()
  for (const fill of [1, 2, 3]) outbox.send(message(50_000, fill))
  await nextTurn()
  expect(readMessages(Buffer.concat(writes)).map((bytes) => bytes[0])).toEqual([1, 2, 3])
})

test('a message that many sockets are sent is framed once', async () => {
  const [one, other] = [setUp(), setUp()]
  const shared = message(1_000)
  for (const { outbox } of [one, other]) outbox.send(shared)
  await nextTurn()
  expect(one.writes[0]).toBe(other.writes[0])
})

test('nothing is sent behind a close frame, and flushing sends what waits before it', async () => {
  const { outbox, socket, writes } = setUp()
  outbox.send(message(1))
  outbox.flush()
  expect(writes).toHaveLength(1)
  outbox.send(message(2))
  socket.readyState = 2
  await nextTurn()
  expect(writes).toHaveLength(1)
})

test('V3 · what a peer does not read is counted, here and in the transport', async () => {
  const { outbox } = setUp({ isStuck: true })
  outbox.send(message(1_000))
  expect(outbox.waitingBytes).toBe(1_004)
  await nextTurn()
  expect(outbox.waitingBytes).toBe(1_004)
  outbox.send(message(1_000))
  expect(outbox.waitingBytes).toBe(2_008)
})

test('V3 · a peer that reads a large message slowly can be told from one that does not read', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const reader = connect((server.address() as AddressInfo).port, '127.0.0.1').pause()
  const [transport] = (await once(server, 'connection')) as [Socket]
  try {
    const outbox = createSocketOutbox({ readyState: 1, OPEN: 1 }, transport)
    expect(outbox.takeProgress()).toBe(false)
    outbox.send(message(64 * 1024 * 1024))
    outbox.flush()
    // What the operating system takes without anybody reading is soon used up.
    await until(() => !outbox.takeProgress() && !outbox.takeProgress())
    expect(outbox.waitingBytes).toBeGreaterThan(64 * 1024 * 1024)
    reader.resume()
    await until(() => outbox.takeProgress())
  } finally {
    reader.destroy()
    transport.destroy()
    server.close()
  }
})
