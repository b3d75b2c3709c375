import jwt from 'jsonwebtoken'
import * as encoding from 'lib0/encoding'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { MAX_FRAME_BYTES, MAX_UPDATE_BYTES } from '../../server/documents/frame.ts'
import { MAX_PARKED_BYTES_BEFORE_TOKEN } from '../../server/documents/socket-lanes.ts'
import { MAX_QUESTIONS } from '../../server/documents/socket-questions.ts'
import { CLOSE_REASONS, type CloseReason } from '../../shared/protocol/close-reasons.ts'
import { type DocumentClient, openDocument } from '../support/document-client.ts'
import { addMember, createPage, type Person, readText, register, request } from '../support/people.ts'
import { authFrame, frame, openRawSocket, type RawSocket, TYPE, updateFrame } from '../support/raw-socket.ts'
import { JWT_SECRET, startServer, type TestServer } from '../support/start-server.ts'
import { until } from '../support/until.ts'

let server: TestServer
let ann: Person
let pageId: string
let honest: DocumentClient
let lines = 0

beforeAll(async () => {
  server = await startServer()
  ann = await register(server.url, 'Ann')
  pageId = (await createPage(ann)).id
  honest = openDocument(server.url, pageId, ann.session.accessToken)
  await honest.synced()
})
afterAll(async () => {
  honest.close()
  await server.close()
})

// Whatever was done to the server: the honest author next door noticed nothing.
afterEach(async () => {
  const closings = honest.provider.isSynced
  honest.write(`line ${lines++}`)
  await honest.saved()
  expect(closings).toBe(true)
  expect((await readText(ann, pageId)).split('\n')).toHaveLength(lines)
})

async function openAuthenticated(): Promise<RawSocket> {
  const raw = await openRawSocket(server.url)
  raw.authenticate(pageId, ann.session.accessToken)
  await raw.next(TYPE.auth)
  return raw
}

const step = (type: number, payload: Uint8Array) =>
  frame(pageId, TYPE.sync, (encoder) => {
    encoding.writeVarUint(encoder, type)
    encoding.writeVarUint8Array(encoder, payload)
  })

/** It decodes, but a struct in it builds on itself: applied, it would throw, and its page never open again. */
const POISON = Buffer.from(
  '011001248701180309706172616772617068070001240604000125016884012602656c840128046c6f203328000124016101770162c60126012704626f6c640474727565c60128012904626f6c64046e756c6c8701240309706172616772617068070001300604000131016884013202656c840134046c6f203428000130016101770162c60132013304626f6c640474727565c60134013504626f6c64046e756c6c0101010c00',
  'hex',
)

const paragraph = (text: string): Uint8Array => {
  const doc = new Y.Doc()
  doc.getXmlFragment('default').insert(0, [new Y.XmlElement('paragraph')])
  doc.getText('filler').insert(0, text)
  return Y.encodeStateAsUpdate(doc)
}

describe('A5 · a socket is closed with the reason, and only that socket', () => {
  const frames: [string, CloseReason, () => Uint8Array | string][] = [
    ['an empty frame', 'malformed-frame', () => new Uint8Array()],
    ['random bytes', 'malformed-frame', () => Uint8Array.of(250, 251, 252, 253, 254, 255)],
    ['a text frame', 'malformed-frame', () => 'hello'],
    ['a frame that ends behind the page id', 'malformed-frame', () => frame(pageId, 0).slice(0, 37)],
    ['an unknown message type', 'unknown-message-type', () => frame(pageId, 99)],
    [
      'a message type that only servers send',
      'unknown-message-type',
      () => frame(pageId, TYPE.broadcastStateless),
    ],
    ['an unknown kind of sync message', 'unknown-message-type', () => step(9, Uint8Array.of(0))],
    ['a sync message without its payload', 'malformed-frame', () => frame(pageId, TYPE.sync)],
    ['a state vector that does not decode', 'malformed-frame', () => step(0, Uint8Array.of(255, 255, 255))],
    [
      'a truncated update',
      'malformed-update',
      () => updateFrame(pageId, paragraph('truncated').slice(0, -4)),
    ],
    [
      'an update of random bytes',
      'malformed-update',
      () => updateFrame(pageId, Uint8Array.of(9, 8, 7, 6, 5, 4, 3)),
    ],
    [
      'a truncated update as the answer to a state vector',
      'malformed-update',
      () => step(1, paragraph('x').slice(0, 9)),
    ],
    ['an update that Yjs throws on', 'malformed-update', () => updateFrame(pageId, POISON)],
    [
      'an update over the limit',
      'update-too-large',
      () => updateFrame(pageId, paragraph('x'.repeat(MAX_UPDATE_BYTES + 1))),
    ],
    ['awareness that is no JSON', 'malformed-frame', () => awareness('{')],
    ['awareness that claims more states than it has', 'malformed-frame', () => awareness('{}', 5)],
    [
      'a page id that every object has',
      'malformed-page-id',
      () => authFrame('__proto__', ann.session.accessToken),
    ],
    [
      'the same with a session behind it',
      'malformed-page-id',
      () => authFrame('constructor\0session', ann.session.accessToken),
    ],
    [
      'a token with something behind it that is no version',
      'malformed-frame',
      () => Uint8Array.from([...authFrame(pageId, ann.session.accessToken), 50, 1]),
    ],
    [
      'an authentication message of an unknown kind',
      'malformed-frame',
      () => frame(pageId, TYPE.auth, (e) => encoding.writeVarUint(e, 7)),
    ],
  ]

  test.each(frames)('%s → %s', async (_what, reason, build) => {
    const raw = await openAuthenticated()
    raw.send(build())
    expect(await raw.closed).toEqual({ code: CLOSE_REASONS[reason].code, reason })
  })

  test.each(frames)('before signing in as well: %s', async (_what, reason, build) => {
    const raw = await openRawSocket(server.url)
    raw.send(build())
    expect(await raw.closed).toEqual({ code: CLOSE_REASONS[reason].code, reason })
  })

  test('a frame over the limit', async () => {
    const raw = await openAuthenticated()
    raw.send(updateFrame(pageId, new Uint8Array(MAX_FRAME_BYTES + 1)))
    expect((await raw.closed).code).toBe(CLOSE_REASONS['frame-too-large'].code)
  })

  test('a page from a foreign Origin', async () => {
    const raw = await openRawSocket(server.url, { origin: 'https://evil.example' })
    expect(await raw.closed).toEqual({ code: 4403, reason: 'origin-not-allowed' })
  })

  test('more than the queue of a socket that never signs in', async () => {
    const raw = await openRawSocket(server.url)
    const update = updateFrame(pageId, paragraph('x'.repeat(100_000)))
    for (let sent = 0; sent <= MAX_PARKED_BYTES_BEFORE_TOKEN; sent += update.byteLength) raw.send(update)
    expect(await raw.closed).toEqual({ code: 4429, reason: 'too-many-frames' })
  })

  test('an update that decodes but cannot be applied is refused, and the page opens afterwards all the same', async () => {
    const raw = await openAuthenticated()
    raw.send(updateFrame(pageId, new Uint8Array(Buffer.from('01010300040003000361626300', 'hex'))))
    expect(await raw.closed).toEqual({ code: 4400, reason: 'malformed-update' })
    await expect(readText(ann, pageId)).resolves.toContain('line 0')
  })

  test.each([
    ['state vectors', () => step(0, Uint8Array.of(0))],
    ['answers to none', () => step(1, Uint8Array.of(0, 0))],
    ['tokens', () => authFrame(pageId, ann.session.accessToken)],
  ])('more %s than anybody needs', async (_what, build) => {
    const raw = await openAuthenticated()
    for (let index = 0; index < 2 * MAX_QUESTIONS; index++) raw.send(build())
    expect(await raw.closed).toEqual({ code: 4429, reason: 'too-many-frames' })
  })

  test('a thousand mutated updates: what decodes is an edit, and the page opens afterwards all the same', async () => {
    const scratch = (await createPage(ann, 'Scratch')).id
    let seed = 20_261_122
    const random = (below: number) => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff
      return (seed >>> 8) % below
    }
    const open = async () => {
      const raw = await openRawSocket(server.url)
      raw.authenticate(scratch, ann.session.accessToken)
      await raw.next(TYPE.auth)
      return raw
    }
    let raw = await open()
    let closings = 0
    for (let index = 0; index < 1_000; index++) {
      const update = paragraph(`some text to mutate ${index}`)
      for (let count = 0; count < 1 + random(3); count++) update[random(update.length)] = random(256)
      raw.send(updateFrame(scratch, update))
      if (index % 10 !== 9) continue
      // Either it was closed for what it sent, or it still answers.
      raw.send(
        frame(scratch, TYPE.sync, (encoder) => {
          encoding.writeVarUint(encoder, 0)
          encoding.writeVarUint8Array(encoder, Y.encodeStateVector(new Y.Doc()))
        }),
      )
      const alive = await Promise.race([
        raw.closed.then(() => false),
        raw.next(TYPE.sync).then(
          () => true,
          () => false,
        ),
      ])
      if (alive) raw.socket.close()
      else closings++
      await raw.closed
      raw = await open()
    }
    raw.socket.close()
    await raw.closed
    expect(closings).toBeGreaterThan(10)
    await until(async () => {
      const reader = openDocument(server.url, scratch, ann.session.accessToken)
      await reader.synced()
      reader.close()
      return true
    })
    // Read from the log, not from what is still in memory.
    expect(await ann.request('GET', `/api/pages/${scratch}/content?format=text`)).toMatchObject({
      status: 200,
    })
  })
})

function awareness(state: string, count = 1): Uint8Array {
  return frame(pageId, TYPE.awareness, (encoder) =>
    encoding.writeVarUint8Array(
      encoder,
      encoding.encode((inner) => {
        encoding.writeVarUint(inner, count)
        encoding.writeVarUint(inner, 1)
        encoding.writeVarUint(inner, 1)
        encoding.writeVarString(inner, state)
      }),
    ),
  )
}

describe('A2 · a token that does not hold opens nothing', () => {
  const claims = () => ({
    sub: ann.session.user.id,
    sid: (jwt.decode(ann.session.accessToken) as { sid: string }).sid,
    kind: 'user',
    name: 'Ann',
    iss: 'copydesk',
    aud: 'copydesk',
  })
  const tokens: [string, CloseReason, () => string][] = [
    ['missing', 'token-missing', () => ''],
    ['garbage', 'token-invalid', () => 'garbage'],
    ['expired', 'token-expired', () => jwt.sign(claims(), JWT_SECRET, { expiresIn: -10 })],
    [
      'wrongly signed',
      'token-invalid',
      () => jwt.sign(claims(), 'another secret that is long enough too', { expiresIn: 60 }),
    ],
    [
      'unsigned (alg: none)',
      'token-invalid',
      () => jwt.sign({ ...claims(), exp: 4_000_000_000 }, '', { algorithm: 'none' }),
    ],
    [
      'of another algorithm',
      'token-invalid',
      () => jwt.sign(claims(), JWT_SECRET, { expiresIn: 60, algorithm: 'HS512' }),
    ],
    [
      'for another audience',
      'token-invalid',
      () => jwt.sign({ ...claims(), aud: 'else' }, JWT_SECRET, { expiresIn: 60 }),
    ],
    [
      'of another issuer',
      'token-invalid',
      () => jwt.sign({ ...claims(), iss: 'else' }, JWT_SECRET, { expiresIn: 60 }),
    ],
    [
      'of a session that never was',
      'token-invalid',
      () => jwt.sign({ ...claims(), sid: crypto.randomUUID() }, JWT_SECRET, { expiresIn: 60 }),
    ],
    ['that never expires', 'token-invalid', () => jwt.sign(claims(), JWT_SECRET)],
  ]

  test.each(tokens)('%s → %s', async (_what, reason, build) => {
    const client = openDocument(server.url, pageId, build())
    expect(await client.ended()).toBe(reason)
    expect(client.paragraphs()).toEqual([])
    client.close()
  })

  test('of a session that has ended', async () => {
    const leaver = await register(server.url, 'Leaver')
    await addMember(ann, leaver, 'editor')
    await request(server.url, 'POST', '/api/auth/logout', { headers: { cookie: leaver.cookie } })
    const client = openDocument(server.url, pageId, leaver.session.accessToken)
    expect(await client.ended()).toBe('session-ended')
    client.close()
  })

  test.each([
    ['no UUID', 'malformed-page-id', 'not-a-page'],
    ['a path', 'malformed-page-id', '../../etc/passwd'],
    ['in capitals', 'malformed-page-id', '0F8FAD5B-D9CB-469F-A165-70867728950E'],
    ['unknown', 'page-not-found', '00000000-0000-4000-8000-000000000000'],
  ])('a page id that is %s → %s', async (_what, reason, id) => {
    const client = openDocument(server.url, id, ann.session.accessToken)
    expect(await client.ended()).toBe(reason)
    client.close()
  })

  test('A2 · an update from a viewer is answered with a refusal and changes nothing', async () => {
    const viewer = await register(server.url, 'Viewer')
    await addMember(ann, viewer, 'viewer')
    const raw = await openRawSocket(server.url)
    raw.send(authFrame(pageId, viewer.session.accessToken))
    await raw.next(TYPE.auth)
    raw.send(updateFrame(pageId, paragraph('by a viewer')))
    const status = await raw.next(TYPE.syncStatus)
    expect(status.at(-1)).toBe(0)
    raw.socket.close()
  })
})
