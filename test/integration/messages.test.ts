import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Drive } from '../../shared/api/drives.ts'
import {
  MAX_MESSAGE_LENGTH,
  type Message,
  type MessageList,
  messageListSchema,
  messageSchema,
  type UnreadCount,
} from '../../shared/api/messages.ts'
import type { PageWithRole } from '../../shared/api/pages.ts'
import type { Problem } from '../../shared/api/problem.ts'
import type { RequestName } from '../../shared/protocol/events.ts'
import { queryDatabase } from '../support/database.ts'
import {
  addMember,
  createShareLink,
  enterAsGuest,
  firstDrive,
  type Person,
  register,
} from '../support/people.ts'
import { openRealtime, type RealtimeClient } from '../support/realtime-client.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { createTcpProxy } from '../support/tcp-proxy.ts'
import { until } from '../support/until.ts'

const WHO = [
  ...['owner', 'admin', 'editor', 'commenter', 'viewer'],
  ...['stranger', 'guest who may comment', 'guest who may view'],
] as const
type Who = (typeof WHO)[number]

let server: TestServer
let drive: Drive
let page: PageWithRole
const people = {} as Record<Who, Person>

beforeAll(async () => {
  server = await startServer()
  for (const who of ['owner', 'admin', 'editor', 'commenter', 'viewer', 'stranger'] as const) {
    people[who] = await register(server.url, who)
  }
  for (const who of ['admin', 'editor', 'commenter', 'viewer'] as const) {
    await addMember(people.owner, people[who], who)
  }
  drive = await firstDrive(people.owner)
  page = await newPage()
  for (const role of ['commenter', 'viewer'] as const) {
    const link = await createShareLink(people.owner, page.id, role)
    const who = role === 'viewer' ? 'guest who may view' : 'guest who may comment'
    people[who] = await enterAsGuest(server.url, link.token, who)
  }
})
afterAll(() => server.close())

const open: RealtimeClient[] = []
afterEach(() => {
  for (const client of open.splice(0)) client.close()
})

async function newPage(title = 'A page'): Promise<PageWithRole> {
  return (await people.owner.request<PageWithRole>('POST', `/api/drives/${drive.id}/pages`, { title })).body
}

async function connect(person: Person, pageId?: string, url = server.url): Promise<RealtimeClient> {
  const client = await openRealtime(url, person.session.accessToken)
  open.push(client)
  if (pageId !== undefined) expect(await client.request('join_page', { pageId })).toMatchObject({ ok: true })
  return client
}

const idOf = (who: Who) => people[who].session.user.id
const messagesOf = (pageId = page.id) => `/api/pages/${pageId}/messages`

async function say(who: Who, body: string, more: object = {}, pageId = page.id): Promise<Message> {
  const answer = await people[who].request<Message>('POST', messagesOf(pageId), { body, ...more })
  expect(answer).toMatchObject({ status: 201 })
  return messageSchema.strict().parse(answer.body)
}

async function list(who: Who, query = '', pageId = page.id): Promise<MessageList> {
  const { body } = await people[who].request('GET', `${messagesOf(pageId)}${query}`)
  return messageListSchema.strict().parse(body)
}

const unreadOf = async (who: Who) =>
  (await people[who].request<{ items: UnreadCount[] }>('GET', '/api/me/unread')).body.items

/** Whatever was sent to the client before this resolves has arrived. */
const roundTrip = (client: RealtimeClient) => client.request('leave_page', { pageId: randomUUID() })

describe('who may do what', () => {
  const NO = 'not-found'
  // read, write, edit another's, delete another's, react, mark read
  const TABLE: Record<Who, string[]> = {
    owner: ['ok', 'ok', 'forbidden', 'ok', 'ok', 'ok'],
    admin: ['ok', 'ok', 'forbidden', 'ok', 'ok', 'ok'],
    editor: ['ok', 'ok', 'forbidden', 'forbidden', 'ok', 'ok'],
    commenter: ['ok', 'ok', 'forbidden', 'forbidden', 'ok', 'ok'],
    viewer: ['ok', 'forbidden', 'forbidden', 'forbidden', 'forbidden', 'ok'],
    stranger: [NO, NO, NO, NO, NO, NO],
    'guest who may comment': ['ok', 'ok', 'forbidden', 'forbidden', 'ok', 'ok'],
    'guest who may view': ['ok', 'forbidden', 'forbidden', 'forbidden', 'forbidden', 'ok'],
  }
  /** Written by somebody who is none of these. */
  async function anothers(): Promise<Message> {
    const author = await register(server.url, 'Author')
    await addMember(people.owner, author, 'commenter')
    return (await author.request<Message>('POST', messagesOf(), { body: 'Mine' })).body
  }

  test.each(WHO)('A1 · %s, over REST', async (who) => {
    const { id } = await anothers()
    const attempts: [string, string, object?][] = [
      ['GET', messagesOf()],
      ['POST', messagesOf(), { body: 'Hello' }],
      ['PATCH', `/api/messages/${id}`, { body: 'Not mine' }],
      ['DELETE', `/api/messages/${(await anothers()).id}`],
      ['PUT', `/api/messages/${id}/reactions/${encodeURIComponent('👍')}`],
      ['PUT', `${messagesOf()}/read`, { revision: 0 }],
    ]
    const outcomes: string[] = []
    for (const [method, path, body] of attempts) {
      const answer = await people[who].request<Problem>(method, path, body)
      outcomes.push(answer.status < 300 ? 'ok' : answer.body.code)
    }
    expect(outcomes).toEqual(TABLE[who])
  })

  test.each(WHO)('A1 · %s, over Socket.IO', async (who) => {
    const { id: messageId } = await anothers()
    const client = await connect(people[who])
    const attempts: [RequestName, object][] = [
      ['join_page', { pageId: page.id }],
      ['send_message', { pageId: page.id, id: randomUUID(), body: 'Hello' }],
      ['edit_message', { messageId, body: 'Not mine' }],
      ['delete_message', { messageId: (await anothers()).id }],
      ['react_to_message', { messageId, emoji: '👍', reacted: true }],
      ['mark_messages_read', { pageId: page.id, revision: 0 }],
    ]
    const outcomes: string[] = []
    for (const [name, payload] of attempts) {
      const ack = await client.request(name, payload)
      outcomes.push(ack.ok ? 'ok' : ack.error.code)
    }
    expect(outcomes).toEqual(TABLE[who])
  })

  test('A1 · a message on a page that is not theirs looks like one that does not exist', async () => {
    const { id } = await say('owner', 'Secret')
    const patch = (messageId: string) =>
      people.stranger.request('PATCH', `/api/messages/${messageId}`, { body: 'x' })
    const [theirs, nobodys] = await Promise.all([patch(id), patch(randomUUID())])
    expect(theirs.body).toEqual(nobodys.body)
  })

  test('A2 · an author who may only view now cannot change or delete what they wrote', async () => {
    const pat = await register(server.url, 'Pat')
    await addMember(people.owner, pat, 'commenter')
    const { id } = (await pat.request<Message>('POST', messagesOf(), { body: 'Mine' })).body
    await queryDatabase(server.databaseUrl, `UPDATE drive_members SET role = 'viewer' WHERE user_id = $1`, [
      pat.session.user.id,
    ])
    expect((await pat.request('PATCH', `/api/messages/${id}`, { body: 'x' })).status).toBe(403)
    expect((await pat.request('DELETE', `/api/messages/${id}`)).status).toBe(403)
  })
})

describe('what is said', () => {
  test('E3 · facts go to everybody on the page, also to one’s own other tab, and to nobody else', async () => {
    const other = await newPage('Another')
    const acting = await connect(people.editor, page.id)
    const hearing = await Promise.all([
      connect(people.editor, page.id),
      connect(people.viewer, page.id),
      connect(people['guest who may view'], page.id),
    ])
    const elsewhere = [await connect(people.admin, other.id), await connect(people.stranger), acting]
    expect(await elsewhere[0]?.request('join_drive', { driveId: drive.id })).toMatchObject({ ok: true })

    const sent = await acting.request('send_message', { pageId: page.id, id: randomUUID(), body: 'One' })
    if (!sent.ok) throw new Error(sent.error.code)
    const { id: messageId, revision } = sent.message
    await acting.request('edit_message', { messageId, body: 'Two' })
    await acting.request('react_to_message', { messageId, emoji: '🎉', reacted: true })
    await acting.request('delete_message', { messageId })
    for (const client of hearing) {
      expect(await client.next('message_created')).toMatchObject({
        pageId: page.id,
        revision,
        message: { body: 'One' },
      })
      expect(await client.next('message_updated')).toMatchObject({
        revision: revision + 1,
        message: { body: 'Two' },
      })
      expect((await client.next('message_updated')).message.reactions).toEqual([
        { emoji: '🎉', userIds: [idOf('editor')] },
      ])
      expect(await client.next('message_deleted')).toMatchObject({
        revision: revision + 3,
        message: { body: '' },
      })
    }
    for (const client of elsewhere) {
      await roundTrip(client)
      for (const name of ['message_created', 'message_updated', 'message_deleted'] as const)
        expect(client.pending(name)).toEqual([])
    }
  })

  test('E2 · joining answers the revision that the next fact continues, without a gap', async () => {
    const quiet = await newPage()
    const client = await connect(people.viewer)
    expect(await client.request('join_page', { pageId: quiet.id })).toMatchObject({ messagesRevision: 0 })
    await say('owner', 'First', {}, quiet.id)
    expect(await client.request('join_page', { pageId: quiet.id })).toMatchObject({ messagesRevision: 1 })
    await Promise.all(
      (['owner', 'admin', 'editor', 'commenter'] as const).map((who) => say(who, 'At once', {}, quiet.id)),
    )
    const revisions: number[] = []
    while (revisions.length < 5) revisions.push((await client.next('message_created')).revision)
    expect(revisions.sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5])
    expect((await list('viewer', '', quiet.id)).revision).toBe(5)
  })

  test('text stays text: Markdown and HTML are stored as they were sent, without surrounding space', async () => {
    const body = '**bold** <script>alert(1)</script> &amp;\n\tmore 👩‍👩‍👧'
    expect((await say('editor', ` \n${body.replace('\n', '\r\n')}  `)).body).toBe(body)
  })

  test.each([
    ['nothing', ''],
    ['only space', ' \n\t '],
    ['a control character', 'a\u0007b'],
    ['half a character', 'a\ud800'],
    ['more than fits', 'x'.repeat(MAX_MESSAGE_LENGTH + 1)],
  ])('A5 · %s is refused', async (_what, body) => {
    const answer = await people.editor.request('POST', messagesOf(), { body })
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-request' } })
    const client = await connect(people.editor)
    const ack = await client.request('send_message', { pageId: page.id, id: randomUUID(), body })
    expect(ack).toMatchObject({ ok: false, error: { code: 'invalid-request' } })
  })

  test('the longest message fits, over both transports', async () => {
    const body = '漢'.repeat(MAX_MESSAGE_LENGTH)
    expect((await say('editor', body)).body).toBe(body)
    const client = await connect(people.editor)
    const ack = await client.request('send_message', { pageId: page.id, id: randomUUID(), body })
    expect(ack).toMatchObject({ ok: true })
  })

  test('a reply belongs to a thread of its page; replies have no replies', async () => {
    const other = await newPage()
    const head = await say('owner', 'Who is in?')
    const reply = await say('editor', 'I am', { parentId: head.id })
    expect(reply.parentId).toBe(head.id)
    expect((await list('viewer', `?parentId=${head.id}`)).items).toEqual([reply])
    const attempt = (parentId: string, pageId = page.id) =>
      people.editor.request<Problem>('POST', messagesOf(pageId), { body: 'Me too', parentId })
    expect((await attempt(reply.id)).body.code).toBe('invalid-request')
    expect((await attempt(randomUUID())).body.code).toBe('not-found')
    expect((await attempt(head.id, other.id)).body.code).toBe('not-found')
  })

  test('only people who may view the page can be mentioned; to others nobody is told apart', async () => {
    const mentions = [idOf('viewer'), idOf('guest who may view'), idOf('viewer')]
    expect((await say('editor', '@both', { mentions })).mentions).toEqual(mentions.slice(0, 2))
    for (const userId of [idOf('stranger'), randomUUID()]) {
      const answer = await people.editor.request<Problem>('POST', messagesOf(), {
        body: '@',
        mentions: [userId],
      })
      expect(answer.body.code).toBe('unknown-user')
    }
  })

  test('editing is noted; saying the same again changes nothing', async () => {
    const { id, revision } = await say('editor', 'Before')
    const edit = (body: string) => people.editor.request<Message>('PATCH', `/api/messages/${id}`, { body })
    const { body: edited } = await edit('After')
    expect(edited).toMatchObject({ body: 'After', revision: revision + 1, editedAt: expect.any(String) })
    expect((await edit('After')).body).toEqual(edited)
  })

  test('a deleted message keeps its place and nothing of what it said, also in the database', async () => {
    const { id, number } = await say('editor', 'Regretted 8472', { mentions: [idOf('viewer')] })
    await people.viewer.request('PUT', `/api/messages/${id}/reactions/👍`)
    const { body } = await people.editor.request<Message>('DELETE', `/api/messages/${id}`)
    expect(body).toMatchObject({
      number,
      body: '',
      mentions: [],
      reactions: [],
      deletedAt: expect.any(String),
    })
    expect((await people.editor.request('DELETE', `/api/messages/${id}`)).body).toEqual(body)
    expect((await list('viewer')).items[0]).toEqual(body)
    expect(await queryDatabase(server.databaseUrl, `SELECT FROM messages WHERE body ~ '8472'`)).toEqual([])
    expect((await people.editor.request('PATCH', `/api/messages/${id}`, { body: 'x' })).status).toBe(404)
    expect((await people.editor.request('PUT', `/api/messages/${id}/reactions/👍`)).status).toBe(404)
  })
})

describe('reactions', () => {
  test('are there once for each person and emoji, and can be taken away', async () => {
    const { id, revision } = await say('owner', 'Done')
    const react = async (who: Who, method: string, emoji: string) =>
      (
        await people[who].request<Message>(
          method,
          `/api/messages/${id}/reactions/${encodeURIComponent(emoji)}`,
        )
      ).body
    await react('editor', 'PUT', '👍')
    await react('editor', 'PUT', '👍')
    await react('admin', 'PUT', '❤️')
    const both = await react('commenter', 'PUT', '👍')
    expect(both).toMatchObject({
      revision: revision + 3,
      reactions: [
        { emoji: '👍', userIds: [idOf('editor'), idOf('commenter')] },
        { emoji: '❤️', userIds: [idOf('admin')] },
      ],
    })
    await react('editor', 'DELETE', '👍')
    const left = await react('editor', 'DELETE', '👍')
    expect(left.reactions).toEqual([
      { emoji: '❤️', userIds: [idOf('admin')] },
      { emoji: '👍', userIds: [idOf('commenter')] },
    ])
    expect(left.revision).toBe(revision + 4)
  })

  test('A5 · only an emoji is one', async () => {
    const { id } = await say('owner', 'Done')
    const react = async (emoji: string) =>
      (await people.editor.request('PUT', `/api/messages/${id}/reactions/${encodeURIComponent(emoji)}`))
        .status
    for (const emoji of ['👩🏽‍💻', '🇩🇪', '🏴󠁧󠁢󠁳󠁣󠁴󠁿', '1️⃣', '☺️'])
      expect([emoji, await react(emoji)]).toEqual([emoji, 200])
    for (const text of ['x', '1', '👍👍', ':+1:', '<b>', '🇩', ' 👍'])
      expect([text, await react(text)]).toEqual([text, 400])
  })

  test('A5 · one message carries 200 of them at most', async () => {
    const { id } = await say('owner', 'Popular')
    await queryDatabase(
      server.databaseUrl,
      `INSERT INTO message_reactions (message_id, user_id, emoji)
       SELECT $1, $2, 'x' || nr FROM generate_series(1, 200) nr`,
      [id, idOf('owner')],
    )
    const { body } = await people.editor.request<Problem>('PUT', `/api/messages/${id}/reactions/👍`)
    expect(body.code).toBe('limit-reached')
    const [row] = await queryDatabase<{ count: string }>(
      server.databaseUrl,
      'SELECT count(*) FROM message_reactions WHERE message_id = $1',
      [id],
    )
    expect(row?.count).toBe('200')
  })
})

describe('listing', () => {
  test('pages through everything once, in both directions, while others write and delete', async () => {
    const long = await newPage('Long')
    const sent: string[] = []
    for (let nr = 0; nr < 10; nr++) sent.push((await say('owner', `Nr ${nr}`, {}, long.id)).id)

    const first = await list('viewer', '?limit=4', long.id)
    await say('editor', 'Slipped in', {}, long.id)
    await people.owner.request('DELETE', `/api/messages/${sent[5]}`)
    const second = await list('viewer', `?limit=4&before=${first.nextCursor}`, long.id)
    const third = await list('viewer', `?limit=4&before=${second.nextCursor}`, long.id)
    expect(third.nextCursor).toBeUndefined()
    const ids = [first, second, third].flatMap(({ items }) => items.map(({ id }) => id))
    expect(ids).toEqual([...sent].reverse())

    const from = await list('viewer', '?limit=6&after=0', long.id)
    const rest = await list('viewer', `?limit=6&after=${from.nextCursor}`, long.id)
    expect(rest.nextCursor).toBeUndefined()
    expect([...from.items, ...rest.items].map(({ id }) => id).slice(0, 10)).toEqual(sent)
  })

  test('V1 · asking again costs nothing while nothing has changed', async () => {
    const get = async (tag?: string | null) =>
      fetch(server.url + messagesOf(), {
        headers: {
          authorization: `Bearer ${people.viewer.session.accessToken}`,
          ...(tag ? { 'if-none-match': tag } : {}),
        },
      })
    await say('owner', 'News')
    const tag = (await get()).headers.get('etag')
    expect((await get(tag)).status).toBe(304)
    await say('owner', 'More news')
    expect((await get(tag)).status).toBe(200)
  })

  test.each(['limit=0', 'limit=101', 'before=-1', 'after=x', 'parentId=1'])(
    'A5 · ?%s is refused',
    async (query) => {
      expect((await people.viewer.request('GET', `${messagesOf()}?${query}`)).status).toBe(400)
    },
  )
})

describe('E2 · one id, one message', () => {
  test('sent twice, over both transports and at once: one row, one fact, one answer', async () => {
    const watcher = await connect(people.viewer, page.id)
    const client = await connect(people.editor)
    const message = { id: randomUUID(), body: 'Once' }
    const answers = await Promise.all([
      ...[1, 2, 3].map(async () => {
        const ack = await client.request('send_message', { pageId: page.id, ...message })
        return ack.ok && ack.message
      }),
      ...[1, 2, 3].map(async () => (await people.editor.request('POST', messagesOf(), message)).body),
    ])
    for (const answer of answers) expect(answer).toEqual(answers[0])
    expect((await watcher.next('message_created')).message).toEqual(answers[0])
    await roundTrip(watcher)
    expect(watcher.pending('message_created')).toEqual([])
  })

  test('the connection dies after the commit and before the answer: sent again, it is the same message', async () => {
    const { port, hostname } = new URL(server.url)
    const proxy = await createTcpProxy({ host: hostname, port: Number(port) })
    const watcher = await connect(people.viewer, page.id)
    const client = await connect(people.editor, undefined, `http://127.0.0.1:${proxy.port}`)
    const message = { pageId: page.id, id: randomUUID(), body: 'Was it sent?' }

    const held = await holdConversation()
    const unanswered = client.request('send_message', message).catch(() => 'no answer')
    await until(held.isWaitedFor)
    await proxy.cut()
    await held.release()
    const { message: stored } = await watcher.next('message_created')
    client.close()

    await proxy.mend()
    const back = await connect(people.editor, undefined, `http://127.0.0.1:${proxy.port}`)
    expect(await back.request('send_message', message)).toEqual({ ok: true, message: stored })
    back.close()
    await proxy.close()
    await roundTrip(watcher)
    expect(watcher.pending('message_created')).toEqual([])
    expect(await unanswered).toBe('no answer')
  }, 20_000)

  test('another’s id, or one from another page, is taken', async () => {
    const other = await newPage()
    const { id } = await say('editor', 'Mine')
    for (const [who, pageId] of [
      ['admin', page.id],
      ['editor', other.id],
    ] as const) {
      const answer = await people[who].request<Problem>('POST', messagesOf(pageId), { id, body: 'Yours' })
      expect(answer.body.code).toBe('id-taken')
    }
  })

  /** Lets whoever writes on the page wait in PostgreSQL. */
  async function holdConversation() {
    const holder = new pg.Client(server.databaseUrl)
    await holder.connect()
    await holder.query('BEGIN')
    await holder.query('SELECT FROM conversations WHERE page_id = $1 FOR UPDATE', [page.id])
    return {
      isWaitedFor: async () =>
        (
          await queryDatabase(
            server.databaseUrl,
            `SELECT FROM pg_stat_activity WHERE datname = current_database()
             AND wait_event_type = 'Lock' AND query LIKE '%conversations%'`,
          )
        ).length > 0,
      release: async () => {
        await holder.query('ROLLBACK')
        await holder.end()
      },
    }
  }
})

describe('what is unread', () => {
  test('counts what others wrote since, for those who follow the page, on all their connections', async () => {
    const talk = await newPage('Talk')
    const [bob, bobToo, vic] = await Promise.all([
      connect(people.editor),
      connect(people.editor),
      connect(people.viewer),
    ])
    await say('editor', 'I follow from here', {}, talk.id)
    await bob.next('unread_count_updated')
    await bobToo.next('unread_count_updated')
    const { revision } = await say('owner', 'One', {}, talk.id)
    const { id } = await say('owner', 'Two', {}, talk.id)
    const expected = (unreadCount: number) => ({ pageId: talk.id, unreadCount })
    for (const client of [bob, bobToo]) {
      expect(await client.next('unread_count_updated')).toMatchObject(expected(1))
      expect(await client.next('unread_count_updated')).toMatchObject(expected(2))
    }
    expect(await unreadOf('editor')).toContainEqual(expect.objectContaining(expected(2)))

    // What is read on one connection is read on the others; the one that asked has its answer.
    const ack = await bob.request('mark_messages_read', { pageId: talk.id, revision })
    expect(ack).toMatchObject({ ok: true, unread: { readRevision: revision, ...expected(1) } })
    expect(await bobToo.next('unread_count_updated')).toMatchObject({
      readRevision: revision,
      ...expected(1),
    })
    await roundTrip(bob)
    expect(bob.pending('unread_count_updated')).toEqual([])

    await people.owner.request('DELETE', `/api/messages/${id}`)
    expect(await bob.next('unread_count_updated')).toMatchObject(expected(0))
    expect(await unreadOf('editor')).not.toContainEqual(expect.objectContaining({ pageId: talk.id }))
    await roundTrip(vic)
    expect(vic.pending('unread_count_updated')).toEqual([])
  })

  test('reading never goes back, nor ahead of what is there', async () => {
    const talk = await newPage()
    await say('owner', 'One', {}, talk.id)
    const mark = async (revision: number) =>
      (await people.editor.request<UnreadCount>('PUT', `${messagesOf(talk.id)}/read`, { revision })).body
    expect(await mark(1_000)).toMatchObject({ readRevision: 1, unreadCount: 0 })
    expect(await mark(0)).toMatchObject({ readRevision: 1, unreadCount: 0 })
    await say('owner', 'Two', {}, talk.id)
    expect(await unreadOf('editor')).toContainEqual({
      pageId: talk.id,
      revision: 2,
      readRevision: 1,
      unreadCount: 1,
    })
  })

  test('A1 · who may not view the page any more is told nothing', async () => {
    const talk = await newPage('Soon private')
    const pat = await register(server.url, 'Pat')
    await addMember(people.owner, pat, 'commenter')
    await pat.request('POST', messagesOf(talk.id), { body: 'I follow' })
    await say('owner', 'Before', {}, talk.id)
    await queryDatabase(server.databaseUrl, 'DELETE FROM drive_members WHERE user_id = $1', [
      pat.session.user.id,
    ])
    const client = await connect(pat)
    await say('owner', 'After', {}, talk.id)
    await roundTrip(client)
    expect(client.pending('unread_count_updated')).toEqual([])
    expect((await pat.request<{ items: unknown[] }>('GET', '/api/me/unread')).body.items).toEqual([])
  })

  test('the count stops at a hundred', async () => {
    const talk = await newPage()
    await say('editor', 'I follow', {}, talk.id)
    await queryDatabase(
      server.databaseUrl,
      `INSERT INTO messages (id, page_id, author_id, body, mentions, number, revision)
       SELECT gen_random_uuid(), $1, $2, 'Spam', '{}', nr, nr FROM generate_series(2, 150) nr`,
      [talk.id, idOf('owner')],
    )
    expect(await unreadOf('editor')).toContainEqual(
      expect.objectContaining({ pageId: talk.id, unreadCount: 100 }),
    )
  })
})
