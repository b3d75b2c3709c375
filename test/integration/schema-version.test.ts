import { afterAll, beforeAll, expect, test } from 'vitest'
import * as Y from 'yjs'
import { decodeSyncAnswer, encodeSyncRequest } from '../../shared/api/sync.ts'
import { DOCUMENT_SCHEMA_VERSION } from '../../shared/document/version.ts'
import { openDocument } from '../support/document-client.ts'
import { addMember, createPage, type Person, readText, register } from '../support/people.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { until } from '../support/until.ts'

let server: TestServer
let ann: Person

beforeAll(async () => {
  server = await startServer()
  ann = await register(server.url, 'Ann')
})
afterAll(() => server.close())

const open = (pageId: string, schema: number | string | null, person = ann) =>
  openDocument(server.url, pageId, person.session.accessToken, {
    query: schema === null ? '' : `?schema=${schema}`,
  })

test.each([
  ['an older one', DOCUMENT_SCHEMA_VERSION - 1],
  ['what is no version', 'x'],
])('C4 · %s reads, is told to be reloaded, and writes nothing', async (_name, schema) => {
  const page = await createPage(ann)
  const current = open(page.id, DOCUMENT_SCHEMA_VERSION)
  await current.synced()
  current.write('from the newest')
  await current.saved()

  const older = open(page.id, schema)
  const notices: unknown[] = []
  older.provider.on('stateless', ({ payload }: { payload: string }) => notices.push(JSON.parse(payload)))
  await older.synced()
  expect(older.paragraphs()).toEqual(['from the newest'])
  expect(older.provider.authorizedScope).toBe('readonly')
  await until(() => notices.length > 0)
  expect(notices).toEqual([{ type: 'editor-outdated', schemaVersion: DOCUMENT_SCHEMA_VERSION }])
  older.doc.getXmlFragment('default').delete(0, 1)
  older.write('from an older one')
  current.write('still open')
  await current.saved()
  expect(await readText(ann, page.id)).toBe('from the newest\nstill open')
  older.close()
  current.close()
})

test.each([
  ['says nothing, as stock providers do', null],
  ['is newer than the server', DOCUMENT_SCHEMA_VERSION + 1],
])('C4 · who %s writes', async (_name, schema) => {
  const page = await createPage(ann)
  const client = open(page.id, schema)
  await client.synced()
  client.write('written')
  await client.saved()
  expect(await readText(ann, page.id)).toBe('written')
  client.close()
})

test('C4 · an older one does not come to write when its access is decided again', async () => {
  const page = await createPage(ann)
  const bob = await register(server.url, 'Bob')
  await addMember(ann, bob, 'viewer')
  const older = open(page.id, 1, bob)
  await older.synced()
  await ann.request('PATCH', `/api/drives/${page.driveId}/members/${bob.session.user.id}`, { role: 'editor' })
  const current = open(page.id, null, bob)
  await until(() => current.provider.authorizedScope === 'read-write')
  older.write('not taken')
  current.write('taken')
  await current.saved()
  expect(await readText(ann, page.id)).toBe('taken')
  older.close()
  current.close()
})

test('C4 · V1 · the same over plain HTTP', async () => {
  const page = await createPage(ann)
  const doc = new Y.Doc()
  const paragraph = new Y.XmlElement('paragraph')
  doc.getXmlFragment('default').insert(0, [paragraph])
  const sync = (updates: readonly Uint8Array[], query: string) =>
    fetch(`${server.url}/api/pages/${page.id}/sync${query}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${ann.session.accessToken}`,
        'content-type': 'application/octet-stream',
      },
      body: new Uint8Array(encodeSyncRequest({ stateVector: Y.encodeStateVector(doc), updates, head: 0 })),
    })
  const read = async (query: string) =>
    decodeSyncAnswer(new Uint8Array(await (await sync([], query)).arrayBuffer()))
  const update = Y.encodeStateAsUpdate(doc)

  expect(await read('?schema=1')).toMatchObject({ canWrite: false, isOutdated: true })
  expect(await read('')).toMatchObject({ canWrite: true, isOutdated: false })
  const refused = await sync([update], '?schema=1')
  expect([refused.status, await refused.json()]).toMatchObject([426, { code: 'editor-outdated' }])
  expect((await read('')).head).toBe(0)
  expect((await sync([update], `?schema=${DOCUMENT_SCHEMA_VERSION}`)).status).toBe(200)
})
