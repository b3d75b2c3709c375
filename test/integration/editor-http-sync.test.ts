import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { createApiClient } from '../../editor/api/api-client.ts'
import { createHttpSync } from '../../editor/collaboration/http-sync.ts'
import {
  computeSaveState,
  INITIAL_FACTS,
  reduceFacts,
  type SaveEvent,
} from '../../editor/collaboration/save-state.ts'
import { queryDatabase } from '../support/database.ts'
import { openDocument } from '../support/document-client.ts'
import { addMember, createPage, type Person, readText, register } from '../support/people.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { until } from '../support/until.ts'

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

/** The editor's own parts for a page over plain HTTP, without a browser around them. */
function openOverHttp(person: Person, pageId: string, { token = person.session.accessToken } = {}) {
  const doc = new Y.Doc()
  let facts = reduceFacts(INITIAL_FACTS, { kind: 'offline-copy-missing' })
  const network = { isCut: false, losesAnswers: false }
  const api = createApiClient(
    async (path, init) => {
      if (network.isCut) throw new TypeError('cut')
      const answer = await fetch(server.url + path, init)
      if (network.losesAnswers) throw new TypeError('the answer was lost')
      return answer
    },
    {
      getAccessToken: async () => token,
      renewAccessToken: async () => person.session.accessToken,
    },
  )
  const onEvent = (event: SaveEvent): void => {
    facts = reduceFacts(facts, event)
  }
  doc.on('update', (_update: Uint8Array, origin: unknown) => {
    if (!sync.isOrigin(origin)) onEvent({ kind: 'edited', at: Date.now() })
  })
  const awareness = new Awareness(doc)
  const sync = createHttpSync({
    doc,
    awareness,
    send: (...exchange) => api.syncPage(pageId, ...exchange),
    hasUnsaved: () => facts.pendingSince !== null,
    isHidden: () => false,
    onEvent,
    now: Date.now,
    random: Math.random,
  })
  sync.start()
  const state = () => computeSaveState(facts)
  return {
    awareness,
    network,
    state,
    write(text: string) {
      const paragraph = new Y.XmlElement('paragraph')
      paragraph.insert(0, [new Y.XmlText(text)])
      doc.getXmlFragment('default').push([paragraph])
    },
    text: () => doc.getXmlFragment('default').toString(),
    saved: () => until(() => state().kind === 'saved'),
    close() {
      sync.stop()
      awareness.destroy()
    },
  }
}

test('V1 · C1 · D1 · the editor’s HTTP half and a WebSocket write together, through lost answers and no network', async () => {
  const page = await createPage(ann)
  const socket = openDocument(server.url, page.id, ann.session.accessToken)
  const http = openOverHttp(bob, page.id)
  await Promise.all([socket.synced(), http.saved()])
  for (let round = 0; round < 3; round++) {
    http.write(`http ${round}`)
    socket.write(`socket ${round}`)
  }
  expect(http.state().kind).toBe('saving')
  await Promise.all([http.saved(), socket.saved()])
  expect(await readText(ann, page.id)).toContain('http 2')

  // The server stores it and the answer is lost: not saved for all we know, and stored only once.
  http.network.losesAnswers = true
  http.write('answer lost')
  await until(() => http.state().kind === 'offline')
  await socket.until(() => socket.paragraphs().includes('answer lost'))
  expect(http.state()).toMatchObject({ hasUnsaved: true })
  Object.assign(http.network, { isCut: true, losesAnswers: false })
  http.write('while cut')
  socket.write('meanwhile')
  http.network.isCut = false
  await http.saved()

  await socket.until(() => socket.paragraphs().length === 9)
  await until(() => http.text() === socket.doc.getXmlFragment('default').toString())
  expect(await readText(ann, page.id)).toBe(socket.paragraphs().join('\n'))
  const authors = await queryDatabase<{ user_id: string }>(
    server.databaseUrl,
    'SELECT DISTINCT user_id FROM document_updates WHERE page_id = $1',
    [page.id],
  )
  expect(authors).toHaveLength(2)
  http.close()
  socket.close()
})

test('A3 · V1 · a refused token is renewed on the way, a page that was deleted ends it', async () => {
  const page = await createPage(ann)
  const http = openOverHttp(ann, page.id, { token: 'no token at all' })
  await http.saved()
  await ann.request('DELETE', `/api/pages/${page.id}`)
  http.write('too late')
  await until(() => http.state().kind === 'refused')
  expect(http.state()).toMatchObject({ reason: 'page-not-found', hasUnsaved: true })
  http.close()
})

test('V1 · A4 · E4 · two people see each other’s carets, one over a WebSocket and one over plain HTTP', async () => {
  const page = await createPage(ann)
  const socket = openDocument(server.url, page.id, ann.session.accessToken)
  const http = openOverHttp(bob, page.id)
  await Promise.all([socket.synced(), http.saved()])
  const claim = (at: number) => ({ user: { name: 'The Queen' }, cursor: { anchor: at, head: at } })
  socket.provider.awareness?.setLocalState(claim(1))
  http.awareness.setLocalState(claim(2))
  const seenBy = (awareness: Awareness | null, clientId: number) => awareness?.getStates().get(clientId)
  const [socketId, httpId] = [socket.doc.clientID, http.awareness.clientID]
  await until(() => seenBy(socket.provider.awareness, httpId)?.['cursor'] !== undefined)
  await until(() => seenBy(http.awareness, socketId)?.['cursor'] !== undefined)
  expect(seenBy(socket.provider.awareness, httpId)).toMatchObject({
    user: { id: bob.session.user.id, name: 'Bob' },
    cursor: { anchor: 2 },
  })
  expect(seenBy(http.awareness, socketId)).toMatchObject({
    user: { id: ann.session.user.id, name: 'Ann' },
    cursor: { anchor: 1 },
  })
  http.awareness.setLocalState(claim(3))
  await until(() => isDeepStrictEqual(seenBy(socket.provider.awareness, httpId)?.['cursor'], claim(3).cursor))

  // Over plain HTTP alone as well.
  const third = openOverHttp(ann, page.id)
  third.awareness.setLocalState(claim(4))
  await until(() => seenBy(http.awareness, third.awareness.clientID) !== undefined)
  socket.close()
  await until(() => seenBy(http.awareness, socketId) === undefined)
  await until(() => seenBy(third.awareness, httpId) !== undefined)
  third.close()
  http.close()
})
