import { inspect } from 'node:util'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { WebSocket } from 'ws'
import { createRandom } from '../proof-scale.ts'
import { authFrame, frame, TYPE } from '../raw-socket.ts'
import type { FuzzAnswer, FuzzPlan, FuzzReport, FuzzVisitor } from './fuzzer.ts'
import { createFrameMutator, type MutatedFrame } from './mutate-frame.ts'

// Behind every frame goes a ping. A pong says that the server has read the frame and left the socket open; if it
// was closed, the first frame without a pong is the one that closed it, and those behind it, which nobody
// has read, are sent again over the next socket. So every frame is read, and every frame has an answer.

/** Sockets that are open at once, and frames that are under way on each. */
const SOCKETS = 24
const FRAMES_UNDER_WAY = 4
/** After so many frames a socket makes room for a new one. */
const FRAMES_PER_SOCKET = 400
/** What the server answers to a token that it accepts. */
const AUTHENTICATED = 2
/** How long the server may take to answer on one socket, ms. */
const DEADLINE_MS = 30_000
/** How much of a frame is printed when something went wrong, bytes. */
const MAX_SHOWN_BYTES = 2_000

process.once('message', (plan: FuzzPlan) => {
  const tell = (answer: FuzzAnswer) => process.send?.(answer)
  run(plan).then(
    (report) => tell({ report }),
    (error: unknown) => tell({ failed: inspect(error) }),
  )
})

type Counts = Record<string, number>
const count = (counts: Counts, name: string) => {
  counts[name] = (counts[name] ?? 0) + 1
}

interface NumberedFrame extends MutatedFrame {
  readonly number: number
}

interface OpenSocket {
  readonly socket: WebSocket
  readonly pageId: string
}

async function run({ serverUrl, material, from, until, visitors }: FuzzPlan): Promise<FuzzReport> {
  const makeFrame = createFrameMutator(material)
  const [closed, refused, mutations]: [Counts, Counts, Counts] = [{}, {}, {}]
  const examples: Record<string, string> = {}
  const unread: number[] = []
  let [next, survived, saved, notSaved, sockets] = [from, 0, 0, 0, 0]

  function take(): number[] {
    const taken = unread.splice(0, FRAMES_UNDER_WAY)
    while (taken.length < FRAMES_UNDER_WAY && next < until) taken.push(next++)
    return taken
  }

  function listen(data: Buffer): void {
    const decoder = decoding.createDecoder(new Uint8Array(data))
    decoding.readVarString(decoder)
    const type = decoding.readVarUint(decoder)
    if (type === TYPE.auth && decoding.readVarUint(decoder) === 1) {
      count(refused, decoding.readVarString(decoder))
    } else if (type === TYPE.syncStatus) {
      if (decoding.readVarUint(decoder) === 1) saved++
      else notSaved++
    }
  }

  /** Sends these frames over one socket; answers how many were read, and why it was closed if it was. */
  function send(
    socket: WebSocket,
    frames: readonly NumberedFrame[],
  ): Promise<{ read: number; reason?: string }> {
    return new Promise((resolve, reject) => {
      let read = 0
      const end = (answer: { read: number; reason?: string }) => {
        clearTimeout(late)
        socket.off('pong', hear).off('close', close)
        resolve(answer)
      }
      const hear = () => {
        if (++read === frames.length) end({ read })
      }
      const close = (code: number, reason: Buffer) => end({ read, reason: reason.toString() || String(code) })
      const late = setTimeout(
        () => reject(new Error(`no answer from the server to ${describe(frames.slice(read))}`)),
        DEADLINE_MS,
      )
      socket.on('pong', hear).on('close', close)
      for (const { bytes } of frames) {
        socket.send(bytes)
        socket.ping()
      }
    })
  }

  async function openSocket(): Promise<OpenSocket> {
    const random = createRandom(material.seed + sockets++)
    const visitor = visitors[Math.floor(random() * visitors.length)] as FuzzVisitor
    // Sometimes the frames come while the page is still being opened.
    return enter(visitor, random() < 0.8)
  }

  async function enter({ token, pageId }: FuzzVisitor, waitsForAnswer: boolean): Promise<OpenSocket> {
    const socket = new WebSocket(`${serverUrl.replace('http', 'ws')}/collaboration`)
    socket.on('error', () => undefined)
    socket.on('message', listen)
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve)
      socket.once('close', () => reject(new Error('the server lets nobody in any more')))
    })
    if (token === undefined) return { socket, pageId }
    socket.send(authFrame(pageId, token))
    if (waitsForAnswer && (await isAuthenticated(socket))) {
      socket.send(stateVectorFrame(pageId))
      await nextMessage(socket)
    }
    return { socket, pageId }
  }

  async function work(): Promise<void> {
    let open: OpenSocket | undefined
    let sent = 0
    for (let numbers = take(); numbers.length > 0; numbers = take()) {
      if (open?.socket.readyState !== WebSocket.OPEN || sent > FRAMES_PER_SOCKET) {
        open?.socket.terminate()
        open = await openSocket()
        sent = 0
      }
      const { socket, pageId } = open
      const frames = numbers.map((number) => ({ number, ...makeFrame(number, pageId) }))
      const { read, reason } = await send(socket, frames)
      survived += read
      sent += read
      for (const { mutation } of frames.slice(0, read)) count(mutations, mutation)
      const [closing, ...behind] = frames.slice(read)
      if (reason === undefined || closing === undefined) continue
      count(mutations, closing.mutation)
      count(closed, reason)
      examples[reason] ??= describe([closing])
      unread.push(...behind.map(({ number }) => number))
    }
    open?.socket.terminate()
  }

  // Somebody stays on every page, or it would be loaded anew with each socket.
  const residents = await Promise.all(visitors.map((visitor) => enter(visitor, visitor.token !== undefined)))
  await Promise.all(Array.from({ length: SOCKETS }, work))
  for (const { socket } of residents) socket.terminate()
  return { survived, closed, examples, refused, saved, notSaved, sockets, mutations }
}

/** Resolves with null if the socket closes instead. */
function nextMessage(socket: WebSocket): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Error('the server neither lets somebody into a page nor turns them away')),
      DEADLINE_MS,
    )
    const end = (data: Buffer | null) => {
      clearTimeout(late)
      socket.off('message', hear).off('close', close)
      resolve(data)
    }
    const hear = (data: Buffer) => end(data)
    const close = () => end(null)
    socket.on('message', hear).on('close', close)
  })
}

async function isAuthenticated(socket: WebSocket): Promise<boolean> {
  const answer = await nextMessage(socket)
  if (answer === null) return false
  const decoder = decoding.createDecoder(new Uint8Array(answer))
  decoding.readVarString(decoder)
  return decoding.readVarUint(decoder) === TYPE.auth && decoding.readVarUint(decoder) === AUTHENTICATED
}

const stateVectorFrame = (pageId: string) =>
  frame(pageId, TYPE.sync, (encoder) => {
    encoding.writeVarUint(encoder, 0)
    encoding.writeVarUint8Array(encoder, Uint8Array.of(0))
  })

function describe(frames: readonly NumberedFrame[]): string {
  const lines = frames.map(({ number, mutation, bytes }) => {
    const shown = Buffer.from(bytes).subarray(0, MAX_SHOWN_BYTES).toString('hex')
    return `#${number} (${mutation}) ${shown}`
  })
  return `these frames:\n${lines.join('\n')}`
}
