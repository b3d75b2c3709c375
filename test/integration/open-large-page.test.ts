import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as Y from 'yjs'
import { createInlineFolder } from '../../server/documents/fold.ts'
import { createSnapshotStore } from '../../server/documents/snapshot-store.ts'
import { writeSnapshot } from '../../server/documents/write-snapshot.ts'
import { openDocument } from '../support/document-client.ts'
import { createPage, type Person, register } from '../support/people.ts'
import { frame, openRawSocket, type RawSocket, TYPE } from '../support/raw-socket.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { createStoredPages, type StoredPages, textOf, typeLetters } from '../support/stored-pages.ts'
import { until } from '../support/until.ts'

let server: TestServer
let pages: StoredPages
let ann: Person

beforeAll(async () => {
  server = await startServer()
  pages = await createStoredPages(server.databaseUrl)
  ann = await register(server.url, 'Ann')
})
afterAll(async () => {
  await pages.close()
  await server.close()
})

/** A page with 40 KB in a snapshot and five rows behind it, which nobody has open. */
async function createLargePage() {
  const { id: pageId } = await createPage(ann)
  const doc = new Y.Doc()
  await pages.write(pageId, doc, () => doc.getText('text').insert(0, 'word '.repeat(8_000)))
  const store = createSnapshotStore(pages.database)
  await writeSnapshot({ store, folder: createInlineFolder(), signal: new AbortController().signal }, pageId)
  await pages.append(pageId, typeLetters(doc, 5))
  return { pageId, text: textOf(doc) }
}

/** Opens a page with nothing at hand and asks for it before the token is answered; tells what of it was sent. */
async function openFromNothing(pageId: string) {
  const raw = await openRawSocket(server.url)
  const sent: { step: number; text: string }[] = []
  let asksBack = false
  raw.socket.on('message', (data: Buffer) => {
    const decoder = decoding.createDecoder(new Uint8Array(data))
    decoding.readVarString(decoder)
    if (decoding.readVarUint(decoder) !== TYPE.sync) return
    const step = decoding.readVarUint(decoder)
    if (step === STEP.question) {
      asksBack = true
      return
    }
    const doc = new Y.Doc()
    Y.applyUpdate(doc, decoding.readVarUint8Array(decoder))
    sent.push({ step, text: textOf(doc) })
  })
  raw.authenticate(pageId, ann.session.accessToken)
  ask(raw, pageId)
  // That comes when the page is open, as stock clients need it.
  await until(() => asksBack)
  await settle(raw, pageId)
  return { sent, raw }
}

const STEP = { question: 0, answer: 1 }

function ask(raw: RawSocket, pageId: string) {
  const question = frame(pageId, TYPE.sync, (encoder) => {
    encoding.writeVarUint(encoder, STEP.question)
    encoding.writeVarUint8Array(encoder, Y.encodeStateVector(new Y.Doc()))
  })
  raw.send(question)
}

/** Says that there is nothing to add: whatever was sent before that is acknowledged has come. */
async function settle(raw: RawSocket, pageId: string) {
  const nothing = frame(pageId, TYPE.sync, (encoder) => {
    encoding.writeVarUint(encoder, STEP.answer)
    encoding.writeVarUint8Array(encoder, Y.encodeStateAsUpdate(new Y.Doc()))
  })
  raw.send(nothing)
  await raw.next(TYPE.syncStatus)
}

test('D4 · who opens a large page from cold is sent all of it, once', async () => {
  const { pageId, text } = await createLargePage()
  const { sent, raw } = await openFromNothing(pageId)
  expect(sent).toEqual([{ step: STEP.answer, text }])
  raw.socket.close()
})

test('C1 · who opens it next is sent all of it, with what was written meanwhile', async () => {
  const { pageId, text } = await createLargePage()
  const first = openDocument(server.url, pageId, ann.session.accessToken)
  await first.synced()
  expect(textOf(first.doc)).toBe(text)
  const second = await openFromNothing(pageId)
  expect(second.sent).toEqual([{ step: STEP.answer, text }])
  first.doc.getText('text').insert(0, 'new ')
  await first.saved()
  const third = await openFromNothing(pageId)
  expect(third.sent).toEqual([{ step: STEP.answer, text: `new ${text}` }])
  for (const { raw } of [second, third]) raw.socket.close()
  first.close()
})

test('C1 · a stock client writes into it at once, and it is all there when it is opened again', async () => {
  const { pageId, text } = await createLargePage()
  const ben = openDocument(server.url, pageId, ann.session.accessToken)
  await ben.synced()
  ben.doc.getText('text').insert(text.length, ' the end')
  await ben.saved()
  ben.close()
  await until(async () => (await pages.readText(pageId)) === `${text} the end`)
  const { sent, raw } = await openFromNothing(pageId)
  expect(sent.map((one) => one.text)).toEqual([`${text} the end`])
  raw.socket.close()
})
