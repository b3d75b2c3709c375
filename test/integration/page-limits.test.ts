import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { MAX_DEPTH } from '../../server/documents/nesting.ts'
import { GROWTH_LIMITS } from '../../server/documents/page-growth.ts'
import type { Problem } from '../../shared/api/problem.ts'
import { encodeSyncRequest } from '../../shared/api/sync.ts'
import { type PageNotice, parsePageNotice } from '../../shared/protocol/page-notices.ts'
import { type DocumentClient, openDocument } from '../support/document-client.ts'
import { createPage, type Person, readText, register, request } from '../support/people.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { until } from '../support/until.ts'

const PAGE_BYTES = 200_000

let server: TestServer
let ann: Person
const clients: DocumentClient[] = []

beforeAll(async () => {
  const snapshots = { ...GROWTH_LIMITS, fullMs: 50, restFactor: 0 }
  server = await startServer({}, { documentLimits: { pageBytes: PAGE_BYTES, snapshots } })
  ann = await register(server.url, 'Ann')
})
afterAll(async () => {
  for (const client of clients) client.close()
  await server.close()
})

/** A client on the page, and what the server has told it besides the text. */
async function open(pageId: string) {
  const client = openDocument(server.url, pageId, ann.session.accessToken)
  clients.push(client)
  const notices: PageNotice[] = []
  const closings: string[] = []
  client.provider.on('stateless', ({ payload }: { payload: string }) => {
    const notice = parsePageNotice(payload)
    if (notice !== null) notices.push(notice)
  })
  client.provider.on('close', ({ event }: { event: { reason: string } }) => closings.push(event.reason))
  await client.synced()
  const told = (type: PageNotice['type']) => notices.filter((notice) => notice.type === type)
  const remove = () => client.doc.getXmlFragment('default').delete(0, 1)
  return { ...client, told, closings, remove }
}

const put = (pageId: string, text: string) =>
  request(server.url, 'PUT', `/api/pages/${pageId}/content`, {
    body: text,
    token: ann.session.accessToken,
    headers: { 'content-type': 'text/markdown' },
  })

const logged = (code: string, pageId: string) =>
  server.logs.filter((line) => line['code'] === code && line['pageId'] === pageId)

describe('A5 · a page that grows large', () => {
  test('everybody on it is warned once at four fifths of the limit, and who opens it then as well', async () => {
    const { id } = await createPage(ann)
    const [writer, reader] = await Promise.all([open(id), open(id)])
    writer.write('a'.repeat(0.7 * PAGE_BYTES))
    await writer.saved()
    expect(logged('page-size-warning', id)).toEqual([])
    for (let count = 0; count < 3; count++) {
      writer.write('b'.repeat(0.06 * PAGE_BYTES))
      await writer.saved()
    }
    await until(
      () => writer.told('page-size-warning').length > 0 && reader.told('page-size-warning').length > 0,
    )
    const late = await open(id)
    await until(() => late.told('page-size-warning').length > 0)
    for (const { told } of [writer, reader, late]) {
      expect(told('page-size-warning')).toMatchObject([{ limit: PAGE_BYTES }])
    }
    expect(logged('page-size-warning', id)).toHaveLength(1)
    const { body } = await request<string>(server.url, 'GET', '/metrics')
    expect(body).toMatch(/copydesk_page_size_warnings_total [1-9]/)
  })

  test('past the limit it takes no more, stays open and readable, and takes it once there is room', async () => {
    const { id } = await createPage(ann)
    const [writer, other] = await Promise.all([open(id), open(id)])
    writer.write('a'.repeat(0.6 * PAGE_BYTES))
    await writer.saved()
    writer.write('b'.repeat(0.6 * PAGE_BYTES))
    writer.write('written on top of what was refused')
    await until(() => writer.told('page-too-large').length > 0)
    // Others still write: only what does not fit is refused.
    other.write('a word of another')
    await other.saved()
    expect(other.paragraphs()).toEqual(['a'.repeat(0.6 * PAGE_BYTES), 'a word of another'])
    expect(writer.isSaved()).toBe(false)
    expect(writer.closings).toEqual([])
    expect(writer.told('page-too-large')).toHaveLength(1)

    expect(await put(id, 'c'.repeat(1.1 * PAGE_BYTES))).toMatchObject({
      status: 413,
      body: { code: 'page-too-large' },
    })
    expect(await ann.request('POST', `/api/pages/${id}/versions`, { name: 'full' })).toMatchObject({
      status: 201,
    })
    expect(await ann.request('GET', `/api/pages/${id}/content?format=markdown`)).toMatchObject({
      status: 200,
    })

    // Somebody makes room: whoever was refused is called back with everything they have.
    other.remove()
    await writer.saved()
    expect(writer.closings).toContain('page-reloading')
    expect(new Set((await readText(ann, id)).split('\n'))).toEqual(
      new Set(['a word of another', 'b'.repeat(0.6 * PAGE_BYTES), 'written on top of what was refused']),
    )
    await other.until(() => other.paragraphs().length === 3)
  })

  test('a full page can be made smaller over HTTP, and not larger', async () => {
    const { id } = await createPage(ann)
    const writer = await open(id)
    writer.write('a'.repeat(0.98 * PAGE_BYTES))
    await writer.saved()
    const longer = 'd'.repeat(0.05 * PAGE_BYTES)
    const append = (text: string) =>
      request(server.url, 'PATCH', `/api/pages/${id}/content?place=end`, {
        body: text,
        token: ann.session.accessToken,
        headers: { 'content-type': 'text/markdown' },
      })
    expect(await append(longer)).toMatchObject({ status: 413, body: { code: 'page-too-large' } })
    expect(await put(id, longer)).toMatchObject({ status: 200, body: { changed: true } })
    expect(await readText(ann, id)).toBe(longer)
    await until(async () => (await append('and more')).status === 200)
  })
})

describe('A5 · D4 · elements inside one another', () => {
  /** Goes one element deeper for each step, one update each. */
  function dig(doc: Y.Doc, steps: number): void {
    let innermost: Y.XmlFragment = doc.getXmlFragment('default')
    while (innermost.length > 0) innermost = innermost.get(0) as Y.XmlElement
    for (let step = 0; step < steps; step++) {
      const element = new Y.XmlElement('blockquote')
      innermost.insert(0, [element])
      innermost = element
    }
  }

  test('may come as deep as the bound over many updates, and no deeper; the page can then be emptied', async () => {
    const { id } = await createPage(ann)
    const writer = await open(id)
    dig(writer.doc, MAX_DEPTH / 2)
    await writer.saved()
    dig(writer.doc, MAX_DEPTH / 2)
    await writer.saved()
    const other = await open(id)
    const ended = writer.ended()
    dig(writer.doc, 1)
    expect(await ended).toBe('nested-too-deep')
    writer.close()
    other.remove()
    other.write('empty again')
    await other.saved()
    expect(await readText(ann, id)).toBe('empty again')
  })

  test('are not taken over plain HTTP either, at once or one by one', async () => {
    const { id } = await createPage(ann)
    const doc = new Y.Doc()
    const sync = async () => {
      const updates = [Y.encodeStateAsUpdate(doc)]
      const body = encodeSyncRequest({ stateVector: Y.encodeStateVector(doc), updates, head: 0 })
      const response = await fetch(`${server.url}/api/pages/${id}/sync`, {
        method: 'POST',
        headers: {
          'content-type': 'application/octet-stream',
          authorization: `Bearer ${ann.session.accessToken}`,
        },
        body: new Uint8Array(body),
      })
      return response.status === 200 ? 'taken' : ((await response.json()) as Problem).code
    }
    dig(doc, MAX_DEPTH)
    expect(await sync()).toBe('taken')
    dig(doc, 1)
    expect(await sync()).toBe('nested-too-deep')
    expect(await put(id, 'replaced')).toMatchObject({ status: 200 })
    // What goes into something that was deleted is deleted with it.
    expect(await sync()).toBe('taken')
    expect(await readText(ann, id)).toBe('replaced')
  })
})
