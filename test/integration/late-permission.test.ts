import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import * as Y from 'yjs'
import { encodeSyncRequest } from '../../shared/api/sync.ts'
import { type DocumentClient, openDocument } from '../support/document-client.ts'
import { holdCommits, holdLog, isCommitHeld } from '../support/hold-commits.ts'
import {
  createPage,
  createShareLink,
  enterAsGuest,
  type Person,
  readText,
  register,
  request,
} from '../support/people.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { until } from '../support/until.ts'

let server: TestServer
let ann: Person

beforeAll(async () => {
  server = await startServer()
  ann = await register(server.url, 'Ann')
})
afterAll(() => server.close())

test.each([
  ['whose connection is open', false],
  ['who has left meanwhile', true],
])(
  'A2 · what waits to be committed when a permission ends is not committed: of somebody %s',
  async (_who, leaves) => {
    const page = await createPage(ann)
    const link = await createShareLink(ann, page.id, 'editor')
    const guest = await enterAsGuest(server.url, link.token, 'Gwen')
    const writer = openDocument(server.url, page.id, ann.session.accessToken)
    const client = openDocument(server.url, page.id, guest.session.accessToken)
    const other = openDocument(server.url, page.id, guest.session.accessToken)
    await Promise.all([writer.synced(), client.synced(), other.synced()])
    const release = await holdCommits(server.databaseUrl, page.id)
    writer.write('under way')
    await until(() => isCommitHeld(server.databaseUrl))
    client.write('waits')
    await until(() => (client.provider.unsyncedChanges > 0 ? hasArrived(client) : false))
    if (leaves) {
      client.close()
      await until(async () => (await countSockets()) === 2)
    }
    const ended = other.ended()
    await ann.request('DELETE', `/api/pages/${page.id}/share-links/${link.id}`)
    // The answer comes before connections are decided again. All of them are decided together.
    expect(await ended).toBe('page-not-found')
    await readText(ann, page.id)
    await release()
    await writer.saved()
    writer.write('afterwards')
    await writer.saved()
    expect(await readText(ann, page.id)).toBe('under way\nafterwards')
    writer.close()
    client.close()
    other.close()
    await until(async () => (await countSockets()) === 0)
  },
)

test.each(['sync', 'content'] as const)(
  'A2 · what somebody sends over HTTP is not committed when their permission ends meanwhile: %s',
  async (route) => {
    const page = await createPage(ann)
    const link = await createShareLink(ann, page.id, 'editor')
    const guest = await enterAsGuest(server.url, link.token, 'Gwen')
    const follower = openDocument(server.url, page.id, guest.session.accessToken)
    await follower.synced()
    const release = await holdLog(server.databaseUrl)
    const doc = new Y.Doc()
    doc.getXmlFragment('default').push([new Y.XmlElement('paragraph')])
    const updates = [Y.encodeStateAsUpdate(doc)]
    const [method, body, type] =
      route === 'sync'
        ? [
            'POST',
            encodeSyncRequest({ stateVector: Y.encodeStateVector(doc), updates, head: 0 }),
            'application/octet-stream',
          ]
        : ['PUT', 'late', 'text/markdown']
    // It was let in, and now it reads the page.
    const answered = fetch(`${server.url}/api/pages/${page.id}/${route}`, {
      method,
      headers: { 'content-type': type, authorization: `Bearer ${guest.session.accessToken}` },
      body: typeof body === 'string' ? body : new Uint8Array(body),
    })
    await until(() => isCommitHeld(server.databaseUrl))
    const ended = follower.ended()
    await ann.request('DELETE', `/api/pages/${page.id}/share-links/${link.id}`)
    expect(await ended).toBe('page-not-found')
    for (let more = 0; more < 5; more++) await ann.request('GET', '/api/me')
    await release()
    const answer = await answered
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({ code: 'not-found' })
    const { headers } = await ann.request('GET', `/api/pages/${page.id}/content`)
    expect(headers.get('etag')).toBe('"0"')
    follower.close()
    await until(async () => (await countSockets()) === 0)
  },
)

test('C1 · rows that another server wrote are shown with the next commit', async () => {
  const page = await createPage(ann)
  const client = openDocument(server.url, page.id, ann.session.accessToken)
  await client.synced()
  client.write('here')
  await client.saved()
  await writeBeside(page.id, 'there')
  client.write('here again')
  await client.until(() => client.paragraphs().length === 3)
  expect(new Set(client.paragraphs())).toEqual(new Set(['here', 'there', 'here again']))
  client.close()
})

/** Whether everything that was sent has been read: the server answers a ping behind it. */
function hasArrived({ provider }: DocumentClient): Promise<boolean> {
  const socket = provider.configuration.websocketProvider.webSocket as unknown as WebSocket
  socket.ping()
  return new Promise((resolve) => socket.once('pong', () => resolve(true)))
}

async function countSockets(): Promise<number> {
  const { body } = await request<string>(server.url, 'GET', '/metrics')
  return Number(/^copydesk_document_sockets (\d+)$/m.exec(body)?.[1])
}

/** Appends a paragraph to the log as another server would. */
async function writeBeside(pageId: string, text: string): Promise<void> {
  const doc = new Y.Doc()
  const paragraph = new Y.XmlElement('paragraph')
  paragraph.insert(0, [new Y.XmlText(text)])
  doc.getXmlFragment('default').push([paragraph])
  const database = new pg.Client(server.databaseUrl)
  await database.connect()
  await database.query(
    `WITH head AS (UPDATE documents SET seq = seq + 1 WHERE page_id = $1 RETURNING seq)
     INSERT INTO document_updates (page_id, seq, update, user_id) SELECT $1, seq, $2, $3 FROM head`,
    [pageId, Buffer.from(Y.encodeStateAsUpdate(doc)), ann.session.user.id],
  )
  await database.end()
}
