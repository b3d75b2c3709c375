import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { MAX_WAITING_EDITS } from '../../server/documents/edit-page.ts'
import { openDocument } from '../support/document-client.ts'
import {
  addMember,
  createPage,
  createShareLink,
  enterAsGuest,
  type Person,
  register,
  request,
} from '../support/people.ts'
import { startServer, type TestServer } from '../support/start-server.ts'

let server: TestServer
let ann: Person

beforeAll(async () => {
  server = await startServer()
  ann = await register(server.url, 'Ann')
})
afterAll(() => server.close())

const open = (person: Person, pageId: string, options?: { doc: Y.Doc }) =>
  openDocument(server.url, pageId, person.session.accessToken, options)
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

  test('HTML holds nothing that runs, whatever an author’s client has written', async () => {
    const page = await createPage(ann)
    const client = open(ann, page.id)
    await client.synced()
    const paragraph = new Y.XmlElement('paragraph')
    paragraph.insert(0, [new Y.XmlText()])
    const code = new Y.XmlElement('codeBlock')
    code.setAttribute('language', '"><img src=x onerror=alert(1)>')
    client.doc.getXmlFragment('default').push([paragraph, code])
    const href = 'javascript:alert(1)'
    ;(paragraph.get(0) as Y.XmlText).insert(0, '<img src=x onerror=alert(1)>', { link: { href } })
    await client.saved()
    client.close()
    const { status, body } = await ann.request<string>('GET', contentOf(page.id, '?format=html'))
    expect(status).toBe(200)
    expect(body).not.toMatch(/<img|javascript:/)
    expect(body).toContain('&lt;img src=x onerror=alert(1)&gt;')
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

const doc = (...lines: string[]) => ({
  type: 'doc',
  content: lines.map((line) => ({ type: 'paragraph', content: [{ type: 'text', text: line }] })),
})

function send(person: Person, method: string, path: string, type: string, body: string, ifMatch?: string) {
  return request(server.url, method, path, {
    token: person.session.accessToken,
    body,
    headers: { 'content-type': type, ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }) },
  })
}
const sendMarkdown = (person: Person, method: string, path: string, body: string, ifMatch?: string) =>
  send(person, method, path, 'text/markdown', body, ifMatch)

describe('PUT …/content', () => {
  test('C3 · replaces the text in each format, and those who have it open see it', async () => {
    const page = await writtenPage('old')
    const reader = open(ann, page.id)
    await reader.synced()
    const json = await ann.request('PUT', contentOf(page.id), doc('as JSON'))
    expect(json).toMatchObject({ status: 200, body: { seq: 2, changed: true, merged: false } })
    expect(json.headers.get('etag')).toBe('"2"')
    await reader.until(() => reader.paragraphs().join() === 'as JSON')
    await send(ann, 'PUT', contentOf(page.id), 'text/html; charset=utf-8', '<p>as HTML</p>')
    await reader.until(() => reader.paragraphs().join() === 'as HTML')
    await sendMarkdown(ann, 'PUT', contentOf(page.id), 'as Markdown')
    await reader.until(() => reader.paragraphs().join() === 'as Markdown')
    reader.close()
  })

  test('C3 · writes nothing when the page says so already', async () => {
    const page = await writtenPage('one', 'two')
    for (const format of ['json', 'html', 'markdown'] as const) {
      const { body } = await ann.request('GET', contentOf(page.id, `?format=${format}`))
      const type = format === 'json' ? 'application/json' : `text/${format}`
      const sent = format === 'json' ? JSON.stringify(body) : (body as string)
      const answer = await send(ann, 'PUT', contentOf(page.id), type, sent)
      expect(answer.body).toEqual({ seq: 2, changed: false, merged: false })
    }
    const empty = await createPage(ann)
    const { body } = await ann.request('GET', contentOf(empty.id))
    expect((await ann.request('PUT', contentOf(empty.id), body)).body).toMatchObject({ changed: false })
  })

  test('C3 · what others type meanwhile in other words, and their place in the text, survive it', async () => {
    const page = await writtenPage('first line', 'second line', 'third line')
    let typist = open(ann, page.id)
    await typist.synced()
    const fragment = typist.doc.getXmlFragment('default')
    const textOf = (index: number) => (fragment.get(index) as Y.XmlElement).get(0) as Y.XmlText
    const third = textOf(2)
    const caret = Y.createRelativePositionFromTypeIndex(third, 6)
    // Typed without the server's knowledge, in a block that stays and in one that changes elsewhere.
    typist.close()
    third.insert(0, 'my ')
    textOf(1).insert(11, ' indeed')
    await ann.request('PUT', contentOf(page.id), doc('new line', 'a second line', 'third line'))
    typist = open(ann, page.id, { doc: typist.doc })
    await typist.until(() => typist.paragraphs().includes('new line'))
    await typist.saved()
    expect(typist.paragraphs()).toEqual(['new line', 'a second line indeed', 'my third line'])
    const position = Y.createAbsolutePositionFromRelativePosition(caret, typist.doc)
    expect(position?.type).toBe(third)
    expect(position?.index).toBe(9)
    typist.close()
  })

  test('C3 · leaves the blocks alone that stand between an added and a removed one', async () => {
    const page = await writtenPage('a', 'b', 'c', 'd', 'e')
    let typist = open(ann, page.id)
    await typist.synced()
    typist.close()
    const fragment = typist.doc.getXmlFragment('default')
    ;((fragment.get(2) as Y.XmlElement).get(0) as Y.XmlText).insert(1, ' kept')
    await ann.request('PUT', contentOf(page.id), doc('new', 'a', 'b', 'c', 'e'))
    typist = open(ann, page.id, { doc: typist.doc })
    await typist.until(() => typist.paragraphs().includes('new'))
    await typist.saved()
    expect(typist.paragraphs()).toEqual(['new', 'a', 'b', 'c kept', 'e'])
    typist.close()
  })

  test('C3 · 412 with the current seq when the page has moved on, and nothing is written', async () => {
    const page = await writtenPage('one', 'two')
    const outdated = await sendMarkdown(ann, 'PUT', contentOf(page.id), 'mine', '"1"')
    expect(outdated).toMatchObject({ status: 412, body: { code: 'outdated', seq: 2 } })
    expect(outdated.headers.get('etag')).toBe('"2"')
    expect((await sendMarkdown(ann, 'PUT', contentOf(page.id), 'mine', '"2"')).status).toBe(200)
    expect((await sendMarkdown(ann, 'PUT', contentOf(page.id), 'mine', 'W/"3"')).status).toBe(400)
    const both = await Promise.all(
      ['yours', 'theirs'].map((text) => sendMarkdown(ann, 'PUT', contentOf(page.id), text, '"3"')),
    )
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412])
  })

  test('C4 · does not replace what the schema does not know', async () => {
    const page = await createPage(ann)
    const client = open(ann, page.id)
    await client.synced()
    client.doc.getXmlFragment('default').push([new Y.XmlElement('hologram')])
    await client.saved()
    client.close()
    const answer = await ann.request('PUT', contentOf(page.id), doc('flat'))
    expect(answer).toMatchObject({ status: 422, body: { code: 'unknown-content' } })
  })

  test('A5 · refuses what is no content, each kind with its own code', async () => {
    const page = await createPage(ann)
    const paragraph = (content: object) =>
      JSON.stringify({ type: 'doc', content: [{ type: 'paragraph', content: [content] }] })
    const script = { type: 'link', attrs: { href: 'javascript:alert(1)' } }
    const cases: [type: string, body: string, status: number, code: string][] = [
      ['application/json', '{', 400, 'invalid-json'],
      ['application/json', '[]', 422, 'invalid-content'],
      ['application/json', '{"type":"paragraph"}', 422, 'invalid-content'],
      ['application/json', '{"type":"doc","content":[{"type":"text","text":"x"}]}', 422, 'invalid-content'],
      ['application/json', '{"type":"doc","content":[{"type":"constructor"}]}', 422, 'unknown-content'],
      [
        'application/json',
        '{"type":"doc","content":[{"type":"heading","attrs":{"level":9}}]}',
        422,
        'invalid-content',
      ],
      [
        'application/json',
        '{"type":"doc","content":[{"type":"paragraph","attrs":{"x":1}}]}',
        422,
        'unknown-content',
      ],
      ['application/json', paragraph({ type: 'text', text: 'x', marks: [script] }), 422, 'invalid-content'],
      [
        'application/json',
        `{"type":"doc","content":[${'{"type":"blockquote","content":['.repeat(5000)}${']}'.repeat(5000)}]}`,
        422,
        'invalid-content',
      ],
      ['text/html', '<a href="javascript:alert(1)">x</a>', 422, 'invalid-content'],
      ['text/html', '<p><img src="x"></p>', 422, 'unknown-content'],
      ['text/html', '<script>alert(1)</script>', 422, 'unknown-content'],
      ['text/html', '<div>'.repeat(10_000), 422, 'invalid-content'],
      ['text/html', '<table><caption>y</caption><tr><td>x</table>', 422, 'unknown-content'],
      ['text/html', '<table>y<tr><td>x</table>', 422, 'invalid-content'],
      ['text/html', '<p>x<svg><text>y</text></svg></p>', 422, 'unknown-content'],
      ['text/html', '<pre><code>x<img src="y"></code></pre>', 422, 'unknown-content'],
      ['text/html', '<a href="ftp://a.example">x</a>', 422, 'invalid-content'],
      [
        'text/html',
        '<p a0 '.concat(...Array.from({ length: 1000 }, (_, i) => `a${i} `)),
        422,
        'invalid-content',
      ],
      ['text/markdown', '![x](y)', 422, 'unknown-content'],
      ['text/markdown', '<table>', 422, 'invalid-content'],
      ['text/markdown', '<details>\n<summary>x</summary>', 422, 'invalid-content'],
      ['text/markdown', 'x <b onclick="y">z</b>', 422, 'unknown-content'],
      ['text/markdown', '<u>x', 422, 'invalid-content'],
      ['text/markdown', '[x](javascript:alert)', 422, 'invalid-content'],
      ['text/markdown', '> '.repeat(10_000), 422, 'invalid-content'],
      ['text/markdown', '1. '.repeat(10_000), 422, 'invalid-content'],
      ['text/csv', 'a,b', 415, 'unsupported-media-type'],
      ['text/markdown', 'x'.repeat(1024 * 1024 + 1), 413, 'payload-too-large'],
      ['text/html', 'x'.repeat(1024 * 1024 + 1), 413, 'payload-too-large'],
      ['application/json', JSON.stringify('x'.repeat(5 * 1024 * 1024)), 413, 'payload-too-large'],
    ]
    for (const [type, body, status, code] of cases) {
      const answer = await send(ann, 'PUT', contentOf(page.id), type, body)
      expect({ sent: body.slice(0, 80), status: answer.status, body: answer.body }).toMatchObject({
        status,
        body: { code },
      })
    }
    expect((await ann.request('GET', contentOf(page.id))).headers.get('etag')).toBe('"0"')
  })

  test('A5 · is quick about a megabyte that is made to be slow', { timeout: 120_000 }, async () => {
    const markdown = [
      '[',
      '![',
      '[a](',
      '*a* ',
      '**a',
      '`a``b```',
      '~~a ',
      '- ',
      '- a\n',
      '1. a\n',
      '> a\n',
      '<u>',
      '| a | b |\n|---|---|\n',
      '| a\n|-\n',
      '<details>\n',
      '<details>\n<summary>a</summary>\n\n</details>\n\n',
      '<p>abcde</p>\n\n',
      '<pre>\n',
      '<mark>',
      '<span data-type="mention">',
      '![a](https://a.example) ',
      '![a](b) ',
      '<sub>a',
      '<p><video>\n',
      '<p>a<video></p>\n\n',
      '<details>\n<summary><sub></summary>\n\n</details>\n\n',
      '&',
      '\\',
    ]
    const html = [
      '<a "',
      '<!--',
      '&#9;',
      '<p>a',
      '<b>x</b><i>y</i>',
      '<div>x</div>',
      '<ul><li>',
      '<table>x',
      '<table><tr><td>',
      '<td>',
      '<table><tr><td>x</table>',
      '<mark>',
      '<details>x</details>',
      '</p>',
      '<font size="1"><p>',
    ]
    for (const [type, query, parts] of [
      ['text/markdown', '', markdown],
      ['text/markdown', '?unknown=text', markdown],
      ['text/html', '', html],
    ] as const)
      for (const part of parts) {
        const page = await createPage(ann)
        const startedAt = performance.now()
        await send(ann, 'PUT', contentOf(page.id, query), type, part.repeat((1024 * 1024) / part.length))
        const tookMs = performance.now() - startedAt
        // Two seconds alone; tests share their machine.
        expect({ type, query, part, tookMs, isSlow: tookMs > 5_000 }).toMatchObject({ isSlow: false })
      }
  })

  test('C4 · of Markdown, what a page has no place for stays text if that is wanted', async () => {
    const page = await createPage(ann)
    const put = (query: string, type: string, body: string) =>
      send(ann, 'PUT', contentOf(page.id, query), type, body)
    const markdown = 'H<sub>2</sub>O and *![a](b.png)*'
    expect(await put('', 'text/markdown', markdown)).toMatchObject({ body: { code: 'unknown-content' } })
    expect(await put('?unknown=text', 'text/markdown', markdown)).toMatchObject({ status: 200 })
    const { body } = await ann.request('GET', contentOf(page.id, '?format=text'))
    expect(body).toBe('H<sub>2</sub>O and ![a](b.png)')
    for (const [query, type] of [
      ['?unknown=text', 'text/html'],
      ['?unknown=drop', 'text/markdown'],
    ] as const)
      expect(await put(query, type, 'x')).toMatchObject({ status: 400, body: { code: 'invalid-request' } })
  })
})

describe('PATCH …/content', () => {
  test('C3 · adds at the start, at the end and behind a heading, and touches nothing else', async () => {
    const page = await createPage(ann)
    await sendMarkdown(ann, 'PUT', contentOf(page.id), '# Title\n\nbody\n\n## Log\n\nlast')
    const add = (query: string, body: string) => sendMarkdown(ann, 'PATCH', contentOf(page.id, query), body)
    expect(await add('?place=start', 'top')).toMatchObject({ status: 200, body: { changed: true } })
    await add('?place=end', '- item')
    await add('?place=after-heading&heading=Log', 'entry')
    const { body } = await ann.request('GET', contentOf(page.id, '?format=markdown'))
    expect(body).toBe('top\n\n# Title\n\nbody\n\n## Log\n\nentry\n\nlast\n\n- item\n')
    const lost = await add('?place=after-heading&heading=Nowhere', 'x')
    expect(lost).toMatchObject({ status: 422, body: { code: 'unknown-heading' } })
    expect((await add('?place=middle', 'x')).status).toBe(400)
    expect((await sendMarkdown(ann, 'PATCH', contentOf(page.id, '?place=end'), 'x', '"1"')).status).toBe(412)
  })

  test('C3 · ten at once are all there', async () => {
    const page = await createPage(ann)
    const writer = open(ann, page.id)
    await writer.synced()
    writer.write('typed')
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        sendMarkdown(ann, 'PATCH', contentOf(page.id, '?place=end'), `line ${index}`),
      ),
    )
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    await writer.until(() => writer.paragraphs().length === 11)
    writer.close()
  })
})

describe('Writing content', () => {
  test('A2 · is for editors', async () => {
    const page = await writtenPage('untouched')
    for (const role of ['viewer', 'commenter', 'editor', 'admin'] as const) {
      const person = await register(server.url, role)
      await addMember(ann, person, role)
      const guest =
        role === 'admin'
          ? null
          : await enterAsGuest(server.url, (await createShareLink(ann, page.id, role)).token, 'Guest')
      for (const someone of guest === null ? [person] : [person, guest]) {
        const expected = role === 'editor' || role === 'admin' ? 200 : 403
        expect((await sendMarkdown(someone, 'PUT', contentOf(page.id), `by ${role}`)).status).toBe(expected)
        expect((await sendMarkdown(someone, 'PATCH', contentOf(page.id, '?place=end'), 'x')).status).toBe(
          expected,
        )
      }
    }
    const stranger = await register(server.url, 'Stranger')
    expect((await sendMarkdown(stranger, 'PUT', contentOf(page.id), 'x')).status).toBe(404)
    const headers = { 'content-type': 'text/markdown' }
    expect((await request(server.url, 'PUT', contentOf(page.id), { body: 'x', headers })).status).toBe(401)
    await ann.request('DELETE', `/api/pages/${page.id}`)
    expect((await sendMarkdown(ann, 'PUT', contentOf(page.id), 'x')).status).toBe(404)
  })
})

test('A5 · more writes to one page at once than may wait are sent away, and the next one is taken', async () => {
  const page = await createPage(ann)
  const put = (body: string) =>
    request(server.url, 'PUT', contentOf(page.id), {
      token: ann.session.accessToken,
      headers: { 'content-type': 'text/markdown' },
      body,
    })
  const answers = await Promise.all(Array.from({ length: 60 }, (_, index) => put(`line ${index}`)))
  const statuses = answers.map(({ status }) => status)
  expect(new Set(statuses)).toEqual(new Set([200, 503]))
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(MAX_WAITING_EDITS)
  expect((await put('afterwards')).status).toBe(200)
})
