import { io } from 'socket.io-client'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { errorAckSchema, REALTIME_NAMESPACE } from '../../shared/protocol/envelope.ts'
import { RATE_LIMITS } from '../../shared/protocol/rate-limits.ts'
import { PROTOCOL_VERSION } from '../../shared/protocol/version.ts'
import { openDocument } from '../support/document-client.ts'
import { createEventsWorld, type EventsWorld } from '../support/events-world.ts'
import { createPage, type Person, register } from '../support/people.ts'
import { openRawSocket, TYPE } from '../support/raw-socket.ts'
import { openRealtime, type RealtimeClient } from '../support/realtime-client.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { until } from '../support/until.ts'

let world: EventsWorld
beforeAll(async () => {
  world = await createEventsWorld('websocket')
})
afterAll(() => world.close())

/** Why the server ended a connection. */
const ended = (client: RealtimeClient) =>
  new Promise<string>((resolve) => client.socket.once('disconnect', resolve))

describe('a token', () => {
  test('A3 · that expires: it is announced, then only renewing is answered, then the connection ends', async () => {
    const { viewer } = world.people
    const client = await world.bring(viewer, world.shortLived(viewer, 2))
    const end = ended(client)
    const { expiresAt } = await client.next('token_expiring')
    expect(await client.request('set_presence', { status: 'active' })).toEqual({ ok: true })
    await until(() => Date.now() >= Date.parse(expiresAt))
    const ack = errorAckSchema.parse(await client.request('join_page', { pageId: world.pages.a1.id }))
    expect(ack.error.code).toBe('token-expired')
    expect(await client.next('session_ended')).toMatchObject({ reason: 'token-expired' })
    expect(await end).toBe('io server disconnect')
  })

  test('A3 · that is renewed in time or in the grace goes on in place: nobody sees the person leave', async () => {
    const { viewer, admin } = world.people
    const watcher = await openRealtime(world.server.url, viewer.session.accessToken)
    await watcher.request('join_page', { pageId: world.pages.a2.id })
    const client = await world.bring(admin, world.shortLived(admin, 2))
    await client.request('join_page', { pageId: world.pages.a2.id })
    await watcher.next('user_joined')
    const { expiresAt } = await client.next('token_expiring')
    await until(() => Date.now() >= Date.parse(expiresAt))
    const ack = await client.request('renew_token', { token: world.shortLived(admin, 40) })
    expect(ack).toMatchObject({ ok: true })
    expect((await client.next('token_expiring')).expiresAt).toBe(ack.ok && ack.expiresAt)
    // Longer than the grace of the first token.
    await until(() => Date.now() >= Date.parse(expiresAt) + 5_500)
    expect(client.socket.connected).toBe(true)
    expect(await client.request('leave_drive', { driveId: world.driveA.id })).toEqual({ ok: true })
    await watcher.request('leave_drive', { driveId: world.driveA.id })
    expect(watcher.pending('user_left')).toEqual([])
    watcher.close()
  })
})

describe('typing', () => {
  test('E4 · expires by itself 5 seconds after it was last said, however often', async () => {
    const { a1 } = world.pages
    const typist = world.socket('editorOnPage')
    const watcher = world.socket('viewerOnPage')
    await typist.request('start_typing', { pageId: a1.id })
    await watcher.next('typing_started')
    const since = performance.now()
    await until(() => performance.now() - since > 2_000)
    await typist.request('start_typing', { pageId: a1.id })
    await watcher.next('typing_stopped')
    expect(performance.now() - since).toBeGreaterThan(6_900)
    expect(watcher.pending('typing_started')).toEqual([])
  })

  test('E4 · ends with the last connection that types, or with leaving the page', async () => {
    const { a1 } = world.pages
    const watcher = world.socket('guestOnPage')
    await world.settle()
    watcher.pending('typing_started').splice(0)
    watcher.pending('typing_stopped').splice(0)
    for (const end of [
      (client: RealtimeClient) => client.close(),
      (client: RealtimeClient) => client.request('leave_page', { pageId: a1.id }),
    ]) {
      const one = await openRealtime(world.server.url, world.people.admin.session.accessToken)
      const two = await world.bring(world.people.admin)
      for (const client of [one, two]) {
        await client.request('join_page', { pageId: a1.id })
        await client.request('start_typing', { pageId: a1.id })
      }
      await watcher.next('typing_started')
      one.close()
      await until(() => world.server.countHeld().typing === 1)
      await world.settle()
      expect(watcher.pending('typing_stopped')).toEqual([])
      const since = performance.now()
      end(two)
      await watcher.next('typing_stopped')
      expect(performance.now() - since).toBeLessThan(4_500)
    }
  })
})

describe('an old client', () => {
  const outcome = (protocol: unknown) =>
    new Promise((resolve) => {
      const auth = { token: world.people.viewer.session.accessToken, protocol }
      const socket = io(world.server.url + REALTIME_NAMESPACE, { auth, forceNew: true, reconnection: false })
      const end = (result: unknown) => {
        socket.close()
        resolve(result)
      }
      socket.once('connect', () => end('connected'))
      socket.once('connect_error', (error: Error & { data?: { code: string } }) => end(error.data?.code))
    })

  test.each([
    [0, 'client-outdated'],
    [1, 'client-outdated'],
    ['2', 'client-outdated'],
    [-1, 'client-outdated'],
    [PROTOCOL_VERSION, 'connected'],
    [PROTOCOL_VERSION + 1, 'connected'],
    [undefined, 'connected'],
  ])('A5 · that says version %j is %s', async (protocol, expected) => {
    expect(await outcome(protocol)).toBe(expected)
  })
})

describe('who asks too often', () => {
  test('V3 · is told when to come back, over all of their connections, and nobody else is', async () => {
    const { burst } = RATE_LIMITS.signal
    const ann = await register(world.server.url, 'Ann')
    const { accessToken } = ann.session
    const clients = await Promise.all([1, 2, 3].map(() => openRealtime(world.server.url, accessToken)))
    const acks = await Promise.all(
      clients.flatMap((client) =>
        Array.from({ length: burst }, () => client.request('set_presence', { status: 'active' })),
      ),
    )
    const refused = acks.flatMap((ack) => (ack.ok ? [] : [ack.error]))
    expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(['rate-limited']))
    expect(refused.length).toBeGreaterThan(burst)
    expect(acks.length - refused.length).toBeGreaterThanOrEqual(burst)
    for (const { retryAfterMs } of refused) expect(retryAfterMs).toBeGreaterThan(0)
    // Another class of theirs, and the same one of somebody else.
    expect(await clients[0]?.request('leave_page', { pageId: world.pages.a1.id })).toEqual({ ok: true })
    expect(await world.socket('viewer').request('set_presence', { status: 'active' })).toEqual({ ok: true })
    await until(async () => (await clients[0]?.request('set_presence', { status: 'active' }))?.ok)
    for (const client of clients) client.close()
  })

  test('V3 · also with what is no request at all', async () => {
    const ann = await register(world.server.url, 'Ann')
    const client = await openRealtime(world.server.url, ann.session.accessToken)
    const count = RATE_LIMITS.invalid.burst * 2
    const acks = await Promise.all(
      Array.from({ length: count }, (_, nr) =>
        client.socket.timeout(10_000).emitWithAck(nr % 2 ? 'x' : 'join_page'),
      ),
    )
    const codes = new Set(acks.map((ack) => errorAckSchema.parse(ack).error.code))
    expect(codes).toEqual(new Set(['invalid-request', 'rate-limited']))
    client.close()
  })
})

describe('connections', () => {
  let server: TestServer
  let ann: Person
  let bob: Person
  let pageId: string
  beforeAll(async () => {
    server = await startServer({ connectionsPerUser: 2, connectionsPerAddress: 3, trustedProxies: 1 })
    ann = await register(server.url, 'Ann')
    bob = await register(server.url, 'Bob')
    pageId = (await createPage(ann)).id
  })
  afterAll(() => server.close())

  const closing: (() => void)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0)) close()
    await until(() => server.countHeld().seats === 0)
  })

  const connect = (person: Person, transport: string) =>
    openRealtime(server.url, person.session.accessToken, { transports: [transport] }).then((client) => {
      closing.push(client.close)
      return client
    })
  const refused = { data: { code: 'too-many-connections' } }

  test.each(['websocket', 'polling'])(
    'A5 · of one person are bounded for events, over %s',
    async (transport) => {
      const first = await connect(ann, transport)
      await connect(ann, transport)
      await expect(connect(ann, transport)).rejects.toMatchObject(refused)
      first.close()
      await until(() => connect(ann, transport).catch(() => null))
    },
  )

  test('A5 · of one address are bounded for events', async () => {
    await Promise.all([connect(ann, 'websocket'), connect(ann, 'websocket'), connect(bob, 'websocket')])
    await expect(connect(bob, 'websocket')).rejects.toMatchObject(refused)
  })

  const open = (person: Person) => {
    const client = openDocument(server.url, pageId, person.session.accessToken)
    closing.push(client.close)
    return client
  }

  test('A5 · of one person are bounded for pages; one that closes makes room', async () => {
    const [first, second] = [open(ann), open(ann)]
    await Promise.all([first.synced(), second.synced()])
    expect(await open(ann).ended()).toBe('too-many-connections')
    first.close()
    const again = open(ann)
    await again.synced()
  })

  test('A5 · of one address are bounded for pages, as the proxy in front has it', async () => {
    const from = async (forwarded: string) => {
      const raw = await openRawSocket(server.url, { 'x-forwarded-for': forwarded })
      closing.push(() => raw.socket.terminate())
      return raw
    }
    await Promise.all([1, 2, 3].map(() => from('1.1.1.1')))
    const fourth = await from('2.2.2.2, 1.1.1.1')
    expect(await fourth.closed).toEqual({ code: 4429, reason: 'too-many-connections' })
    const elsewhere = await from('2.2.2.2')
    elsewhere.authenticate(pageId, ann.session.accessToken)
    await elsewhere.next(TYPE.auth)
  })
})
