import { randomUUID } from 'node:crypto'
import { createServer as createHttpServer } from 'node:http'
import pg from 'pg'
import { pino } from 'pino'
import { io, type Socket } from 'socket.io-client'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Access, PageAccess } from '../../server/access/access.ts'
import type { Authenticate, Authentication } from '../../server/auth/authenticate.ts'
import { createMetrics } from '../../server/operations/metrics.ts'
import { createRealtime } from '../../server/realtime/realtime.ts'
import type { FactEvent } from '../../server/workspace/events.ts'
import type { Drive } from '../../shared/api/drives.ts'
import type { PageWithRole } from '../../shared/api/pages.ts'
import type { ProblemCode } from '../../shared/api/problem.ts'
import { errorAckSchema, REALTIME_NAMESPACE } from '../../shared/protocol/envelope.ts'
import { type FactName, type RequestName, requests } from '../../shared/protocol/events.ts'
import { joinDriveAckSchema, joinPageAckSchema } from '../../shared/protocol/rooms.ts'
import type { Role } from '../../shared/roles.ts'
import { queryDatabase } from '../support/database.ts'
import { FORGED_TOKENS } from '../support/forged-tokens.ts'
import {
  addMember,
  createPage,
  createShareLink,
  enterAsGuest,
  firstDrive,
  listPages,
  type Person,
  register,
  request,
} from '../support/people.ts'
import { openRealtime, type RealtimeClient } from '../support/realtime-client.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { until } from '../support/until.ts'

let server: TestServer
let ann: Person
let bob: Person
let vic: Person
let eve: Person
let drive: Drive
let eveDrive: Drive
/** Somebody who falls silent before the first test, and how long, ms, it takes until they have left. */
let silent: { left: Promise<number> }

beforeAll(async () => {
  server = await startServer({ allowedOrigins: ['https://tools.example.com'] })
  ;[ann, bob, vic, eve] = (await Promise.all(
    ['Ann', 'Bob', 'Vic', 'Eve'].map((name) => register(server.url, name)),
  )) as [Person, Person, Person, Person]
  await addMember(ann, bob, 'editor')
  await addMember(ann, vic, 'viewer')
  drive = await firstDrive(ann)
  eveDrive = await firstDrive(eve)
  silent = await fallSilent()
})
afterAll(() => server.close())

const open: RealtimeClient[] = []
afterEach(() => {
  for (const client of open.splice(0)) client.close()
})

async function connect(person: Person, transports?: string[]): Promise<RealtimeClient> {
  const token = person.session.accessToken
  const client = await openRealtime(server.url, token, transports === undefined ? {} : { transports })
  open.push(client)
  return client
}

async function inDrive(person: Person, driveId: string): Promise<RealtimeClient> {
  const client = await connect(person)
  expect(await client.request('join_drive', { driveId })).toMatchObject({ ok: true })
  return client
}

async function onPage(person: Person, pageId: string, transports?: string[]): Promise<RealtimeClient> {
  const client = await connect(person, transports)
  expect(await client.request('join_page', { pageId })).toMatchObject({ ok: true })
  return client
}

/** Whatever was sent to the client before this resolves has arrived. */
async function roundTrip(client: RealtimeClient): Promise<void> {
  expect(await client.request('leave_page', { pageId: randomUUID() })).toEqual({ ok: true })
}

async function expectSilence(client: RealtimeClient, ...names: FactName[]): Promise<void> {
  await roundTrip(client)
  for (const name of names) expect(client.pending(name)).toEqual([])
}

const newPage = async (title = 'A page', parentId: string | null = null) =>
  (await ann.request<PageWithRole>('POST', `/api/drives/${drive.id}/pages`, { title, parentId })).body
const rename = (pageId: string, title: string) => ann.request('PATCH', `/api/pages/${pageId}`, { title })

/** Resolves with why the server ended the connection. */
function disconnected(socket: Socket): Promise<string> {
  if (socket.disconnected) return Promise.resolve('already')
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('waited for a disconnect')), 10_000)
    socket.once('disconnect', (reason) => {
      clearTimeout(late)
      resolve(reason)
    })
  })
}

describe('the handshake', () => {
  async function refusal(auth: unknown, path = ''): Promise<unknown> {
    const error: unknown = await openRealtime(server.url + path, auth as string).then(
      (client) => client.close(),
      (reason: unknown) => reason,
    )
    return (error as { data?: { code?: ProblemCode } } | undefined)?.data?.code
  }

  test.each(FORGED_TOKENS)('A4 · with $what is refused with $code', async ({ make, code }) => {
    expect(await refusal(make(ann, bob))).toBe(code)
  })

  test.each([
    ['no token', undefined],
    ['an empty token', ''],
    ['null', null],
    ['a number', 4],
    ['an object', { token: 'x' }],
    ['a token beyond all measure', 'x'.repeat(5000)],
  ])('A4 · with %s is refused with unauthenticated', async (_what, token) => {
    expect(await refusal(token)).toBe('unauthenticated')
  })

  test('A3 · with a token of a session that has ended is refused with session-ended', async () => {
    const cat = await register(server.url, 'Cat')
    await request(server.url, 'POST', '/api/auth/logout', { headers: { cookie: cat.cookie } })
    expect(await refusal(cat.session.accessToken)).toBe('session-ended')
  })

  test('A5 · another namespace, the default one included, lets nobody in', async () => {
    for (const namespace of ['/', '/other', '/realtime/../', '/__proto__']) {
      const socket = io(server.url + namespace, { forceNew: true, reconnection: false })
      const outcome = await new Promise((resolve) => {
        socket.once('connect', () => resolve('connected'))
        socket.once('connect_error', () => resolve('refused'))
      })
      socket.close()
      expect([namespace, outcome]).toEqual([namespace, 'refused'])
    }
  })
})

describe('from another origin', () => {
  const poll = (origin: string) =>
    request(server.url, 'GET', '/socket.io/?EIO=4&transport=polling', { headers: { origin } })

  test('V1 · an allowed one may poll: the browser is told that it may read the answers', async () => {
    const answer = await poll('https://tools.example.com')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://tools.example.com')
    const preflight = await request(server.url, 'OPTIONS', '/socket.io/?EIO=4&transport=polling', {
      headers: { origin: 'https://tools.example.com', 'access-control-request-method': 'POST' },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-origin')).toBe('https://tools.example.com')
  })

  test('A5 · a foreign one is turned away, polling and WebSocket', async () => {
    const answer = await poll('https://evil.example.com')
    expect(answer.status).toBe(403)
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, {
      headers: { origin: 'https://evil.example.com' },
    })
    const error = await new Promise<Error>((resolve) => socket.once('error', resolve))
    expect(error.message).toMatch(/403|400/)
  })
})

describe('joining', () => {
  test('a drive answers its revision, a page also who is there', async () => {
    const page = await newPage()
    const { revision } = await listPages(ann, drive.id)
    const client = await connect(ann)
    const joined = joinDriveAckSchema.parse(await client.request('join_drive', { driveId: drive.id }))
    expect(joined).toMatchObject({ ok: true, revision })
    const { id: userId, name, color } = ann.session.user
    const ack = joinPageAckSchema.parse(await client.request('join_page', { pageId: page.id }))
    const users = [{ userId, kind: 'user', name, color, status: 'active' }]
    expect(ack).toEqual({ ok: true, revision, messagesRevision: 0, users })
    const present = joinDriveAckSchema.parse(await client.request('join_drive', { driveId: drive.id }))
    expect(present.ok && present.presence).toContainEqual({ pageId: page.id, users })
  })

  test('A1 · a drive is for members, a page for whoever may view it', async () => {
    const page = await newPage()
    const below = await newPage('Below', page.id)
    const beside = await newPage('Beside')
    const link = await createShareLink(ann, page.id, 'viewer')
    const gus = await enterAsGuest(server.url, link.token, 'Gus')
    const outcomes = async (person: Person) => {
      const client = await connect(person)
      const requests: [RequestName, unknown][] = [
        ['join_drive', { driveId: drive.id }],
        ['join_page', { pageId: page.id }],
        ['join_page', { pageId: below.id }],
        ['join_page', { pageId: beside.id }],
      ]
      const acks: unknown[] = []
      for (const [name, payload] of requests) {
        const ack = await client.request(name, payload)
        acks.push(ack.ok || ack.error.code)
      }
      return acks
    }
    expect(await outcomes(vic)).toEqual([true, true, true, true])
    expect(await outcomes(gus)).toEqual(['not-found', true, true, 'not-found'])
    expect(await outcomes(eve)).toEqual(['not-found', 'not-found', 'not-found', 'not-found'])
  })

  test('A1 · to a stranger, what is not theirs looks exactly like what does not exist', async () => {
    const page = await newPage()
    const client = await connect(eve)
    const unknown = randomUUID()
    expect(await client.request('join_page', { pageId: page.id })).toEqual(
      await client.request('join_page', { pageId: unknown }),
    )
    expect(await client.request('join_drive', { driveId: drive.id })).toEqual(
      await client.request('join_drive', { driveId: unknown }),
    )
  })

  test('E3 · a page whose id is written in capitals is the same page', async () => {
    const page = await newPage()
    const watcher = await onPage(ann, page.id)
    const client = await onPage(bob, page.id.toUpperCase())
    expect(await watcher.next('user_joined')).toMatchObject({ pageId: page.id, user: { name: 'Bob' } })
    await rename(page.id, 'Renamed')
    expect((await client.next('page_updated')).page.title).toBe('Renamed')
  })

  test('A5 · one connection follows a hundred pages at most', async () => {
    const pages = await queryDatabase<{ id: string }>(
      server.databaseUrl,
      `INSERT INTO pages (id, drive_id, title, position, created_by)
       SELECT gen_random_uuid(), $1, 'Many', 'a0' || nr, $2 FROM generate_series(1, 101) nr RETURNING id`,
      [eveDrive.id, eve.session.user.id],
    )
    const client = await connect(eve)
    const acks = await Promise.all(pages.map(({ id }) => client.request('join_page', { pageId: id })))
    expect(acks.filter((ack) => ack.ok)).toHaveLength(100)
    const refused = acks.find((ack) => !ack.ok)
    expect(refused).toMatchObject({ ok: false, error: { code: 'rate-limited' } })
    const [first, last] = [pages[0]?.id, pages.at(-1)?.id]
    await client.request('leave_page', { pageId: first })
    expect(await client.request('join_page', { pageId: last })).toMatchObject({ ok: true })
  })
})

describe('malformed requests', () => {
  const NAMES = Object.keys(requests) as RequestName[]
  const BAD_IDS: unknown[] = [
    ...[undefined, null, 4, true, '', 'x', 'page:1', '../x', randomUUID().slice(1), `${randomUUID()}\u0000`],
    ...[{ $ne: 1 }, [randomUUID()], Buffer.from('x'), 'x'.repeat(10_000), "' OR true --", '\ud800'],
  ]
  const BAD_PAYLOADS: unknown[] = [undefined, null, 4, 'text', true, [], {}, Buffer.from('x'), [{}]]

  test.each(NAMES)('A5 · %s with any of them gets an error and changes nothing', async (name) => {
    const client = await connect(await register(server.url, 'Mallory'))
    const key = name.endsWith('drive') ? 'driveId' : 'pageId'
    for (const payload of [...BAD_PAYLOADS, ...BAD_IDS.map((id) => ({ [key]: id }))]) {
      const ack = errorAckSchema.parse(await client.request(name, payload))
      expect([payload, ack.error.code]).toEqual([payload, 'invalid-request'])
      expect(ack.error.message).not.toMatch(/node_modules|\.ts|select/i)
    }
    await roundTrip(client)
  })

  test('A5 · what is more than asked for is ignored, and so are claims about who one is', async () => {
    const page = await newPage()
    const watcher = await onPage(ann, page.id)
    const client = await connect(bob)
    const payload = JSON.parse(
      `{"pageId":"${page.id}","userId":"${ann.session.user.id}","user":{"name":"Ann"},"__proto__":{"ok":1},"role":"owner"}`,
    )
    expect(await client.request('join_page', payload)).toMatchObject({ ok: true })
    expect((await watcher.next('user_joined')).user).toMatchObject({
      name: 'Bob',
      userId: bob.session.user.id,
    })
  })

  test('A5 · the acknowledgement comes wherever it was asked for: without a payload, behind junk', async () => {
    const { socket } = await connect(ann)
    const ask = (...values: unknown[]) => socket.timeout(5_000).emitWithAck('join_drive', ...values)
    expect(await ask()).toMatchObject({ ok: false, error: { code: 'invalid-request' } })
    expect(await ask({ driveId: drive.id }, 'junk', 4, [{}])).toMatchObject({ ok: true })
    expect(await ask('junk', { driveId: drive.id })).toMatchObject({ error: { code: 'invalid-request' } })
  })

  test('A5 · a request without an acknowledgement is handled all the same', async () => {
    const page = await newPage()
    const watcher = await onPage(ann, page.id)
    const client = await connect(bob)
    client.socket.emit('join_page', { pageId: 'nonsense' })
    client.socket.emit('join_page')
    client.socket.emit('join_page', { pageId: page.id }, 'not a function')
    expect((await watcher.next('user_joined')).user.name).toBe('Bob')
  })

  test.each([
    'nonsense',
    'error',
    'page_updated',
    'user_joined',
    '__proto__',
    'constructor',
    'toString',
    '',
    'join',
  ])('A5 · a request called "%s" is answered that there is no such thing', async (name) => {
    const client = await connect(ann)
    const ack = await client.socket.timeout(5_000).emitWithAck(name, { pageId: randomUUID() })
    expect(errorAckSchema.parse(ack).error.code).toBe('invalid-request')
    client.socket.emit(name)
    await roundTrip(client)
  })

  test('E3 · a client cannot publish', async () => {
    const page = await newPage()
    const watcher = await onPage(ann, page.id)
    const client = await onPage(bob, page.id)
    await watcher.next('user_joined')
    const fact = { eventId: randomUUID(), driveId: drive.id, revision: 999, page, pageId: page.id }
    for (const name of ['page_updated', 'page_deleted', 'user_left', 'user_joined'])
      client.socket.emit(name, fact)
    await roundTrip(client)
    await expectSilence(watcher, 'page_updated', 'page_deleted', 'user_left', 'user_joined')
  })

  test('A5 · who sends too much is cut off, and nobody else', async () => {
    const other = await connect(bob)
    const client = await connect(ann, ['websocket'])
    const ended = disconnected(client.socket)
    client.socket.emit('join_page', { pageId: 'x'.repeat(100 * 1024) })
    await ended
    await roundTrip(other)
    await roundTrip(await connect(ann))
  })

  test('A5 · garbage below the protocol ends its own connection only', async () => {
    const other = await connect(bob)
    const hello = `40/realtime,${JSON.stringify({ token: ann.session.accessToken })}`
    const garbage = [
      ...['', '9', '4', '42', '42[', '42/realtime,', '42/realtime,{}', '42/realtime,[', '42/realtime,[null]'],
      ...['42/realtime,["disconnect"]', '42/realtime,["error"]', '42/realtime,["newListener",1]'],
      ...['43/realtime,999[]', '45/realtime,', '451-/realtime,["join_page",{"_placeholder":true,"num":9}]'],
      ...['4999999999999999999999/realtime,["x"]', '\u0000', `42/${'x'.repeat(1000)},[]`, '{"a":1}'],
    ]
    for (const sent of [...garbage, Buffer.from([0, 1, 2, 255])]) {
      const socket = new WebSocket(`${server.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`)
      socket.on('error', () => undefined)
      await new Promise((resolve) => socket.once('open', resolve))
      const handled = new Promise<void>((resolve) => {
        socket.once('close', () => resolve())
        // An answer to the second hello, or to the request behind it, says that the server got past the garbage.
        socket.on('message', (data) => {
          if (data.toString().startsWith('43/realtime,7')) resolve()
        })
      })
      socket.send(hello)
      socket.send(sent)
      socket.send(`42/realtime,7["leave_page",{"pageId":"${randomUUID()}"}]`)
      await handled
      socket.terminate()
    }
    await roundTrip(other)
  })
})

describe('facts about pages', () => {
  test('A1 E3 · reach the drive’s room and the page’s room once, and nobody else', async () => {
    const page = await newPage('Before')
    const evePage = await createPage(eve)
    const link = await createShareLink(ann, page.id, 'viewer')
    const gus = await enterAsGuest(server.url, link.token, 'Gus')
    const both = await inDrive(ann, drive.id)
    await both.request('join_page', { pageId: page.id })
    const member = await inDrive(vic, drive.id)
    const guest = await onPage(gus, page.id)
    const elsewhere = await onPage(bob, (await newPage('Elsewhere')).id)
    const connected = await connect(bob)
    const stranger = await inDrive(eve, eveDrive.id)
    await stranger.request('join_page', { pageId: evePage.id })
    await both.next('page_created')
    await member.next('page_created')
    const outsiders = [elsewhere, connected, stranger]

    await rename(page.id, 'After')
    for (const client of [both, member, guest]) {
      const fact = await client.next('page_updated')
      expect(fact).toMatchObject({ driveId: drive.id, page: { id: page.id, title: 'After' } })
      expect(Object.keys(fact).sort()).toEqual(['driveId', 'eventId', 'page', 'revision'])
    }
    const created = await newPage('Created', page.id)
    for (const client of [both, member]) {
      const { role: _role, ...expected } = created
      expect((await client.next('page_created')).page).toEqual(expected)
    }
    await ann.request('DELETE', `/api/pages/${page.id}`)
    for (const client of [both, member]) {
      const deleted = [await client.next('page_deleted'), await client.next('page_deleted')]
      expect(new Set(deleted.map((fact) => fact.pageId))).toEqual(new Set([page.id, created.id]))
    }
    expect((await guest.next('page_deleted')).pageId).toBe(page.id)

    for (const client of [...outsiders, both, member, guest]) {
      await expectSilence(client, 'page_created', 'page_updated', 'page_deleted')
    }
  })

  test('E3 · stop when one leaves the drive or the page', async () => {
    const page = await newPage()
    const client = await inDrive(vic, drive.id)
    await client.request('join_page', { pageId: page.id })
    await client.request('leave_drive', { driveId: drive.id })
    await rename(page.id, 'One')
    expect((await client.next('page_updated')).page.title).toBe('One')
    await client.request('leave_page', { pageId: page.id })
    await rename(page.id, 'Two')
    await expectSilence(client, 'page_updated')
  })

  test('E2 · carry the drive’s revision, one more with every change and none for a repeated one', async () => {
    const client = await connect(ann)
    const ack = await client.request('join_drive', { driveId: drive.id })
    if (!ack.ok) throw new Error('the owner may join')
    const id = randomUUID()
    const create = () => ann.request('POST', `/api/drives/${drive.id}/pages`, { id, title: 'Once' })
    await create()
    await Promise.all([create(), create()])
    for (const title of ['a', 'b', 'c']) await rename(id, title)
    expect((await ann.request('PATCH', `/api/pages/${id}`, { title: 'x'.repeat(201) })).status).toBe(400)
    expect((await vic.request('PATCH', `/api/pages/${id}`, { title: 'not theirs' })).status).toBe(403)
    await ann.request('DELETE', `/api/pages/${id}`)
    const facts = [await client.next('page_created')].map((fact) => fact.revision)
    for (let nr = 0; nr < 3; nr++) facts.push((await client.next('page_updated')).revision)
    facts.push((await client.next('page_deleted')).revision)
    expect(facts).toEqual([1, 2, 3, 4, 5].map((step) => ack.revision + step))
    await expectSilence(client, 'page_created', 'page_updated', 'page_deleted')
    expect((await listPages(ann, drive.id)).revision).toBe(ack.revision + 5)
  })

  test('E2 · of changes at the same moment arrive in the order of their revisions', async () => {
    const client = await inDrive(ann, drive.id)
    const pages = await Promise.all(Array.from({ length: 10 }, (_, nr) => newPage(`Page ${nr}`)))
    const revisions: number[] = []
    for (const _page of pages) revisions.push((await client.next('page_created')).revision)
    const first = revisions[0] ?? 0
    expect(revisions).toEqual(revisions.map((_revision, index) => first + index))
  })

  test('E1 · whoever hears of a change and asks at once finds it done', async () => {
    const page = await newPage()
    const client = await onPage(vic, page.id)
    const found: Promise<boolean>[] = []
    client.socket.on('page_updated', (fact: { page: { title: string }; revision: number }) => {
      found.push(
        Promise.all([
          vic.request<PageWithRole>('GET', `/api/pages/${page.id}`),
          listPages(vic, drive.id),
        ]).then(([read, list]) => read.body.title >= fact.page.title && list.revision >= fact.revision),
      )
    })
    for (let nr = 10; nr < 25; nr++) await rename(page.id, `Title ${nr}`)
    await roundTrip(client)
    expect(await Promise.all(found)).toEqual(Array.from({ length: 15 }, () => true))
  })
})

describe('a change whose commit has not succeeded', () => {
  const HOLD = 4711

  beforeAll(async () => {
    // Runs inside COMMIT, after everything else: a commit that hangs, and one that fails.
    await queryDatabase(
      server.databaseUrl,
      `CREATE FUNCTION on_commit() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         IF NEW.title = 'held' THEN PERFORM pg_advisory_xact_lock(${HOLD}); END IF;
         IF NEW.title = 'failing' THEN RAISE EXCEPTION 'the disk is full' USING ERRCODE = '53100'; END IF;
         RETURN NULL;
       END $$;
       CREATE CONSTRAINT TRIGGER on_commit AFTER INSERT OR UPDATE ON pages
       DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION on_commit()`,
    )
  })

  test('E1 · is not announced while it hangs, and is when it is through', async () => {
    const page = await newPage()
    const client = await inDrive(vic, drive.id)
    await client.request('join_page', { pageId: page.id })
    const holder = new pg.Client(server.databaseUrl)
    await holder.connect()
    try {
      await holder.query('SELECT pg_advisory_lock($1)', [HOLD])
      const renamed = rename(page.id, 'held')
      await until(async () => {
        const { rows } = await holder.query(
          "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted",
        )
        return rows.length > 0
      })
      await expectSilence(client, 'page_updated')
      expect((await vic.request<PageWithRole>('GET', `/api/pages/${page.id}`)).body.title).toBe('A page')
      await holder.query('SELECT pg_advisory_unlock($1)', [HOLD])
      expect((await renamed).status).toBe(200)
      expect((await client.next('page_updated')).page.title).toBe('held')
    } finally {
      await holder.end()
    }
  })

  test('E1 · is not announced when it fails, and the revision stays', async () => {
    const page = await newPage()
    const client = await connect(vic)
    const before = await client.request('join_drive', { driveId: drive.id })
    expect(await rename(page.id, 'failing')).toMatchObject({
      status: 503,
      body: { code: 'storage-unavailable' },
    })
    const created = await ann.request('POST', `/api/drives/${drive.id}/pages`, { title: 'failing' })
    expect(created.status).toBe(503)
    await expectSilence(client, 'page_updated', 'page_created')
    expect(await client.request('join_drive', { driveId: drive.id })).toEqual(before)
  })
})

describe('who is on a page', () => {
  test('people count once: only the first tab arrives and only the last one leaves', async () => {
    const page = await newPage()
    const watcher = await onPage(ann, page.id)
    const first = await onPage(bob, page.id)
    const { user } = await watcher.next('user_joined')
    const { id: userId, name, color } = bob.session.user
    expect(user).toEqual({ userId, kind: 'user', name, color, status: 'active' })

    const second = await connect(bob)
    const ack = joinPageAckSchema.parse(await second.request('join_page', { pageId: page.id }))
    expect(ack.ok && ack.users.map((person) => person.name)).toEqual(['Ann', 'Bob'])
    expect(await second.request('join_page', { pageId: page.id })).toEqual(ack)
    await first.request('leave_page', { pageId: page.id })
    await expectSilence(watcher, 'user_joined', 'user_left')

    await second.request('leave_page', { pageId: page.id })
    expect(await watcher.next('user_left')).toMatchObject({ pageId: page.id, userId })
    await expectSilence(watcher, 'user_joined', 'user_left')
    await expectSilence(first, 'user_joined', 'user_left')
  })

  test('E4 · leave with their connection, whichever way it ends', async () => {
    const page = await newPage()
    const watcher = await onPage(ann, page.id)
    const endings: ((client: RealtimeClient) => void)[] = [
      (client) => client.close(),
      (client) => client.socket.io.engine.close(),
      // A process that is killed says nothing: its TCP connections are just gone.
      (client) =>
        (client.socket.io.engine.transport as unknown as { ws: { terminate(): void } }).ws.terminate(),
    ]
    for (const end of endings) {
      const client = await onPage(bob, page.id, ['websocket'])
      expect((await watcher.next('user_joined')).user.name).toBe('Bob')
      end(client)
      expect((await watcher.next('user_left')).userId).toBe(bob.session.user.id)
    }
  })

  test('E4 · leaving takes effect behind the joining it was sent after', async () => {
    const page = await newPage()
    const client = await connect(bob)
    const [joined, left] = await Promise.all([
      client.request('join_page', { pageId: page.id }),
      client.request('leave_page', { pageId: page.id }),
    ])
    expect([joined.ok, left.ok]).toEqual([true, true])
    const ack = joinPageAckSchema.parse(await (await connect(ann)).request('join_page', { pageId: page.id }))
    expect(ack.ok && ack.users.map((person) => person.name)).toEqual(['Ann'])
  })

  test('E3 · is told on that page only, and to those who are on it', async () => {
    const page = await newPage()
    const inTheDrive = await inDrive(ann, drive.id)
    const elsewhere = await onPage(vic, (await newPage()).id)
    const client = await onPage(bob, page.id)
    await client.request('leave_page', { pageId: page.id })
    await expectSilence(inTheDrive, 'user_joined', 'user_left')
    await expectSilence(elsewhere, 'user_joined', 'user_left')
  })

  test('a guest is named as they chose, and marked as a guest', async () => {
    const page = await newPage()
    const watcher = await onPage(ann, page.id)
    const link = await createShareLink(ann, page.id, 'viewer')
    const gus = await enterAsGuest(server.url, link.token, 'Gus')
    await onPage(gus, page.id)
    expect((await watcher.next('user_joined')).user).toMatchObject({ kind: 'guest', name: 'Gus' })
  })

  test('nobody is left on a page that was deleted', async () => {
    const page = await newPage()
    const client = await onPage(bob, page.id)
    await ann.request('DELETE', `/api/pages/${page.id}`)
    expect((await client.next('page_deleted')).pageId).toBe(page.id)
    const again = await client.request('join_page', { pageId: page.id })
    expect(again).toMatchObject({ ok: false, error: { code: 'not-found' } })
  })
})

describe('a session that ends', () => {
  test('A3 · by signing out takes its connections with it, and no others', async () => {
    const page = await newPage()
    const watcher = await onPage(ann, page.id)
    const signIn = await request<Person['session']>(server.url, 'POST', '/api/auth/login', {
      body: { email: bob.email, password: bob.password },
    })
    const cookie = signIn.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    const here = await onPage({ ...bob, session: signIn.body }, page.id)
    const there = await onPage(bob, page.id)
    await watcher.next('user_joined')
    const ended = disconnected(here.socket)
    await request(server.url, 'POST', '/api/auth/logout', { headers: { cookie } })
    expect(await ended).toBe('io server disconnect')
    await expectSilence(watcher, 'user_left')
    await roundTrip(there)
  })

  test('A3 · because its refresh token was used twice ends its connections', async () => {
    const cat = await register(server.url, 'Cat')
    const client = await connect(cat)
    const ended = disconnected(client.socket)
    const refresh = () =>
      request(server.url, 'POST', '/api/auth/refresh', { headers: { cookie: cat.cookie } })
    expect((await refresh()).status).toBe(200)
    expect((await refresh()).status).toBe(401)
    expect(await ended).toBe('io server disconnect')
  })
})

describe('a permission that is lost while it is being asked for', () => {
  const identity = {
    userId: randomUUID(),
    kind: 'user',
    name: 'Ann',
    email: null,
    sessionId: randomUUID(),
  } as const
  const pageId = randomUUID()
  const driveId = randomUUID()
  const fact: FactEvent = {
    ...{ kind: 'fact', name: 'page_deleted', audience: { driveId, pageId } },
    payload: { eventId: randomUUID(), driveId, revision: 1, pageId },
  }

  const never = () => Promise.reject(new Error('nobody asks for this here'))

  /** A server that asks the test for every decision. */
  async function startAsking(decisions: Partial<Access> & { authenticate?: Authenticate }) {
    const httpServer = createHttpServer()
    const toPage: Access['toPage'] =
      decisions.toPage ?? (async () => ({ kind: 'granted', role: 'viewer', until: null, driveId }))
    const realtime = createRealtime({
      ...{ httpServer, metrics: createMetrics(), logger: pino({ level: 'silent' }) },
      authenticate: async () => ({
        kind: 'authenticated',
        identity,
        tokenExpiresAt: new Date(Date.now() + 60_000),
      }),
      access: {
        toPage,
        manyToPage: (askers) => Promise.all(askers.map(() => toPage(identity, pageId))),
        hiddenPages: async () => new Set(),
        uneditablePages: async () => new Set(),
        findInDrive: async (_driveId, pageIds) => new Set(pageIds),
        toDrive: async () => 'viewer',
        isSessionActive: async () => true,
        ...decisions,
      },
      pages: { create: never, update: never, remove: never },
      movePage: never,
      comments: {
        ...{ createThread: never, resolve: never, removeThread: never },
        ...{ reply: never, edit: never, remove: never },
      },
      trash: { restore: never },
      pageOpened: () => undefined,
      streams: { cancel: never },
      messages: { send: never, edit: never, remove: never, react: never, markRead: never },
      notifications: { markRead: never, markAllRead: never },
      readRevision: async () => 1,
      limits: { perUser: 100, perAddress: 100, addressOf: () => 'here' },
      readMessagesRevision: async () => 0,
      isOriginAllowed: () => true,
      ...decisions,
    })
    await new Promise<void>((resolve) => httpServer.listen(0, '127.0.0.1', resolve))
    const { port } = httpServer.address() as { port: number }
    const close = async () => {
      await realtime.close()
      httpServer.close()
    }
    return { realtime, url: `http://127.0.0.1:${port}`, close }
  }

  /** The first answer to a question waits until the test gives it; the question is known to have been asked. */
  function askFirst<Answer>(later: Answer) {
    let ask = () => undefined as unknown
    const asked = new Promise<void>((resolve) => {
      ask = () => resolve()
    })
    let give = (_first: Answer) => undefined as unknown
    const first = new Promise<Answer>((resolve) => {
      give = resolve
    })
    let count = 0
    const answer = async () => {
      if (count++ > 0) return later
      ask()
      return first
    }
    return { answer, asked, give: (value: Answer) => give(value) }
  }

  test('A3 · nobody stays on a page that they lost between the decision and the door', async () => {
    const question = askFirst<PageAccess>({ kind: 'not-found', driveId: null })
    const { realtime, url, close } = await startAsking({ toPage: question.answer })
    const client = await openRealtime(url, 'token')
    const joining = client.request('join_page', { pageId })
    await question.asked
    await realtime.recheckPages([pageId])
    question.give({ kind: 'granted', role: 'viewer', until: null, driveId })
    expect(await joining).toMatchObject({ ok: false, error: { code: 'not-found' } })
    realtime.publish([fact])
    await expectSilence(client, 'page_deleted')
    await close()
  })

  test('A3 · nor in a drive', async () => {
    const question = askFirst<Role | null>(null)
    const { realtime, url, close } = await startAsking({ toDrive: question.answer })
    const client = await openRealtime(url, 'token')
    const joining = client.request('join_drive', { driveId })
    await question.asked
    await realtime.recheckSessions([identity.sessionId])
    question.give('viewer')
    expect(await joining).toMatchObject({ ok: false, error: { code: 'not-found' } })
    realtime.publish([fact])
    await expectSilence(client, 'page_deleted')
    await close()
  })

  test('A3 · nor connected, if the session ends during the handshake', async () => {
    const valid = { kind: 'authenticated', identity, tokenExpiresAt: new Date(Date.now() + 60_000) } as const
    const question = askFirst<Authentication>(valid)
    const { realtime, url, close } = await startAsking({
      authenticate: question.answer,
      isSessionActive: async () => false,
    })
    const socket = io(url + REALTIME_NAMESPACE, {
      auth: { token: 'token' },
      forceNew: true,
      reconnection: false,
    })
    const ended = new Promise((resolve) => socket.once('disconnect', resolve))
    await question.asked
    await realtime.recheckSessions([identity.sessionId])
    question.give(valid)
    expect(await ended).toBe('io server disconnect')
    await close()
  })

  test('A1 · who is on a page is told only to those followers of its drive who may see it', async () => {
    const people = { seeing: randomUUID(), blind: randomUUID() } as Record<string, string>
    const { url, close } = await startAsking({
      authenticate: async (token) => ({
        kind: 'authenticated',
        identity: { ...identity, userId: people[token] as string },
        tokenExpiresAt: new Date(Date.now() + 60_000),
      }),
      hiddenPages: async ({ userId }) => new Set(userId === people['blind'] ? [pageId] : []),
    })
    const [seeing, blind] = await Promise.all([openRealtime(url, 'seeing'), openRealtime(url, 'blind')])
    for (const client of [seeing, blind]) await client.request('join_drive', { driveId })
    await seeing.request('join_page', { pageId })
    expect((await seeing.next('drive_presence_updated')).pages).toMatchObject([{ pageId }])
    // The next news has a page that both may see; with it they are told of both pages, or of that one.
    const open = randomUUID()
    await seeing.request('leave_page', { pageId })
    await seeing.request('join_page', { pageId: open })
    expect((await seeing.next('drive_presence_updated')).pages).toHaveLength(2)
    expect((await blind.next('drive_presence_updated')).pages).toMatchObject([{ pageId: open }])
    expect(blind.pending('drive_presence_updated')).toEqual([])
    await seeing.request('join_page', { pageId })
    const late = await blind.request('join_drive', { driveId })
    expect(late.ok && late.presence.map((page) => page.pageId)).toEqual([open])
    await close()
  })

  test('A3 · whose permission cannot be decided again is dropped, in a way that lets them come back', async () => {
    let away = false
    const { realtime, url, close } = await startAsking({
      toPage: async () => {
        if (away) throw new Error('the database is away')
        return { kind: 'granted', role: 'viewer', until: null, driveId }
      },
    })
    const client = await openRealtime(url, 'token')
    expect(await client.request('join_page', { pageId })).toMatchObject({ ok: true })
    const ended = disconnected(client.socket)
    away = true
    await realtime.recheckPages([pageId])
    expect(await ended).toBe('transport close')
    await close()
  })
})

test('V3 · who asks faster than they can be answered is told so; nothing is dropped silently', async () => {
  const client = await connect(bob)
  const acks = await Promise.all(
    Array.from({ length: 400 }, () => client.request('join_page', { pageId: randomUUID() })),
  )
  const codes = new Set(acks.map((ack) => (ack.ok ? 'ok' : ack.error.code)))
  expect(codes).toEqual(new Set(['not-found', 'rate-limited']))
  await roundTrip(client)
})

describe.each([['websocket'], ['polling']])('V1 · with %s only', (transport) => {
  test('joining, facts, presence, refusals and leaving work', async () => {
    const page = await newPage()
    const client = await connect(ann, [transport])
    expect(client.socket.io.engine.transport.name).toBe(transport)
    expect(await client.request('join_drive', { driveId: drive.id })).toMatchObject({ ok: true })
    expect(await client.request('join_page', { pageId: page.id })).toMatchObject({ ok: true })
    expect(await client.request('join_page', { pageId: randomUUID() })).toMatchObject({ ok: false })
    expect(await client.request('join_page', 'nonsense')).toMatchObject({ ok: false })

    const other = await onPage(bob, page.id, [transport])
    expect((await client.next('user_joined')).user.name).toBe('Bob')
    const created = await newPage('New')
    expect((await client.next('page_created')).page.id).toBe(created.id)
    await rename(page.id, 'Renamed')
    expect((await client.next('page_updated')).page.title).toBe('Renamed')
    expect((await other.next('page_updated')).page.title).toBe('Renamed')
    other.close()
    expect((await client.next('user_left')).userId).toBe(bob.session.user.id)
    await ann.request('DELETE', `/api/pages/${page.id}`)
    expect((await client.next('page_deleted')).pageId).toBe(page.id)

    const refused = openRealtime(server.url, 'garbage', { transports: [transport] })
    await expect(refused).rejects.toMatchObject({ data: { code: 'token-invalid' } })
  })
})

test('E4 · who polls and falls silent has left within 15 seconds', async () => {
  expect(await silent.left).toBeLessThan(15_500)
}, 20_000)

/** Joins a page by bare HTTP requests and then makes none any more; there is nothing that could break. */
async function fallSilent(): Promise<typeof silent> {
  const page = await newPage('Silent')
  const watcher = await openRealtime(server.url, ann.session.accessToken)
  await watcher.request('join_page', { pageId: page.id })
  const path = '/socket.io/?EIO=4&transport=polling'
  const opened = (await request<string>(server.url, 'GET', path)).body
  const session = `${path}&sid=${(JSON.parse(opened.slice(1)) as { sid: string }).sid}`
  const say = (text: string) =>
    request(server.url, 'POST', session, { body: text, headers: { 'content-type': 'text/plain' } })
  await say(`40/realtime,${JSON.stringify({ token: vic.session.accessToken })}`)
  await request(server.url, 'GET', session)
  await say(`42/realtime,["join_page",{"pageId":"${page.id}"}]`)
  await watcher.next('user_joined')
  const since = performance.now()
  const left = new Promise<number>((resolve) => {
    watcher.socket.once('user_left', () => {
      resolve(performance.now() - since)
      watcher.close()
    })
  })
  return { left }
}
