import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLine, type Line } from '../simulator/network/line.ts'
import { until } from '../support/until.ts'

/** What a server has of one connection. */
interface Accepted {
  readonly socket: Socket
  text: string
  isClosed: boolean
}

let server: Server
let line: Line
let accepted: Accepted[]
let clients: Socket[]

beforeEach(async () => {
  accepted = []
  clients = []
  server = createServer((socket) => {
    const one: Accepted = { socket, text: '', isClosed: false }
    accepted.push(one)
    socket.on('error', () => undefined)
    socket.on('data', (bytes) => {
      one.text += bytes.toString()
    })
    socket.on('close', () => {
      one.isClosed = true
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  line = await createLine({ target: new URL(`http://127.0.0.1:${port}`), random: () => 0.5 })
})
afterEach(async () => {
  for (const socket of [...clients, ...accepted.map((one) => one.socket)]) socket.destroy()
  await line.close()
  server.close()
})

/** Connects through the line; resolves when the server has it. */
async function open(): Promise<{ socket: Socket; there: Accepted; isClosed: () => boolean }> {
  const count = accepted.length
  const { createConnection } = line.agent as unknown as { createConnection(options: object): Socket }
  const socket = createConnection({})
  clients.push(socket)
  let isClosed = false
  socket.on('error', () => undefined)
  socket.on('close', () => {
    isClosed = true
  })
  await until(() => accepted.length > count)
  return { socket, there: accepted[count] as Accepted, isClosed: () => isClosed }
}

describe('a line that the simulator disturbs', () => {
  it('passes everything on, also what was sent right before the end', async () => {
    const { socket, there } = await open()
    socket.end('the last words')
    await until(() => there.isClosed)
    expect(there.text).toBe('the last words')
  })

  it('keeps a half-open connection from the server’s eyes when the client gives it up', async () => {
    const old = await open()
    line.halfOpen()
    old.socket.write('lost')
    line.abandon()
    await until(old.isClosed)
    const next = await open()
    next.socket.write('arrives')
    await until(() => next.there.text === 'arrives')
    expect(old.there).toMatchObject({ text: '', isClosed: false })
    old.there.socket.destroy()
    await until(() => line.openConnections === 1)
  })

  it('brings what was under way when the client is back over another connection', async () => {
    const old = await open()
    line.stall()
    old.socket.write('first')
    // It has to be in the line before the client's side breaks.
    await new Promise((resolve) => setTimeout(resolve, 100))
    line.detain(300)
    await until(old.isClosed)
    const next = await open()
    next.socket.write('second')
    await until(() => next.there.text === 'second')
    expect(old.there.text).toBe('')
    await until(() => old.there.isClosed)
    expect(old.there.text).toBe('first')
  })

  it('refuses while it is blocked', async () => {
    const { isClosed } = await open()
    line.block()
    line.cut()
    await until(isClosed)
    const { createConnection } = line.agent as unknown as { createConnection(options: object): Socket }
    const socket = createConnection({})
    clients.push(socket)
    socket.on('error', () => undefined)
    await new Promise<void>((resolve) => socket.once('close', () => resolve()))
    expect(accepted).toHaveLength(1)
  })
})
