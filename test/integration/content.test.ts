import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { openDocument } from '../support/document-client.ts'
import { addMember, createPage, type Person, register, request } from '../support/people.ts'
import { startServer, type TestServer } from '../support/start-server.ts'

let server: TestServer
let ann: Person

beforeAll(async () => {
  server = await startServer()
  ann = await register(server.url, 'Ann')
})
afterAll(() => server.close())

const open = (person: Person, pageId: string) => openDocument(server.url, pageId, person.session.accessToken)
const contentOf = (pageId: string, query = '') => `/api/pages/${pageId}/content${query}`

/** A page with the given lines, written by a co-author. */
async function writtenPage(...lines: string[]) {
  const page = await createPage(ann)
  const client = open(ann, page.id)
  await client.synced()
  for (const line of lines) {
    client.write(line)
    await client.saved()
  }
  client.close()
  return page
}

describe('GET …/content', () => {
  test('C1 · says the same in each format, with the seq as its ETag', async () => {
    const page = await writtenPage('One & two', '<script>alert(1)</script>')
    const answers = await Promise.all(
      ['json', 'html', 'markdown', 'text'].map((format) =>
        ann.request('GET', contentOf(page.id, `?format=${format}`)),
      ),
    )
    expect(answers.map(({ headers }) => headers.get('etag'))).toEqual(['"2"', '"2"', '"2"', '"2"'])
    expect(answers.map(({ headers }) => headers.get('content-type')?.split(';')[0])).toEqual([
      'application/json',
      'text/html',
      'text/markdown',
      'text/plain',
    ])
    expect(answers[0]?.body).toEqual({
      type: 'doc',
      content: [
        { type: 'paragraph', content: [{ type: 'text', text: 'One & two' }] },
        { type: 'paragraph', content: [{ type: 'text', text: '<script>alert(1)</script>' }] },
      ],
    })
    expect(answers[1]?.body).toBe('<p>One &amp; two</p><p>&lt;script&gt;alert(1)&lt;/script&gt;</p>')
    expect(answers[2]?.body).toBe('One \\& two\n\n\\<script\\>alert(1)\\</script\\>\n')
    expect(answers[3]?.body).toBe('One & two\n<script>alert(1)</script>')
  })

  test('C1 · answers 304 as long as nothing has changed', async () => {
    const page = await writtenPage('once')
    const ask = (tag: string) =>
      request(server.url, 'GET', contentOf(page.id), {
        token: ann.session.accessToken,
        headers: { 'if-none-match': tag },
      })
    expect((await ask('"1"')).status).toBe(304)
    expect((await ask('"0"')).status).toBe(200)
    expect((await ask('"0", W/"1"')).status).toBe(304)
  })

  test('C4 · refuses HTML and Markdown of what the schema does not know, and passes it on as JSON', async () => {
    const page = await createPage(ann)
    const client = open(ann, page.id)
    await client.synced()
    const element = new Y.XmlElement('hologram')
    element.insert(0, [new Y.XmlText('future')])
    client.doc.getXmlFragment('default').push([element])
    await client.saved()
    client.close()
    for (const format of ['html', 'markdown']) {
      const { status, body } = await ann.request('GET', contentOf(page.id, `?format=${format}`))
      expect({ status, body }).toMatchObject({ status: 422, body: { code: 'unknown-content' } })
    }
    const { body } = await ann.request('GET', contentOf(page.id))
    expect(JSON.stringify(body)).toContain('hologram')
  })

  test('A1 · is for those who may see the page', async () => {
    const page = await writtenPage('secret')
    const [stranger, viewer] = [await register(server.url, 'Stranger'), await register(server.url, 'Viewer')]
    await addMember(ann, viewer, 'viewer')
    expect((await stranger.request('GET', contentOf(page.id))).status).toBe(404)
    expect((await viewer.request('GET', contentOf(page.id))).status).toBe(200)
    expect((await request(server.url, 'GET', contentOf(page.id))).status).toBe(401)
  })
})
