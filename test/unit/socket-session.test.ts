import * as encoding from 'lib0/encoding'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { WebSocket } from 'ws'
import * as Y from 'yjs'
import { MAX_UPDATE_BYTES } from '../../server/documents/frame.ts'
import type { FrameRate } from '../../server/documents/frame-pace.ts'
import type { Placement } from '../../server/documents/nesting.ts'
import { MAX_UNSENT_BYTES } from '../../server/documents/socket-backlog.ts'
import {
  MAX_LANES,
  MAX_PARKED_BYTES,
  MAX_PARKED_BYTES_BEFORE_TOKEN,
} from '../../server/documents/socket-lanes.ts'
import { MAX_UNCOMMITTED_BYTES, UNCOMMITTED_OVERHEAD_BYTES } from '../../server/documents/socket-reading.ts'
import {
  createSocketSession,
  type PageConnection,
  TOO_SLOW_GRACE_MS,
} from '../../server/documents/socket-session.ts'
import type { CloseReason } from '../../shared/protocol/close-reasons.ts'
import { authFrame, frame, TYPE, updateFrame } from '../support/raw-socket.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** A session on a socket that only keeps a list of what happened. Updates are named by their text. */
function setUp({
  addsSomething = true,
  storedState = () => null,
  placement = 'fits',
  frameRate,
}: {
  addsSomething?: boolean
  storedState?: () => Uint8Array | null
  placement?: Placement
  frameRate?: FrameRate
} = {}) {
  const placements = { next: placement }
  const happened: string[] = []
  const commits: { text: string; committed: () => void; refused: (reason: CloseReason) => void }[] = []
  const connections = new Map<string, { readOnly: boolean; leave: () => void }>()
  const outbox = {
    waitingBytes: 0,
    takeProgress: () => false,
    send: (bytes: Uint8Array) => happened.push(`sent ${describeSent(bytes)}`),
    flush: () => undefined,
  }
  const socket = {
    ...{ readyState: 1, OPEN: 1, isPaused: false },
    close: (_code: number, reason: string) => happened.push(`closed: ${reason}`),
    terminate: () => happened.push('terminated'),
    pause() {
      socket.isPaused = true
      happened.push('paused')
    },
    resume() {
      socket.isPaused = false
      happened.push('resumed')
    },
  }
  const session = createSocketSession(
    socket as unknown as WebSocket,
    outbox,
    {
      commit(_connection, update, committed, refused) {
        const text = textOf(update)
        happened.push(`commit ${text}`)
        commits.push({ text, committed, refused })
      },
      trim: (_connection, { update }) => (addsSomething ? update : null),
      storedState,
      place: () => placements.next,
      moveCursors: (_connection, _cursors, areUpdatesIn) =>
        happened.push(`cursor, updates in: ${areUpdatesIn()}`),
      tooSlow: (_connections, bytes) => happened.push(`too slow: ${bytes - MAX_UNSENT_BYTES} bytes over`),
      tooFast: () => happened.push('too fast'),
      frameRate,
    },
    () => ({ handleMessage: (bytes: Uint8Array) => happened.push(`to Hocuspocus: ${describeFrame(bytes)}`) }),
  )
  return {
    ...{ session, happened, outbox, connections, placements },
    receive(...frames: Uint8Array[]) {
      for (const bytes of frames) session.receive(bytes)
    },
    /** Hocuspocus establishes the connection on an address. */
    open(address = 'page', readOnly = false) {
      let leave: () => void = () => undefined
      const connection = {
        ...{ readOnly, messageAddress: address, context: {}, document: new Y.Doc() },
        onClose: (listener: () => void) => {
          leave = listener
        },
      }
      connections.set(address, {
        leave: () => leave(),
        get readOnly() {
          return connection.readOnly
        },
        set readOnly(value) {
          connection.readOnly = value
        },
      })
      session.open(connection as unknown as PageConnection)
    },
    /** The oldest update under way meets its fate; acknowledgements have gone out afterwards. */
    async commitNext() {
      commits.shift()?.committed()
      await Promise.resolve()
    },
    refuseNext: (reason: CloseReason) => commits.shift()?.refused(reason),
    /** What happened since the last look. */
    look: () => happened.splice(0),
  }
}

const NAMES: Record<number, string> = {
  [TYPE.sync]: 'sync',
  [TYPE.awareness]: 'awareness',
  [TYPE.auth]: 'token',
  [TYPE.stateless]: 'stateless',
  [TYPE.queryAwareness]: 'query',
}
const typeOf = (bytes: Uint8Array) => bytes[1 + (bytes[0] ?? 0)] ?? -1
const addressOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes.subarray(1, 1 + (bytes[0] ?? 0)))
const describeFrame = (bytes: Uint8Array) => `${NAMES[typeOf(bytes)]} of ${addressOf(bytes)}`
function describeSent(bytes: Uint8Array): string {
  if (typeOf(bytes) === TYPE.syncStatus)
    return `${bytes.at(-1) === 1 ? 'saved' : 'refused'} to ${addressOf(bytes)}`
  const step = typeOf(bytes) === TYPE.sync ? bytes[2 + (bytes[0] ?? 0)] : undefined
  return step === 0 ? 'a question back' : step === 1 ? 'the page' : describeFrame(bytes)
}

function update(text: string): Uint8Array {
  const doc = new Y.Doc()
  doc.getText('t').insert(0, text)
  return Y.encodeStateAsUpdate(doc)
}

function textOf(bytes: Uint8Array): string {
  const doc = new Y.Doc()
  Y.applyUpdate(doc, bytes)
  const text = doc.getText('t').toString()
  return text.length > 20 ? 'a long text' : text
}

const edit = (text: string, address = 'page') => updateFrame(address, update(text))
const sync = (step: number, payload: Uint8Array, address = 'page') =>
  frame(address, TYPE.sync, (encoder) => {
    encoding.writeVarUint(encoder, step)
    encoding.writeVarUint8Array(encoder, payload)
  })
const stateVector = (address = 'page') => sync(0, Y.encodeStateVector(new Y.Doc()), address)
const answer = (text: string) => sync(1, update(text))
const token = (address = 'page') => authFrame(address, 'token')
const cursor = () =>
  frame('page', TYPE.awareness, (encoder) =>
    encoding.writeVarUint8Array(
      encoder,
      encoding.encode((inner) => {
        for (const number of [1, 7, 1]) encoding.writeVarUint(inner, number)
        encoding.writeVarString(inner, '{}')
      }),
    ),
  )
const admission = (address = 'page') =>
  frame(address, TYPE.auth, (encoder) => {
    encoding.writeVarUint(encoder, 2)
    encoding.writeVarString(encoder, 'read-write')
  })
const refusal = (address = 'page') =>
  frame(address, TYPE.auth, (encoder) => {
    encoding.writeVarUint(encoder, 1)
    encoding.writeVarString(encoder, 'forbidden')
  })

describe('who has nothing of a page', () => {
  const whole = update('the page')
  const ready = () => {
    const stored: { state: Uint8Array | null } = { state: whole }
    const all = setUp({ storedState: () => stored.state })
    all.receive(token(), stateVector())
    return { ...all, stored }
  }

  test('is sent it as it is stored, as soon as it is read, and once', () => {
    const { session, open, look } = ready()
    session.outlet.send(admission())
    look()
    expect(session.answerEarly('page', whole)).toBe(true)
    expect(look()).toEqual(['sent the page'])
    open()
    expect(look()).toEqual(['sent a question back'])
  })

  test('C1 · is sent it again as it is then, if it has changed before it was open', () => {
    const { session, open, look, stored } = ready()
    session.outlet.send(admission())
    session.answerEarly('page', whole)
    stored.state = null
    look()
    open()
    expect(look()).toEqual(['to Hocuspocus: sync of page'])
  })

  test('C1 · is sent it as it is stored when it is open, and not any more once it has changed', async () => {
    const { open, look, receive, commitNext, stored } = ready()
    look()
    open()
    expect(look()).toEqual(['sent a question back', 'sent the page'])
    receive(edit('a'), stateVector())
    expect(look()).toEqual(['commit a'])
    stored.state = null
    await commitNext()
    expect(look()).toEqual(['sent saved to page', 'to Hocuspocus: sync of page'])
  })

  test('A1 · is sent nothing before they are admitted, nor of another page', () => {
    const { session, look, receive } = ready()
    look()
    expect(session.answerEarly('page', whole)).toBe(false)
    session.outlet.send(admission())
    look()
    expect(session.answerEarly('pag', whole)).toBe(false)
    // With another name for the same page on the socket it is not known who was let in to it.
    receive(token('page\0other'), stateVector('page\0other'))
    look()
    expect(session.answerEarly('page', whole)).toBe(false)
    expect(look()).toEqual([])
  })

  test('A1 · is sent nothing when they were refused', () => {
    const { session, look } = ready()
    session.outlet.send(refusal())
    look()
    expect(session.answerEarly('page', whole)).toBe(false)
    expect(look()).toEqual([])
  })

  test('who has something of it is sent what they lack, not all', () => {
    const { session, receive, open, look } = setUp({ storedState: () => whole })
    const doc = new Y.Doc()
    Y.applyUpdate(doc, update('mine'))
    receive(token(), sync(0, Y.encodeStateVector(doc)))
    session.outlet.send(admission())
    look()
    expect(session.answerEarly('page', whole)).toBe(false)
    open()
    expect(look()).toEqual(['to Hocuspocus: sync of page'])
  })
})

const element = () => {
  const doc = new Y.Doc()
  doc.getXmlFragment('default').push([new Y.XmlElement('paragraph')])
  doc.getText('t').insert(0, 'element')
  return updateFrame('page', Y.encodeStateAsUpdate(doc))
}

describe('before a page is open', () => {
  test('only the token goes through; the rest follows in order when the page is open', () => {
    const { receive, open, look } = setUp()
    receive(token(), stateVector(), edit('a'), edit('b'))
    expect(look()).toEqual(['to Hocuspocus: token of page'])
    open()
    expect(look()).toEqual(['to Hocuspocus: sync of page', 'commit a', 'commit b'])
  })

  test('A2 · what came with a token that is refused is dropped', () => {
    const { session, receive, open, look } = setUp()
    receive(token(), edit('not allowed'))
    session.outlet.send(refusal())
    receive(token())
    look()
    open()
    expect(look()).toEqual([])
    receive(edit('allowed'))
    expect(look()).toEqual(['commit allowed'])
  })

  test('A2 · a refusal on one address leaves what waits on another', () => {
    const { session, receive, open, look } = setUp()
    receive(token('one'), edit('a', 'one'), token('two'), edit('b', 'two'))
    session.outlet.send(refusal('one'))
    look()
    open('two')
    open('one')
    expect(look()).toEqual(['commit b'])
  })

  test('a refusal that is sent to an open page drops nothing', () => {
    const { session, receive, open, look } = setUp()
    open('one')
    receive(token('two'), edit('b', 'two'), edit('a', 'one'), stateVector('one'))
    session.outlet.send(refusal('one'))
    look()
    open('two')
    expect(look()).toEqual(['commit b'])
  })
})

describe('the order on an open page', () => {
  test('nothing overtakes an update that was sent before it', async () => {
    const { receive, open, look, commitNext } = setUp()
    open()
    receive(edit('a'), stateVector(), edit('b'))
    expect(look()).toEqual(['commit a'])
    await commitNext()
    expect(look()).toEqual(['sent saved to page', 'to Hocuspocus: sync of page', 'commit b'])
  })

  test('it waits for all updates before it, not only for the first', async () => {
    const { receive, open, look, commitNext } = setUp()
    open()
    receive(edit('a'), edit('b'), stateVector())
    await commitNext()
    expect(look()).toEqual(['commit a', 'commit b', 'sent saved to page'])
    await commitNext()
    expect(look()).toEqual(['sent saved to page', 'to Hocuspocus: sync of page'])
  })

  test('parked frames keep their order among each other, however often they are parked again', async () => {
    const { receive, open, look, commitNext } = setUp()
    open()
    const query = frame('page', TYPE.queryAwareness)
    receive(edit('a'), stateVector(), edit('b'), query, edit('c'), stateVector())
    for (let count = 0; count < 3; count++) await commitNext()
    expect(look().filter((what) => !what.startsWith('sent'))).toEqual([
      'commit a',
      'to Hocuspocus: sync of page',
      'commit b',
      'to Hocuspocus: query of page',
      'commit c',
      'to Hocuspocus: sync of page',
    ])
  })

  test('pages on the same socket do not wait for each other', () => {
    const { receive, open, look } = setUp()
    open('one')
    open('two')
    receive(edit('a', 'one'), stateVector('two'), edit('b', 'two'), stateVector('one'))
    expect(look()).toEqual(['commit a', 'to Hocuspocus: sync of two', 'commit b'])
  })

  test('a cursor goes ahead at once, and knows when the text before it is in', async () => {
    const { receive, open, look, commitNext } = setUp()
    open()
    receive(edit('a'), cursor())
    await commitNext()
    receive(cursor())
    expect(look()).toEqual([
      'commit a',
      'cursor, updates in: false',
      'sent saved to page',
      'cursor, updates in: true',
    ])
  })

  test('what was parked on a connection that closed is dropped', async () => {
    const { receive, open, look, commitNext, connections } = setUp()
    open()
    receive(edit('a'), stateVector(), edit('b'))
    connections.get('page')?.leave()
    look()
    await commitNext()
    expect(look()).not.toContain('commit b')
  })
})

describe('acknowledgements', () => {
  test('D1 · one for each update, none before its commit', async () => {
    const { receive, open, look, commitNext } = setUp()
    open()
    receive(edit('a'), edit('b'), edit('c'))
    await Promise.resolve()
    expect(look()).toEqual(['commit a', 'commit b', 'commit c'])
    for (let count = 0; count < 3; count++) await commitNext()
    expect(look()).toEqual(['sent saved to page', 'sent saved to page', 'sent saved to page'])
  })

  test('an answer with something new is committed and acknowledged like an update', async () => {
    const { receive, open, look, commitNext } = setUp()
    open()
    receive(answer('offline'))
    expect(look()).toEqual(['commit offline'])
    await commitNext()
    expect(look()).toEqual(['sent saved to page'])
  })

  test('C2 · an answer without anything new is acknowledged and not written again', async () => {
    const { receive, open, look } = setUp({ addsSomething: false })
    open()
    receive(answer('known'))
    await Promise.resolve()
    expect(look()).toEqual(['sent saved to page'])
  })

  test('A2 · a reader’s update is refused, and their answer is left to Hocuspocus', () => {
    const { receive, open, look } = setUp()
    open('page', true)
    receive(edit('not mine'), answer('not mine'))
    expect(look()).toEqual(['sent refused to page', 'to Hocuspocus: sync of page'])
  })

  test('A2 · who becomes a reader while updates are parked has them refused', async () => {
    const { receive, open, look, commitNext, connections } = setUp()
    open()
    receive(edit('a'), stateVector(), edit('b'))
    const connection = connections.get('page')
    if (connection !== undefined) connection.readOnly = true
    look()
    await commitNext()
    expect(look()).toEqual(['sent saved to page', 'to Hocuspocus: sync of page', 'sent refused to page'])
  })

  test('D3 · an update that cannot be committed closes the socket with the reason, unacknowledged', async () => {
    const { receive, open, look, refuseNext } = setUp()
    open()
    receive(edit('a'))
    look()
    refuseNext('storage-unavailable')
    await Promise.resolve()
    expect(look()).toEqual(['closed: storage-unavailable'])
  })

  test('V2 · it is settled when every update is committed and its acknowledgement has left', async () => {
    const { session, receive, open, look, commitNext, happened } = setUp()
    open()
    receive(edit('a'), edit('b'))
    look()
    const settled = session.settled().then(() => happened.push('settled'))
    await commitNext()
    await commitNext()
    await settled
    expect(look()).toEqual(['sent saved to page', 'sent saved to page', 'settled'])
  })
})

describe('A5 · limits', () => {
  test('more pages than a socket may have', () => {
    const { receive, look } = setUp()
    for (let page = 0; page < MAX_LANES; page++) receive(token(`page${page}`))
    look()
    receive(token('one more'))
    expect(look()).toEqual(['closed: too-many-pages'])
  })

  test('a page that is closed makes room for another', () => {
    const { receive, open, look, connections } = setUp()
    for (let page = 0; page < MAX_LANES; page++) receive(token(`page${page}`))
    open('page0')
    connections.get('page0')?.leave()
    look()
    receive(token('one more'))
    expect(look()).toEqual(['to Hocuspocus: token of one more'])
  })

  test.each([
    ['before it has opened a page', false, MAX_PARKED_BYTES_BEFORE_TOKEN],
    ['afterwards', true, MAX_PARKED_BYTES],
  ])('more parked bytes than a socket may have %s, and no fewer', (_when, isOpen, limit) => {
    const { receive, open, look } = setUp()
    if (isOpen) open('other page')
    receive(token())
    look()
    const large = updateFrame('page', update('x'.repeat(100_000)))
    const fitting = Math.floor(limit / (large.byteLength + 200))
    for (let count = 0; count < fitting; count++) receive(large)
    expect(look()).toEqual([])
    receive(large)
    expect(look()).toEqual(['closed: too-many-frames'])
  })

  test('very many very small parked frames count as well', () => {
    const { receive, look } = setUp()
    receive(token())
    look()
    const small = cursor()
    for (let count = 0; count < MAX_PARKED_BYTES_BEFORE_TOKEN / 200 && look().length === 0; count++)
      receive(small)
    receive(small)
    expect(look()).toEqual(['closed: too-many-frames'])
  })

  test('what has been unparked makes room again', async () => {
    const { receive, open, look, commitNext } = setUp()
    open()
    const large = updateFrame('page', update('x'.repeat(900_000)))
    for (let round = 0; round < 5; round++) {
      receive(edit('a'))
      // It waits for the edit, and what comes behind it waits for it.
      receive(frame('page', TYPE.queryAwareness))
      for (let count = 0; count < 4; count++) receive(large)
      for (let count = 0; count < 5; count++) await commitNext()
    }
    expect(look().filter((what) => what.startsWith('closed'))).toEqual([])
  })

  test('a socket with too much uncommitted is not read until half of it is committed', async () => {
    const { receive, open, look, commitNext } = setUp()
    open()
    const large = updateFrame('page', update('x'.repeat(MAX_UPDATE_BYTES / 2)))
    const tooMany = Math.floor(MAX_UNCOMMITTED_BYTES / large.byteLength) + 1
    for (let count = 0; count < tooMany; count++) receive(large)
    expect(look().at(-2)).toBe('paused')
    for (let count = 0; count < tooMany; count++) await commitNext()
    const log = look()
    expect(log.filter((what) => what === 'resumed')).toHaveLength(1)
    // Two of four had to be committed first, and the rest before the socket is told of the last.
    expect(log.indexOf('resumed')).toBeGreaterThan(1)
    expect(log.indexOf('resumed')).toBeLessThan(log.length - 1)
  })

  test('V3 · very many small uncommitted updates are too much as well: the others get their turn', async () => {
    const { receive, open, look, commitNext } = setUp()
    open()
    const enough = Math.floor(MAX_UNCOMMITTED_BYTES / UNCOMMITTED_OVERHEAD_BYTES)
    for (let count = 0; count < enough; count++) receive(edit('a'))
    expect(look().filter((what) => what === 'paused')).toEqual(['paused'])
    for (let count = 0; count < enough; count++) await commitNext()
    expect(look().filter((what) => what === 'resumed')).toEqual(['resumed'])
  })

  test('V3 · a client that does not read what it is sent is cut off', () => {
    const { session, outbox, look } = setUp()
    const sent = edit('a')
    outbox.waitingBytes = MAX_UNSENT_BYTES
    session.outlet.send(sent)
    outbox.waitingBytes = MAX_UNSENT_BYTES + 1
    session.outlet.send(sent)
    expect(look()).toEqual(['sent sync of page', 'too slow: 1 bytes over', 'closed: too-slow'])
    outbox.waitingBytes = 0
    session.outlet.send(sent)
    expect(look()).toEqual([])
    vi.advanceTimersByTime(TOO_SLOW_GRACE_MS)
    expect(look()).toEqual(['terminated'])
  })

  test('A5 · a page larger than what may wait can be opened: it may be on its way, but not twice', () => {
    const { session, outbox, look } = setUp()
    const page = frame('page', TYPE.sync, (encoder) => {
      encoding.writeVarUint(encoder, 1)
      encoding.writeVarUint8Array(encoder, new Uint8Array(MAX_UNSENT_BYTES + 1))
    })
    session.outlet.send(page)
    outbox.waitingBytes = page.byteLength
    session.outlet.send(edit('a'))
    expect(look()).toEqual(['sent the page', 'sent sync of page'])
    session.outlet.send(page)
    expect(look().at(-1)).toBe('closed: too-slow')
  })

  test('V3 · a peer that is still reading something large is alive, although it does not answer', () => {
    const { session, outbox } = setUp()
    session.takeActivity()
    outbox.takeProgress = () => true
    expect(session.takeActivity()).toBe(true)
    outbox.takeProgress = () => false
    expect(session.takeActivity()).toBe(false)
  })

  test('V3 · a client that asks for a large page and reads nothing of it is cut off, whatever it sends', () => {
    const { session, outbox, receive, open, look } = setUp()
    open()
    outbox.waitingBytes = MAX_UNSENT_BYTES + 1
    session.takeActivity()
    outbox.takeProgress = () => true
    session.takeActivity()
    outbox.takeProgress = () => false
    session.takeActivity()
    expect(look()).toEqual([])
    receive(cursor())
    look()
    session.takeActivity()
    expect(look()).toEqual(['too slow: 1 bytes over', 'closed: too-slow'])
  })

  test('V3 · a client that sends too fast is read only as fast as the rate allows, and is not put out', () => {
    const { receive, open, look } = setUp({ frameRate: { perSecond: 10, burst: 5 } })
    open()
    const send = (count: number) => {
      for (let index = 0; index < count; index++) receive(cursor())
      return look().filter((what) => !what.startsWith('cursor'))
    }
    expect(send(5)).toEqual([])
    // What the socket had read already still comes.
    expect(send(3)).toEqual(['too fast', 'paused'])
    vi.advanceTimersByTime(290)
    expect(look()).toEqual([])
    vi.advanceTimersByTime(20)
    expect(look()).toEqual(['resumed'])
    vi.advanceTimersByTime(60_000)
    expect(send(5)).toEqual([])
    expect(send(1)).toEqual(['too fast', 'paused'])
  })

  test('V3 · it is read again only when both its rate and what is uncommitted allow it', async () => {
    const { receive, open, look, commitNext } = setUp({ frameRate: { perSecond: 1, burst: 3 } })
    open()
    const large = updateFrame('page', update('x'.repeat(MAX_UPDATE_BYTES / 2)))
    for (let count = 0; count < 4; count++) receive(large)
    expect(look().filter((what) => what === 'paused')).toHaveLength(1)
    vi.advanceTimersByTime(5_000)
    expect(look()).toEqual([])
    for (let count = 0; count < 4; count++) await commitNext()
    expect(look().filter((what) => what === 'resumed')).toHaveLength(1)
  })

  test('a frame that cannot be read closes the socket with the reason', () => {
    const { receive, look } = setUp()
    receive(new Uint8Array())
    expect(look()).toEqual(['closed: malformed-frame'])
  })
})

test('A5 · an update that a full page refuses is answered so, and the connection goes on', () => {
  const { receive, open, refuseNext, look } = setUp()
  open()
  receive(edit('a'))
  refuseNext('page-too-large')
  receive(edit('b'))
  expect(look()).toEqual(['commit a', 'sent refused to page', 'commit b'])
})

test('A2 · who may not write any more is not closed a second time for what was waiting', () => {
  const { receive, open, refuseNext, look, connections } = setUp()
  open()
  receive(edit('a'))
  const connection = connections.get('page')
  if (connection !== undefined) connection.readOnly = true
  refuseNext('access-changed')
  expect(look()).toEqual(['commit a', 'sent refused to page'])
})

test('V2 · an update that is refused does not keep the session from being settled', async () => {
  const { session, receive, open, refuseNext } = setUp()
  open()
  receive(edit('a'))
  const settled = session.settled()
  refuseNext('storage-unavailable')
  await settled
})

describe('A5 · elements', () => {
  test('too deep close the socket, and plain typing is not asked about', () => {
    const { receive, open, look } = setUp({ placement: 'too-deep' })
    open()
    receive(edit('typed'))
    expect(look()).toEqual(['commit typed'])
    receive(element())
    expect(look()).toEqual(['closed: nested-too-deep'])
  })

  test('put into what is under way wait for it, and everything behind them does', async () => {
    const { receive, open, look, commitNext, placements } = setUp({ placement: 'unplaced' })
    open()
    receive(edit('under way'), element(), edit('behind'))
    expect(look()).toEqual(['commit under way'])
    placements.next = 'fits'
    await commitNext()
    expect(look()).toEqual(['sent saved to page', 'commit element', 'commit behind'])
  })

  test('put into what nobody knows of send the client back to bring everything', async () => {
    const { receive, open, look } = setUp({ placement: 'unplaced' })
    open()
    receive(element())
    expect(look()).toEqual(['closed: page-reloading'])
  })
})
