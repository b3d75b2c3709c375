import * as encoding from 'lib0/encoding'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import type { Problem } from '../../shared/api/problem.ts'
import { decodeSyncAnswer, encodeSyncRequest, type SyncAnswer } from '../../shared/api/sync.ts'
import { queryDatabase } from '../support/database.ts'
import { openDocument } from '../support/document-client.ts'
import {
  addMember,
  createPage,
  createShareLink,
  enterAsGuest,
  type Person,
  readText,
  register,
} from '../support/people.ts'
import { startServer, type TestServer } from '../support/start-server.ts'

let server: TestServer
let ann: Person
let bob: Person

beforeAll(async () => {
  server = await startServer()
  ann = await register(server.url, 'Ann')
  bob = await register(server.url, 'Bob')
  await addMember(ann, bob, 'editor')
})
afterAll(() => server.close())

async function post(
  person: Person | null,
  pageId: string,
  body: Uint8Array,
  type = 'application/octet-stream',
): Promise<{ status: number; answer: SyncAnswer | null; problem: Problem | null }> {
  const response = await fetch(`${server.url}/api/pages/${pageId}/sync`, {
    method: 'POST',
    headers: {
      'content-type': type,
      ...(person === null ? {} : { authorization: `Bearer ${person.session.accessToken}` }),
    },
    body: new Uint8Array(body),
  })
  const bytes = new Uint8Array(await response.arrayBuffer())
  if (response.status === 200) return { status: 200, answer: decodeSyncAnswer(bytes), problem: null }
  return { status: response.status, answer: null, problem: JSON.parse(new TextDecoder().decode(bytes)) }
}

/** A client that knows nothing but HTTP. */
function createHttpClient(person: Person, pageId: string) {
  const doc = new Y.Doc()
  const unsent: Uint8Array[] = []
  doc.on('update', (update: Uint8Array, origin: unknown) => {
    if (origin !== 'server') unsent.push(update)
  })
  return {
    doc,
    write(text: string) {
      const paragraph = new Y.XmlElement('paragraph')
      paragraph.insert(0, [new Y.XmlText(text)])
      doc.getXmlFragment('default').push([paragraph])
    },
    async sync() {
      const updates = unsent.splice(0)
      const body = encodeSyncRequest({ stateVector: Y.encodeStateVector(doc), updates, head: 0 })
      const { status, answer } = await post(person, pageId, body)
      expect(status).toBe(200)
      Y.applyUpdate(doc, (answer as SyncAnswer).missing, 'server')
      return { body, answer: answer as SyncAnswer }
    },
    text: () => doc.getXmlFragment('default').toString(),
  }
}

describe('POST …/sync', () => {
  test('V1 · C1 · two clients with HTTP only and one with a WebSocket end with the same page', async () => {
    const page = await createPage(ann)
    const [first, second] = [createHttpClient(ann, page.id), createHttpClient(bob, page.id)]
    const socket = openDocument(server.url, page.id, ann.session.accessToken)
    await socket.synced()
    for (let round = 0; round < 10; round++) {
      first.write(`first ${round}`)
      second.write(`second ${round}`)
      socket.write(`socket ${round}`)
      await Promise.all([first.sync(), second.sync(), socket.saved()])
    }
    await socket.until(() => socket.paragraphs().length === 30)
    const [{ answer }] = [await first.sync(), await second.sync()]
    expect(first.text()).toBe(socket.doc.getXmlFragment('default').toString())
    expect(second.text()).toBe(first.text())
    expect(await readText(ann, page.id)).toBe(socket.paragraphs().join('\n'))
    const { headers } = await ann.request('GET', `/api/pages/${page.id}/content`)
    expect(headers.get('etag')).toBe(`"${answer.head}"`)
    socket.close()
  })

  test('D1 · what it answers is on disk, and sending it again writes nothing', async () => {
    const page = await createPage(ann)
    const client = createHttpClient(ann, page.id)
    client.write('once')
    const { body, answer } = await client.sync()
    expect(answer).toMatchObject({ head: 1, canWrite: true })
    expect(answer.stateVector).toEqual(Y.encodeStateVector(client.doc))
    const countRows = () =>
      queryDatabase(server.databaseUrl, 'SELECT seq FROM document_updates WHERE page_id = $1', [page.id])
    expect(await countRows()).toHaveLength(1)
    const again = await post(ann, page.id, body)
    expect(again.answer?.head).toBe(1)
    expect(await countRows()).toHaveLength(1)
    expect(await readText(ann, page.id)).toBe('once')
  })

  test('C1 · who stands at the head is told that nothing is missing, until somebody writes', async () => {
    const page = await createPage(ann)
    const [reader, writer] = [createHttpClient(ann, page.id), createHttpClient(bob, page.id)]
    writer.write('first')
    await writer.sync()
    const { answer } = await reader.sync()
    const ask = (head: number) =>
      post(
        ann,
        page.id,
        encodeSyncRequest({ stateVector: Y.encodeStateVector(reader.doc), updates: [], head }),
      )
    const nothing = Y.encodeStateAsUpdate(new Y.Doc())
    expect((await ask(answer.head)).answer).toEqual({
      head: 1,
      canWrite: true,
      isOutdated: false,
      missing: nothing,
      stateVector: Y.encodeStateVector(writer.doc),
    })
    // It is believed: the page is not read to compare.
    const unread = encodeSyncRequest({ stateVector: Uint8Array.from([0]), updates: [], head: answer.head })
    expect((await post(ann, page.id, unread)).answer?.missing).toEqual(nothing)
    writer.write('second')
    await writer.sync()
    const later = (await ask(answer.head)).answer as SyncAnswer
    Y.applyUpdate(reader.doc, later.missing)
    expect(later.head).toBe(2)
    expect(reader.text()).toBe(writer.text())
    // A head that the page never had is no reason to leave anything out.
    expect((await ask(9)).answer).toMatchObject({ head: 2, stateVector: Y.encodeStateVector(writer.doc) })
    await queryDatabase(server.databaseUrl, "UPDATE documents SET damage = 'torn' WHERE page_id = $1", [
      page.id,
    ])
    expect((await ask(2)).problem?.code).toBe('page-unreadable')
  })

  test('A2 · viewers read, editors write, strangers do neither', async () => {
    const page = await createPage(ann)
    const empty = new Y.Doc()
    const reading = encodeSyncRequest({ stateVector: Y.encodeStateVector(empty), updates: [], head: 0 })
    const other = new Y.Doc()
    other.getXmlFragment('default').push([new Y.XmlElement('paragraph')])
    const writing = encodeSyncRequest({
      stateVector: Y.encodeStateVector(other),
      updates: [Y.encodeStateAsUpdate(other)],
      head: 0,
    })
    for (const role of ['viewer', 'commenter', 'editor'] as const) {
      const person = await register(server.url, role)
      await addMember(ann, person, role)
      const guest = await enterAsGuest(server.url, (await createShareLink(ann, page.id, role)).token, 'Guest')
      for (const someone of [person, guest]) {
        const read = await post(someone, page.id, reading)
        expect(read).toMatchObject({ status: 200, answer: { canWrite: role === 'editor' } })
        const written = await post(someone, page.id, writing)
        expect(written.status).toBe(role === 'editor' ? 200 : 403)
      }
    }
    const stranger = await register(server.url, 'Stranger')
    expect((await post(stranger, page.id, reading)).status).toBe(404)
    expect((await post(null, page.id, reading)).status).toBe(401)
    await ann.request('DELETE', `/api/pages/${page.id}`)
    expect((await post(ann, page.id, reading)).status).toBe(404)
  })

  test('A5 · refuses bytes that are no request, and writes nothing of them', async () => {
    const page = await createPage(ann)
    const stateVector = Y.encodeStateVector(new Y.Doc())
    const garbage = Uint8Array.from([200, 1, 2, 3])
    const good = encodeSyncRequest({ stateVector, updates: [], head: 0 })
    const bodies = [
      new Uint8Array(),
      Uint8Array.from([2, 0, 0]),
      Uint8Array.from([1, 255, 255, 255, 255, 127]),
      Uint8Array.from([1, 1, 0, 255, 255, 255, 255, 7]),
      Uint8Array.from([...good, 0]),
      encodeSyncRequest({ stateVector: garbage, updates: [], head: 0 }),
      encodeSyncRequest({ stateVector, updates: [garbage], head: 0 }),
      encodeSyncRequest({ stateVector, updates: [new Uint8Array()], head: 0 }),
      ...[
        '{',
        '[]',
        '7',
        `{"a":${'['.repeat(100)}${']'.repeat(100)}}`,
        JSON.stringify({ a: 'x'.repeat(16_384) }),
      ].map((state) =>
        encoding.encode((encoder) => {
          encoding.writeUint8Array(encoder, good)
          encoding.writeVarUint(encoder, 1)
          encoding.writeVarUint(encoder, 1)
          encoding.writeVarString(encoder, state)
        }),
      ),
    ]
    for (const body of bodies) {
      const { status, problem } = await post(ann, page.id, body)
      expect({ body, status, code: problem?.code }).toEqual({ body, status: 400, code: 'malformed-update' })
    }
    expect((await post(ann, page.id, good, 'application/json')).problem?.code).toBe('unsupported-media-type')
    const large = new Uint8Array(5 * 1024 * 1024 + 1)
    expect((await post(ann, page.id, large)).problem?.code).toBe('payload-too-large')
    expect((await post(ann, page.id, good)).answer?.head).toBe(0)
  })
})
