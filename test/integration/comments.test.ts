import { randomUUID } from 'node:crypto'
import { yXmlFragmentToProseMirrorRootNode } from '@tiptap/y-tiptap'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { schema } from '../../server/documents/content.ts'
import {
  type Comment,
  MAX_THREAD_COMMENTS,
  type Thread,
  type ThreadList,
  threadListSchema,
  threadSchema,
} from '../../shared/api/comments.ts'
import type { NotificationList } from '../../shared/api/notifications.ts'
import type { PageWithRole } from '../../shared/api/pages.ts'
import type { Problem } from '../../shared/api/problem.ts'
import type { Version } from '../../shared/api/versions.ts'
import { DOCUMENT_FRAGMENT } from '../../shared/document/fragment.ts'
import { anchoredText, anchorOf, comment, EMPTY_ANCHOR } from '../support/comments.ts'
import { queryDatabase } from '../support/database.ts'
import { type DocumentClient, openDocument } from '../support/document-client.ts'
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
import { until } from '../support/until.ts'

const WHO = ['owner', 'admin', 'editor', 'commenter', 'viewer', 'stranger', 'guest'] as const
type Who = (typeof WHO)[number]

let server: TestServer
const people = {} as Record<Who, Person>
beforeAll(async () => {
  server = await startServer()
  for (const who of WHO) if (who !== 'guest') people[who] = await register(server.url, who)
  for (const who of ['admin', 'editor', 'commenter', 'viewer'] as const)
    await addMember(people.owner, people[who], who)
})
afterAll(() => server.close())

const open: DocumentClient[] = []
afterEach(() => {
  for (const client of open.splice(0)) client.close()
})

const idOf = (who: Who) => people[who].session.user.id
const threadsOf = (pageId: string) => `/api/pages/${pageId}/threads`

/** A new page that says something. */
async function newPage(markdown: string): Promise<PageWithRole> {
  const page = await createPage(people.owner)
  await write(page.id, markdown)
  return page
}

async function write(pageId: string, markdown: string): Promise<void> {
  const answer = await request(server.url, 'PUT', `/api/pages/${pageId}/content`, {
    body: markdown,
    token: people.owner.session.accessToken,
    headers: { 'content-type': 'text/markdown' },
  })
  expect(answer.status).toBe(200)
}

async function read(pageId: string, format: string): Promise<unknown> {
  return (await people.owner.request('GET', `/api/pages/${pageId}/content?format=${format}`)).body
}

async function connect(who: Who, pageId: string): Promise<DocumentClient> {
  const client = openDocument(server.url, pageId, people[who].session.accessToken)
  open.push(client)
  await client.synced()
  return client
}

/** Comments on a piece of text as it is in the page now. */
async function commentOn(who: Who, pageId: string, piece: string, more: object = {}): Promise<Thread> {
  const { doc } = await connect(who, pageId)
  const answer = await comment(people[who], pageId, { anchor: anchorOf(doc, piece), ...more })
  expect(answer).toMatchObject({ status: 201 })
  return threadSchema.strict().parse(answer.body)
}

async function list(pageId: string): Promise<ThreadList> {
  return threadListSchema.strict().parse((await people.viewer.request('GET', threadsOf(pageId))).body)
}

/** What threads are about, as somebody sees it who opens the page now. */
async function reload(pageId: string): Promise<Record<string, string>> {
  return anchoredText((await connect('viewer', pageId)).doc)
}

describe('A2 · who may comment', () => {
  const [OK, NO, GONE] = ['ok', 'forbidden', 'not-found']
  // list, begin, reply, edit another's, delete another's, settle, delete another's thread
  const TABLE: Record<Who, (string | undefined)[]> = {
    owner: [OK, OK, OK, NO, OK, OK, OK],
    admin: [OK, OK, OK, NO, OK, OK, OK],
    editor: [OK, OK, OK, NO, NO, OK, NO],
    commenter: [OK, OK, OK, NO, NO, OK, NO],
    viewer: [OK, NO, NO, NO, NO, NO, NO],
    stranger: [GONE, GONE, GONE, GONE, GONE, GONE, GONE],
    guest: [OK, OK, OK, NO, NO, OK, NO],
  }

  test.each(WHO)('%s', async (who) => {
    const page = await createPage(people.owner)
    if (who === 'guest') {
      const link = await createShareLink(people.owner, page.id, 'commenter')
      people.guest = await enterAsGuest(server.url, link.token, 'Guest')
    }
    // Of somebody who is none of these.
    const author = await register(server.url, 'Author')
    await addMember(people.owner, author, 'commenter')
    const { body: thread } = await comment(author, page.id, { anchor: EMPTY_ANCHOR })
    const path = `${threadsOf(page.id)}/${thread.id}`
    const reply = { id: randomUUID(), body: 'x', mentions: [] }
    const another = `${path}/comments/${thread.comments[0]?.id}`
    const ask = async (method: string, at: string, body?: object) => {
      const answer = await people[who].request<Problem>(method, at, body)
      return answer.status < 300 ? 'ok' : answer.body.code
    }
    expect([
      await ask('GET', threadsOf(page.id)),
      (await comment(people[who], page.id, { anchor: EMPTY_ANCHOR })).status === 201
        ? 'ok'
        : (await comment(people[who], page.id, { anchor: EMPTY_ANCHOR })).body['code' as never],
      await ask('POST', `${path}/comments`, reply),
      await ask('PATCH', another, { body: 'y', mentions: [] }),
      await ask('DELETE', another),
      await ask('PATCH', path, { resolved: true }),
      await ask('DELETE', path),
    ]).toEqual(TABLE[who])
  })
})

describe('C1 C3 · the anchor', () => {
  test('is written by the server for a commenter, whose own updates are refused', async () => {
    const page = await newPage('One two three.')
    const editor = await connect('editor', page.id)
    const thread = await commentOn('commenter', page.id, 'two')
    await editor.until(() => anchoredText(editor.doc)[thread.id] === 'two')
    expect(thread.quote).toBe('two')
    const [row] = await queryDatabase(
      server.databaseUrl,
      'SELECT user_id FROM document_updates WHERE page_id = $1 ORDER BY seq DESC LIMIT 1',
      [page.id],
    )
    expect(row).toEqual({ user_id: idOf('commenter') })

    const own = await connect('commenter', page.id)
    own.write('forged')
    await until(async () => !String(await read(page.id, 'text')).includes('forged'))
    expect(await reload(page.id)).toEqual({ [thread.id]: 'two' })
  })

  test('follows the text through edits around and inside it, and is there after a reload', async () => {
    const page = await newPage('One two three.')
    const thread = await commentOn('commenter', page.id, 'two three')
    const editor = await connect('editor', page.id)
    const text = (editor.doc.getXmlFragment(DOCUMENT_FRAGMENT).get(0) as Y.XmlElement).get(0) as Y.XmlText
    text.insert(0, 'Zero. ')
    text.insert(13, ' and a half', {})
    text.insert(text.toString().length, '')
    await editor.saved()
    expect(await reload(page.id)).toEqual({ [thread.id]: 'two three' })
    text.insert(10, 'TWO', Object.fromEntries(Object.entries(attributesAt(text, 11))))
    text.delete(13, 2)
    await editor.saved()
    expect(Object.keys(await reload(page.id))).toEqual([thread.id])
  })

  test('of two threads on one text both are there, to the server and to the editor', async () => {
    const page = await newPage('One two three four.')
    const first = await commentOn('commenter', page.id, 'two three')
    const second = await commentOn('editor', page.id, 'three four')
    const { doc } = await connect('editor', page.id)
    expect(anchoredText(doc)).toEqual({ [first.id]: 'two three', [second.id]: 'three four' })
    // As the editor makes nodes of it; what it does not take it would remove.
    const before = Y.encodeStateVector(doc)
    const node = yXmlFragmentToProseMirrorRootNode(doc.getXmlFragment(DOCUMENT_FRAGMENT), schema)
    node.check()
    const threadIds = node.firstChild?.children.map(({ marks }) =>
      marks.map(({ attrs }) => attrs['threadId']),
    )
    expect(threadIds).toEqual([[], [first.id], [first.id, second.id], [second.id], []])
    expect(Y.encodeStateVector(doc)).toEqual(before)
    expect(await read(page.id, 'markdown')).toBe('One two three four.\n')
    expect(await read(page.id, 'html')).toBe('<p>One two three four.</p>')
    expect(await read(page.id, 'text')).toBe('One two three four.')
  })

  test('can be in code, which takes no other mark', async () => {
    const page = await newPage('Call `run()` now.\n\n```js\nrun(1)\n```')
    const inline = await commentOn('commenter', page.id, 'run()')
    const block = await commentOn('commenter', page.id, 'run(1)')
    const { doc } = await connect('viewer', page.id)
    yXmlFragmentToProseMirrorRootNode(doc.getXmlFragment(DOCUMENT_FRAGMENT), schema).check()
    expect(anchoredText(doc)).toEqual({ [inline.id]: 'run()', [block.id]: 'run(1)' })
  })

  test('survives that the text is written anew, where it stays', async () => {
    const page = await newPage('# Title\n\nOne two three.\n\nLast.')
    const thread = await commentOn('commenter', page.id, 'two three')
    await write(page.id, '# Another title\n\nOne **two** three or four.\n\nLast.\n\nMore.')
    expect(await reload(page.id)).toEqual({ [thread.id]: 'two three' })
    expect(await read(page.id, 'html')).toBe(
      '<h1>Another title</h1><p>One <strong>two</strong> three or four.</p><p>Last.</p><p>More.</p>',
    )
  })

  test('survives restoring a version from before it, and comes back with text that was deleted', async () => {
    const page = await newPage('One two three.\n\nLast.')
    const versions = `/api/pages/${page.id}/versions`
    const keep = async (name: string) =>
      (await people.owner.request<Version>('POST', versions, { name })).body.id
    const before = await keep('before')
    const thread = await commentOn('commenter', page.id, 'two three')
    const commented = await keep('commented')
    await write(page.id, 'One two three!\n\nLast.')
    expect((await people.owner.request('POST', `${versions}/${before}/restore`)).status).toBe(200)
    expect(await reload(page.id)).toEqual({ [thread.id]: 'two three' })

    await write(page.id, 'Other.')
    expect(await reload(page.id)).toEqual({})
    expect((await people.owner.request('POST', `${versions}/${commented}/restore`)).status).toBe(200)
    expect(await reload(page.id)).toEqual({ [thread.id]: 'two three' })
  })

  test('does not need the text to be there still: the thread quotes it', async () => {
    const page = await newPage('One two three.\n\nLast.')
    const { doc } = await connect('commenter', page.id)
    const anchor = anchorOf(doc, 'two')
    const partly = anchorOf(doc, 'Last')
    await write(page.id, 'Ls.')
    const gone = await comment(people.commenter, page.id, { anchor, quote: 'two' })
    expect(gone.body).toMatchObject({ quote: 'two' })
    const left = await comment(people.commenter, page.id, { anchor: partly, quote: 'Last' })
    expect((await reload(page.id))[gone.body.id]).toBeUndefined()
    expect(left.status).toBe(201)
    expect((await list(page.id)).items.map(({ id }) => id)).toEqual([gone.body.id, left.body.id])
  })

  test('must be on this page: anything else is refused and marks nothing', async () => {
    const [page, other] = [await newPage('One two three.'), await newPage('One two three.')]
    const { doc } = await connect('commenter', other.id)
    const foreign = anchorOf(doc, 'two')
    const ahead = new Y.Doc()
    ahead.getXmlFragment('secret')
    const hidden = Buffer.from(
      Y.encodeRelativePosition(Y.createRelativePositionFromTypeIndex(ahead.getXmlFragment('secret'), 0)),
    ).toString('base64')
    for (const anchor of [foreign, { start: hidden, end: hidden }, { start: 'AAAA', end: '////' }]) {
      const answer = await comment(people.commenter, page.id, { anchor })
      expect(answer.body).toMatchObject({ code: 'unknown-anchor' })
    }
    expect(await reload(page.id)).toEqual({})
    expect((await list(page.id)).items).toEqual([])
  })

  test('goes when the thread is deleted; who began it may', async () => {
    const page = await newPage('One two three.')
    const thread = await commentOn('commenter', page.id, 'two')
    const other = await commentOn('editor', page.id, 'two three')
    const path = `${threadsOf(page.id)}/${thread.id}`
    expect((await people.commenter.request('DELETE', path)).status).toBe(204)
    expect(await reload(page.id)).toEqual({ [other.id]: 'two three' })
    expect((await list(page.id)).items.map(({ id }) => id)).toEqual([other.id])
    expect((await people.commenter.request('DELETE', path)).status).toBe(404)
    const again = await comment(people.commenter, page.id, { id: thread.id, anchor: EMPTY_ANCHOR })
    expect(again.body).toMatchObject({ code: 'id-taken' })
  })
})

function attributesAt(text: Y.XmlText, index: number): Record<string, unknown> {
  let from = 0
  for (const { insert, attributes } of text.toDelta() as { insert: string; attributes?: object }[]) {
    if (index < from + insert.length) return { ...attributes }
    from += insert.length
  }
  return {}
}

describe('E2 · sent twice, written once', () => {
  test('a thread, also at the same moment; another’s id is taken', async () => {
    const page = await newPage('One two three.')
    const { doc } = await connect('commenter', page.id)
    const sent = { id: randomUUID(), anchor: anchorOf(doc, 'two') }
    const answers = await Promise.all(
      Array.from({ length: 3 }, () => comment(people.commenter, page.id, sent)),
    )
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201])
    expect(new Set(answers.map(({ body }) => body.comments[0]?.id)).size).toBe(1)
    const { items, revision } = await list(page.id)
    expect([items.length, revision]).toEqual([1, 1])
    const taken = await comment(people.editor, page.id, sent)
    expect(taken.body).toMatchObject({ code: 'id-taken' })
    expect(await reload(page.id)).toEqual({ [sent.id]: 'two' })
  })

  test('a reply; and there is a bound to how many', async () => {
    const page = await createPage(people.owner)
    const { body: thread } = await comment(people.editor, page.id, { anchor: EMPTY_ANCHOR })
    const path = `${threadsOf(page.id)}/${thread.id}/comments`
    const reply = { id: randomUUID(), body: 'Yes.', mentions: [] }
    const [first, second] = [
      await people.commenter.request<Comment>('POST', path, reply),
      await people.commenter.request<Comment>('POST', path, reply),
    ]
    expect(second.body).toEqual(first.body)
    await queryDatabase(
      server.databaseUrl,
      `INSERT INTO comments (id, thread_id, author_id, body, mentions, number, revision)
       SELECT gen_random_uuid(), $1, $2, 'x', '{}', n, n FROM generate_series(3, $3::int) n`,
      [thread.id, idOf('editor'), MAX_THREAD_COMMENTS],
    )
    const full = await people.commenter.request('POST', path, { ...reply, id: randomUUID() })
    expect(full.body).toMatchObject({ code: 'limit-reached' })
  })
})

test('E2 · lists come in pieces and carry a tag; every change moves the revision by one', async () => {
  const page = await createPage(people.owner)
  const { body: thread } = await comment(people.editor, page.id, { anchor: EMPTY_ANCHOR })
  const second = (await comment(people.editor, page.id, { anchor: EMPTY_ANCHOR })).body
  const path = `${threadsOf(page.id)}/${thread.id}`
  const { body: settled } = await people.commenter.request<Thread>('PATCH', path, { resolved: true })
  expect(settled).toMatchObject({ revision: 3, resolvedBy: { userId: idOf('commenter') } })
  await people.commenter.request('PATCH', path, { resolved: true })
  const own = `${path}/comments/${thread.comments[0]?.id}`
  const { body: edited } = await people.editor.request<Comment>('PATCH', own, {
    body: 'Better',
    mentions: [],
  })
  expect(edited).toMatchObject({ body: 'Better', revision: 4 })
  const { body: deleted } = await people.editor.request<Comment>('DELETE', own)
  expect(deleted).toMatchObject({ body: '', revision: 5, deletedAt: expect.any(String) })

  const piece = await people.viewer.request<ThreadList>('GET', `${threadsOf(page.id)}?limit=1`)
  expect(piece.body).toMatchObject({ items: [{ id: thread.id }], nextCursor: 1, revision: 5 })
  const rest = await people.viewer.request<ThreadList>('GET', `${threadsOf(page.id)}?after=1`)
  expect(rest.body.items.map(({ id }) => id)).toEqual([second.id])
  expect(piece.headers.get('etag')).toBe('"5"')
  const unchanged = await request(server.url, 'GET', threadsOf(page.id), {
    token: people.viewer.session.accessToken,
    headers: { 'if-none-match': '"5"' },
  })
  expect(unchanged.status).toBe(304)
})

test('people are told when they are mentioned and when somebody replies, and not of what is deleted', async () => {
  const page = await createPage(people.owner)
  const [ann, bob] = [await register(server.url, 'Ann'), await register(server.url, 'Bob')]
  for (const person of [ann, bob]) await addMember(people.owner, person, 'commenter')
  const bobId = bob.session.user.id
  const told = async (person: Person) =>
    (await person.request<NotificationList>('GET', '/api/me/notifications')).body.items
      .filter(({ page: { id } }) => id === page.id)
      .map(({ kind, comment: about }) => [kind, about?.excerpt])
  const { body: thread } = await comment(ann, page.id, {
    ...{ anchor: EMPTY_ANCHOR, body: 'Bob?', mentions: [bobId] },
  })
  expect(await told(bob)).toEqual([['comment-mention', 'Bob?']])
  const path = `${threadsOf(page.id)}/${thread.id}`
  const reply = await bob.request<Comment>('POST', `${path}/comments`, { body: 'Yes.', mentions: [] })
  await ann.request('POST', `${path}/comments`, { body: 'Thanks.', mentions: [] })
  expect(await told(ann)).toEqual([['comment-reply', 'Yes.']])
  expect(await told(bob)).toEqual([
    ['comment-reply', 'Thanks.'],
    ['comment-mention', 'Bob?'],
  ])
  await bob.request('DELETE', `${path}/comments/${reply.body.id}`)
  expect(await told(ann)).toEqual([])
  await ann.request('DELETE', path)
  expect(await told(bob)).toEqual([])
  const stranger = await comment(ann, page.id, { anchor: EMPTY_ANCHOR, mentions: [idOf('stranger')] })
  expect(stranger.body).toMatchObject({ code: 'unknown-user' })
})
