import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { connectDatabase, type Database } from '../../server/database/connect.ts'
import { createTransact } from '../../server/database/transaction.ts'
import type { WorkspaceEvent } from '../../server/workspace/events.ts'
import { type Notice, notify } from '../../server/workspace/notify.ts'
import type { Drive } from '../../shared/api/drives.ts'
import type { Message } from '../../shared/api/messages.ts'
import { type NotificationList, notificationListSchema } from '../../shared/api/notifications.ts'
import type { PageWithRole } from '../../shared/api/pages.ts'
import { MENTION_NODE } from '../../shared/document/describe-mention.ts'
import { DOCUMENT_FRAGMENT } from '../../shared/document/fragment.ts'
import { queryDatabase } from '../support/database.ts'
import { openDocument } from '../support/document-client.ts'
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
import { until } from '../support/until.ts'

let server: TestServer
let database: Database
let ann: Person
let drive: Drive
let page: PageWithRole
/** What operations that nobody calls over the network yet have caused. */
const caused: WorkspaceEvent[] = []

beforeAll(async () => {
  server = await startServer()
  database = await connectDatabase(server.databaseUrl, pino({ level: 'silent' }))
  ann = await register(server.url, 'Ann')
  drive = await firstDrive(ann)
  page = await newPage('Plan')
})
afterAll(async () => {
  await database.close()
  await server.close()
})

const open: RealtimeClient[] = []
afterEach(() => {
  caused.length = 0
  for (const client of open.splice(0)) client.close()
})

async function newPage(title: string): Promise<PageWithRole> {
  return (await ann.request<PageWithRole>('POST', `/api/drives/${drive.id}/pages`, { title })).body
}

/** A new member of Ann's drive whom nobody has told anything yet. */
async function newMember(name = 'Bob'): Promise<Person> {
  const person = await register(server.url, name)
  await addMember(ann, person, 'commenter')
  return person
}

async function connect(person: Person): Promise<RealtimeClient> {
  const client = await openRealtime(server.url, person.session.accessToken)
  open.push(client)
  return client
}

const idOf = (person: Person) => person.session.user.id

async function say(person: Person, body: string, more: object = {}): Promise<Message> {
  const answer = await person.request<Message>('POST', `/api/pages/${page.id}/messages`, { body, ...more })
  expect(answer).toMatchObject({ status: 201 })
  return answer.body
}

async function list(person: Person, query = ''): Promise<NotificationList> {
  const { body } = await person.request('GET', `/api/me/notifications${query}`)
  return notificationListSchema.strict().parse(body)
}

const roundTrip = (client: RealtimeClient) => client.request('leave_page', { pageId: randomUUID() })
const transact = () => createTransact<WorkspaceEvent>(database.db, (events) => caused.push(...events))
const tell = (actor: Person, pageId: string, ...notices: Notice[]) =>
  transact()(async (tx) => ({
    result: undefined,
    events: await notify(tx, { pageId, actorId: idOf(actor) }, notices),
  }))
const kindsOf = async (person: Person) => (await list(person)).items.map(({ kind }) => kind)

describe('somebody is told', () => {
  test('E1 · of a mention: on all their connections and in the list, alike; nobody else hears of it', async () => {
    const [bob, cat] = await Promise.all([newMember(), newMember('Cat')])
    const hearing = [await connect(bob), await connect(bob)]
    const others = [await connect(ann), await connect(cat)]
    await others[1]?.request('join_page', { pageId: page.id })

    const message = await say(ann, `@Bob ${'look '.repeat(100)}`, { mentions: [idOf(bob)] })
    const { items, unreadCount, revision } = await list(bob)
    expect({ items, unreadCount, revision }).toMatchObject({
      items: [
        {
          kind: 'message-mention',
          actor: { userId: idOf(ann), name: 'Ann' },
          page: { id: page.id, driveId: drive.id, title: 'Plan' },
          message: { id: message.id, parentId: null, excerpt: message.body.slice(0, 140) },
          readAt: null,
        },
      ],
      ...{ unreadCount: 1, revision: 1 },
    })
    for (const client of hearing) {
      expect(await client.next('notification_created')).toMatchObject({ revision: 1, notification: items[0] })
    }
    for (const client of others) {
      await roundTrip(client)
      expect(client.pending('notification_created')).toEqual([])
    }
  })

  test('of a reply to what they wrote, but once when it mentions them as well', async () => {
    const bob = await newMember()
    const { id: parentId } = await say(bob, 'Who is in?')
    await say(ann, 'I am', { parentId })
    await say(ann, 'And you, @Bob?', { parentId, mentions: [idOf(bob)] })
    expect(await kindsOf(bob)).toEqual(['message-mention', 'message-reply'])
  })

  test('not of what they did themselves, nor twice of the same', async () => {
    const bob = await newMember()
    const { id: parentId } = await say(bob, '@me', { mentions: [idOf(bob)] })
    await say(bob, 'Talking to myself', { parentId })
    expect(await kindsOf(bob)).toEqual([])

    const id = randomUUID()
    await say(ann, '@Bob', { id, mentions: [idOf(bob)] })
    await say(ann, '@Bob', { id, mentions: [idOf(bob)] })
    for (const mentions of [[], [idOf(bob)]]) {
      await ann.request('PATCH', `/api/messages/${id}`, { body: `@Bob? ${mentions.length}`, mentions })
    }
    expect(await kindsOf(bob)).toEqual(['message-mention'])
  })

  test('when an edit mentions them for the first time', async () => {
    const bob = await newMember()
    const { id } = await say(ann, 'Look')
    const client = await connect(bob)
    await ann.request('PATCH', `/api/messages/${id}`, { body: '@Bob, look', mentions: [idOf(bob)] })
    expect((await client.next('notification_created')).notification.message?.excerpt).toBe('@Bob, look')
  })

  test('also as a guest, as long as their link holds', async () => {
    const link = await createShareLink(ann, page.id, 'viewer')
    const gus = await enterAsGuest(server.url, link.token, 'Gus')
    await say(ann, '@Gus', { mentions: [idOf(gus)] })
    expect(await kindsOf(gus)).toEqual(['message-mention'])
    await ann.request('DELETE', `/api/pages/${page.id}/share-links/${link.id}`)
    const answer = await ann.request('POST', `/api/pages/${page.id}/messages`, {
      ...{ body: '@Gus', mentions: [idOf(gus)] },
    })
    expect(answer.status).toBe(422)
  })

  test('A1 · of a mention in a page’s text, once for each mention, by who put it there, if they may view the page', async () => {
    const bob = await newMember()
    const stranger = await register(server.url, 'Stranger')
    const own = await newPage('Mentions')
    const document = openDocument(server.url, own.id, ann.session.accessToken)
    await document.synced()
    const mention = (person: Person, attributes: Record<string, string> = {}) => {
      const node = new Y.XmlElement(MENTION_NODE)
      const all = {
        id: randomUUID(),
        kind: 'person',
        personId: idOf(person),
        label: 'Somebody',
        ...attributes,
      }
      for (const [name, value] of Object.entries(all)) node.setAttribute(name, value)
      const paragraph = new Y.XmlElement('paragraph')
      paragraph.insert(0, [new Y.XmlText('See '), node])
      document.doc.getXmlFragment(DOCUMENT_FRAGMENT).push([paragraph])
      return all
    }
    const { id } = mention(bob)
    mention(stranger)
    mention(ann)
    mention(bob, { kind: 'page', pageId: own.id })
    mention(bob, { id: 'not an id' })
    await until(async () => (await kindsOf(bob)).length > 0)
    // Copied along, in the text and with the page, it is the same mention; another one is told of.
    mention(bob, { id })
    await document.saved()
    await ann.request('POST', `/api/pages/${own.id}/duplicate`, {})
    mention(bob)
    await document.saved()
    await until(async () => (await kindsOf(bob)).length > 1)
    const copies = () =>
      queryDatabase(
        server.databaseUrl,
        'SELECT FROM pages LEFT JOIN page_texts ON page_id = id JOIN documents ON documents.page_id = id WHERE page_texts.seq IS DISTINCT FROM documents.seq',
      )
    await until(async () => (await copies()).length === 0, { timeoutMs: 30_000 })
    expect(await kindsOf(bob)).toEqual(['page-mention', 'page-mention'])
    const { body } = await bob.request<NotificationList>('GET', '/api/me/notifications')
    expect(body.items[0]).toMatchObject({
      actor: { userId: idOf(ann) },
      page: { id: own.id, title: 'Mentions' },
    })
    for (const person of [stranger, ann]) expect(await kindsOf(person)).toEqual([])
    document.close()
  }, 60_000)

  test('of a page that was shared with them, and again only when they have read of it', async () => {
    const bob = await newMember()
    await tell(ann, page.id, { kind: 'page-shared', userId: idOf(bob) })
    await tell(ann, page.id, { kind: 'page-shared', userId: idOf(bob) })
    expect(await kindsOf(bob)).toEqual(['page-shared'])
    expect(caused).toMatchObject([{ name: 'notification_created', audience: { userId: idOf(bob) } }])
    await bob.request('PUT', '/api/me/notifications/read', { upTo: 1 })
    await tell(ann, page.id, { kind: 'page-shared', userId: idOf(bob) })
    expect(await list(bob)).toMatchObject({ items: [{ kind: 'page-shared', readAt: null }], unreadCount: 1 })
  })

  test('when somebody shares a page with them', async () => {
    const eve = await register(server.url, 'Eve')
    const path = `/api/pages/${page.id}/grants/${idOf(eve)}`
    expect((await ann.request('PUT', path, { role: 'viewer' })).status).toBeLessThan(300)
    expect(await kindsOf(eve)).toEqual(['page-shared'])
  })

  test('A1 · not if they may not see the page', async () => {
    const eve = await register(server.url, 'Eve')
    await tell(
      ann,
      page.id,
      { kind: 'page-shared', userId: idOf(eve) },
      { kind: 'page-shared', userId: randomUUID() },
    )
    expect(caused).toEqual([])
    expect(await list(eve)).toEqual({ items: [], unreadCount: 0, revision: 0 })
  })

  test('E1 · not if the message is not stored in the end', async () => {
    const bob = await newMember()
    const mentions = [idOf(bob), randomUUID()]
    const answer = await ann.request('POST', `/api/pages/${page.id}/messages`, { body: '@', mentions })
    expect(answer.status).toBe(422)
    expect(await list(bob)).toEqual({ items: [], unreadCount: 0, revision: 0 })
  })

  test('by many at once: each in a place of its own, without a gap', async () => {
    const [bob, cat] = await Promise.all([newMember(), newMember('Cat')])
    await Promise.all(
      Array.from({ length: 12 }, (_, nr) =>
        say(ann, 'Both!', { mentions: nr % 2 === 0 ? [idOf(bob), idOf(cat)] : [idOf(cat), idOf(bob)] }),
      ),
    )
    for (const person of [bob, cat]) {
      const { items, revision } = await list(person)
      expect(items.map(({ number }) => number)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1])
      expect(revision).toBe(12)
    }
  })
})

describe('marking as read', () => {
  test('one or all up to a place, told to the person’s other connections', async () => {
    const bob = await newMember()
    for (const body of ['One', 'Two', 'Three']) await say(ann, body, { mentions: [idOf(bob)] })
    const [three] = (await list(bob)).items
    const [client, other] = [await connect(bob), await connect(bob)]

    const one = await client.request('mark_notification_read', { notificationId: three?.id })
    expect(one).toEqual({ ok: true, unreadCount: 2, revision: 4 })
    expect(await other.next('notifications_changed')).toMatchObject({ revision: 4 })
    const again = await bob.request('PUT', `/api/me/notifications/${three?.id}/read`)
    expect(again.body).toEqual({ unreadCount: 2, revision: 4 })

    await say(ann, 'Four', { mentions: [idOf(bob)] })
    const all = await client.request('mark_notification_read', { upTo: three?.number })
    expect(all).toEqual({ ok: true, unreadCount: 1, revision: 6 })
    expect(await other.next('notifications_changed')).toMatchObject({ revision: 6 })
    await roundTrip(client)
    expect(client.pending('notifications_changed')).toEqual([])
    expect((await list(bob)).items.map(({ readAt }) => readAt === null)).toEqual([true, false, false, false])
  })

  test('A1 · only one’s own', async () => {
    const bob = await newMember()
    await say(ann, '@Bob', { mentions: [idOf(bob)] })
    const id = (await list(bob)).items[0]?.id
    expect((await ann.request('PUT', `/api/me/notifications/${id}/read`)).status).toBe(404)
    const ack = await (await connect(ann)).request('mark_notification_read', { notificationId: id })
    expect(ack).toMatchObject({ ok: false, error: { code: 'not-found' } })
    await ann.request('PUT', '/api/me/notifications/read', { upTo: 1_000 })
    expect((await list(bob)).unreadCount).toBe(1)
  })

  test.each([[{}], [{ notificationId: 'x' }], [{ upTo: -1 }], [{ upTo: '1' }], [{ all: true }], [null]])(
    'A5 · %j is refused',
    async (payload) => {
      const ack = await (await connect(ann)).request('mark_notification_read', payload)
      expect(ack).toMatchObject({ ok: false, error: { code: 'invalid-request' } })
    },
  )
})

describe('what is kept', () => {
  test('a deleted message takes what people were told of it with it', async () => {
    const bob = await newMember()
    const { id } = await say(ann, '@Bob', { mentions: [idOf(bob)] })
    const client = await connect(bob)
    await ann.request('DELETE', `/api/messages/${id}`)
    expect(await client.next('notifications_changed')).toMatchObject({ revision: 2 })
    expect(await list(bob)).toEqual({ items: [], unreadCount: 0, revision: 2 })
  })

  test('A1 · nothing about a page that one may not view any more is listed or counted', async () => {
    const bob = await newMember()
    await say(ann, 'Secret, @Bob', { mentions: [idOf(bob)] })
    await queryDatabase(server.databaseUrl, 'DELETE FROM drive_members WHERE user_id = $1', [idOf(bob)])
    expect(await list(bob)).toEqual({ items: [], unreadCount: 0, revision: 1 })
  })

  test('the newest 200, listed page by page', async () => {
    const bob = await newMember()
    await queryDatabase(
      server.databaseUrl,
      `WITH inbox AS (INSERT INTO inboxes VALUES ($1, 210))
       INSERT INTO notifications (id, user_id, number, kind, occasion, actor_id, page_id)
       SELECT gen_random_uuid(), $1, nr, 'page-mention', 'test:' || nr, $2, $3 FROM generate_series(1, 210) nr`,
      [idOf(bob), idOf(ann), page.id],
    )
    await say(ann, '@Bob', { mentions: [idOf(bob)] })
    const numbers: number[] = []
    for (let cursor: number | undefined = 1_000; cursor !== undefined; ) {
      const { items, nextCursor } = await list(bob, `?limit=50&before=${cursor}`)
      numbers.push(...items.map(({ number }) => number))
      cursor = nextCursor
    }
    expect(numbers).toEqual(Array.from({ length: 200 }, (_, nr) => 211 - nr))
  })

  test('V1 · asking again costs nothing while nothing has changed', async () => {
    const bob = await newMember()
    const get = async (tag = '') =>
      fetch(`${server.url}/api/me/notifications`, {
        headers: { authorization: `Bearer ${bob.session.accessToken}`, 'if-none-match': tag },
      })
    const tag = (await get()).headers.get('etag') ?? ''
    expect((await get(tag)).status).toBe(304)
    await say(ann, '@Bob', { mentions: [idOf(bob)] })
    expect((await get(tag)).status).toBe(200)
  })
})
