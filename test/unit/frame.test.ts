import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import * as encoding from 'lib0/encoding'
import { describe, expect, test } from 'vitest'
import { Awareness, encodeAwarenessUpdate } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { MAX_AWARENESS_BYTES, MAX_UPDATE_BYTES, parseFrame } from '../../server/documents/frame.ts'

const PAGE_ID = '0f8fad5b-d9cb-469f-a165-70867728950e'
const SYNC = 0
const AWARENESS = 1
const AUTH = 2
const QUERY_AWARENESS = 3
const SYNC_REPLY = 4
const STATELESS = 5
const BROADCAST_STATELESS = 6
const CLOSE = 7
const SYNC_STATUS = 8

type Write = (encoder: encoding.Encoder) => void

function frame(type: number, write: Write = () => undefined): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarString(encoder, PAGE_ID)
    encoding.writeVarUint(encoder, type)
    write(encoder)
  })
}

const sync = (type: number, payload: Uint8Array) =>
  frame(SYNC, (encoder) => {
    encoding.writeVarUint(encoder, type)
    encoding.writeVarUint8Array(encoder, payload)
  })
const bytes =
  (payload: Uint8Array): Write =>
  (encoder) =>
    encoding.writeVarUint8Array(encoder, payload)
const string =
  (text: string): Write =>
  (encoder) =>
    encoding.writeVarString(encoder, text)

function update(text: string): Uint8Array {
  const doc = new Y.Doc()
  doc.getText('t').insert(0, text)
  return Y.encodeStateAsUpdate(doc)
}

function awarenessUpdate(state: Record<string, unknown>): Uint8Array {
  const awareness = new Awareness(new Y.Doc())
  try {
    awareness.setLocalState(state)
    return encodeAwarenessUpdate(awareness, [awareness.clientID])
  } finally {
    awareness.destroy()
  }
}

/** Why a frame is refused, or null if it is not. */
function inspectFrame(sent: Uint8Array): string | null {
  const parsed = parseFrame(sent)
  return typeof parsed === 'string' ? parsed : null
}

const letter = update('a')
const authentication: Write = (encoder) => {
  encoding.writeVarUint(encoder, 0)
  encoding.writeVarString(encoder, 'token')
}

describe('what a stock client sends passes', () => {
  test.each([
    ['a state vector', sync(0, Y.encodeStateVector(new Y.Doc()))],
    ['the answer to one', sync(1, letter)],
    ['an update', sync(2, letter)],
    ['an empty update', sync(2, Y.encodeStateAsUpdate(new Y.Doc()))],
    [
      'a sync reply',
      frame(SYNC_REPLY, (encoder) => {
        encoding.writeVarUint(encoder, 1)
        encoding.writeVarUint8Array(encoder, letter)
      }),
    ],
    ['a cursor', frame(AWARENESS, bytes(awarenessUpdate({ cursor: 1 })))],
    ['a token', frame(AUTH, authentication)],
    ['a question for cursors', frame(QUERY_AWARENESS)],
    ['a stateless message', frame(STATELESS, string('{}'))],
    ['a goodbye', frame(CLOSE)],
  ])('%s', (_what, sent) => {
    expect(inspectFrame(sent)).toBeNull()
  })
})

test('what matters in a frame is read from it', () => {
  const change = { address: PAGE_ID, update: letter, bringsElements: false }
  expect(parseFrame(sync(2, letter))).toEqual({ ...change, kind: 'update' })
  expect(parseFrame(sync(1, letter))).toEqual({ ...change, kind: 'answer' })
  const page = new Y.Doc()
  page.getXmlFragment('default').push([new Y.XmlElement('paragraph')])
  expect(parseFrame(sync(2, Y.encodeStateAsUpdate(page)))).toMatchObject({ bringsElements: true })
  expect(parseFrame(frame(AUTH, authentication))).toEqual({ kind: 'auth', address: PAGE_ID })
  expect(parseFrame(frame(AWARENESS, bytes(awarenessUpdate({ cursor: 1 }))))).toMatchObject({
    kind: 'awareness',
    cursors: [{ clock: 1, state: { cursor: 1 } }],
  })
})

describe('A5 · each kind of bad frame gets its own reason', () => {
  test.each([
    ['nothing at all', new Uint8Array(), 'malformed-frame'],
    ['one byte', new Uint8Array([255]), 'malformed-frame'],
    ['an address without a message', encoding.encode(string(PAGE_ID)), 'malformed-frame'],
    ['an address longer than the frame', new Uint8Array([200, 1, 65]), 'malformed-frame'],
    [
      'a length of nine quadrillion',
      new Uint8Array([255, 255, 255, 255, 255, 255, 255, 15]),
      'malformed-frame',
    ],
    ['a sync message without a step', frame(SYNC), 'malformed-frame'],
    ['a sync message without a payload', frame(SYNC, (e) => encoding.writeVarUint(e, 2)), 'malformed-frame'],
    ['a truncated frame', sync(2, letter).slice(0, -2), 'malformed-frame'],
    ['an unknown sync step', sync(3, letter), 'unknown-message-type'],
    ['a state vector that is none', sync(0, new Uint8Array([9, 1])), 'malformed-frame'],
    ['an update that does not decode', sync(2, new Uint8Array([1, 2, 3])), 'malformed-update'],
    ['an update of no bytes', sync(2, new Uint8Array()), 'malformed-update'],
    ['a truncated update', sync(2, letter.slice(0, -2)), 'malformed-update'],
    ['a truncated answer', sync(1, letter.slice(0, -2)), 'malformed-update'],
    ['a cursor that is not JSON', frame(AWARENESS, bytes(notJson())), 'malformed-frame'],
    ['a cursor count without cursors', frame(AWARENESS, bytes(new Uint8Array([200, 1]))), 'malformed-frame'],
    ['an unknown kind of authentication', frame(AUTH, (e) => encoding.writeVarUint(e, 1)), 'malformed-frame'],
    ['authentication without a token', frame(AUTH, (e) => encoding.writeVarUint(e, 0)), 'malformed-frame'],
    ['a stateless message without text', frame(STATELESS), 'malformed-frame'],
    ['a message to everybody', frame(BROADCAST_STATELESS, string('hello')), 'unknown-message-type'],
    [
      'a server’s acknowledgement',
      frame(SYNC_STATUS, (e) => encoding.writeVarInt(e, 1)),
      'unknown-message-type',
    ],
    ['a message type nobody knows', frame(99), 'unknown-message-type'],
  ])('%s', (_what, sent, reason) => {
    expect(inspectFrame(sent)).toBe(reason)
  })

  test('an update at the limit passes, one above is too large', () => {
    const overhead = update('a'.repeat(MAX_UPDATE_BYTES / 2)).byteLength - MAX_UPDATE_BYTES / 2
    const largest = update('a'.repeat(MAX_UPDATE_BYTES - overhead - 1))
    expect(largest.byteLength).toBeLessThanOrEqual(MAX_UPDATE_BYTES)
    expect(inspectFrame(sync(2, largest))).toBeNull()
    expect(inspectFrame(sync(2, update('a'.repeat(MAX_UPDATE_BYTES))))).toBe('update-too-large')
  })
})

describe('A5 · what could be read but not written again without overflowing the stack is refused', () => {
  const deep = `${'['.repeat(7_000)}${']'.repeat(7_000)}`
  const oneItem = (ref: number, write: Write) =>
    encoding.encode((encoder) => {
      // One client, one struct, of client 1 from clock 0; the item lies in the root type "default".
      for (const number of [1, 1, 1, 0, ref, 1]) encoding.writeVarUint(encoder, number)
      encoding.writeVarString(encoder, 'default')
      write(encoder)
      encoding.writeVarUint(encoder, 0)
    })

  test('a cursor', () => {
    const state = encoding.encode((encoder) => {
      for (const number of [1, 7, 1]) encoding.writeVarUint(encoder, number)
      encoding.writeVarString(encoder, `{"cursor":${deep}}`)
    })
    expect(inspectFrame(frame(AWARENESS, bytes(state)))).toBe('malformed-frame')
  })

  test.each([
    ['an embed', oneItem(5, string(deep))],
    [
      'a mark',
      oneItem(6, (encoder) => {
        encoding.writeVarString(encoder, 'link')
        encoding.writeVarString(encoder, deep)
      }),
    ],
    [
      'a value',
      oneItem(8, (encoder) => {
        encoding.writeVarUint(encoder, 1)
        encoding.writeAny(encoder, JSON.parse(`${'['.repeat(100)}${']'.repeat(100)}`))
      }),
    ],
  ])('%s', (_what, sent) => {
    expect(inspectFrame(sync(2, sent))).toBe('malformed-update')
  })

  test('what a mark usually carries passes', () => {
    const link = oneItem(6, (encoder) => {
      encoding.writeVarString(encoder, 'link')
      encoding.writeVarString(encoder, '{"href":"https://example.com","list":[[1]]}')
    })
    expect(inspectFrame(sync(2, link))).toBeNull()
  })
})

test('A5 · a cursor larger than any cursor is refused', () => {
  const large = awarenessUpdate({ cursor: 'x'.repeat(MAX_AWARENESS_BYTES) })
  expect(inspectFrame(frame(AWARENESS, bytes(large)))).toBe('awareness-too-large')
})

describe('A5 · whatever the bytes', () => {
  test('looking at them never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (sent) => {
        inspectFrame(sent)
        inspectFrame(sync(2, sent))
        inspectFrame(frame(AWARENESS, bytes(sent)))
      }),
      { numRuns: 500 },
    )
  })

  test('a large random frame is looked at quickly', () => {
    const startedAt = performance.now()
    for (let round = 0; round < 20; round++) inspectFrame(sync(2, randomBytes(100_000)))
    expect(performance.now() - startedAt).toBeLessThan(2_000)
  })
})

function notJson(): Uint8Array {
  return encoding.encode((encoder) => {
    for (const number of [1, 7, 1]) encoding.writeVarUint(encoder, number)
    encoding.writeVarString(encoder, '{"cursor":')
  })
}
