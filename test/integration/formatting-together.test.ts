import { afterAll, beforeAll, expect, test } from 'vitest'
import * as Y from 'yjs'
import { DOCUMENT_FRAGMENT } from '../../shared/document/fragment.ts'
import { keepFormatting } from '../../shared/document/keep-formatting.ts'
import { openDocument } from '../support/document-client.ts'
import { readStoredPage } from '../support/page-log.ts'
import { addMember, createPage, type Person, register } from '../support/people.ts'
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

// Found by the simulator (`rush`, seed 28): everybody who was there held other formatting than who came later.
test('D2 C1 · of words that two people format at once nobody is shown what is not in the log', async () => {
  const page = await createPage(ann)
  const open = (person: Person) =>
    // These tidy nothing up themselves, so that whatever is deleted is the server's doing.
    openDocument(server.url, page.id, person.session.accessToken, { doc: keepFormatting(new Y.Doc()) })
  const clients = [open(ann), open(bob)] as const
  await Promise.all(clients.map((client) => client.synced()))
  clients[0].write('words that both like')
  await clients[1].until(() => clients[1].paragraphs().length === 1)

  for (let round = 0; round < 5; round++) {
    for (const { doc } of clients) {
      const paragraph = doc.getXmlFragment(DOCUMENT_FRAGMENT).get(0) as Y.XmlElement
      const text = paragraph.get(0) as Y.XmlText
      text.format(round, 8, { bold: round % 2 === 0 ? {} : null })
    }
    await Promise.all(clients.map((client) => client.saved()))
    clients[0].write(`round ${round}`)
    await clients[1].until(() => clients[1].paragraphs().length === round + 2)
    await clients[0].saved()
  }
  const stored = Y.snapshot((await readStoredPage(server.databaseUrl, page.id)).doc)
  for (const { doc, close } of clients) {
    expect(Y.equalSnapshots(Y.snapshot(doc), stored)).toBe(true)
    close()
  }
})
