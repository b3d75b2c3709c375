import { createServer } from 'node:http'
import jwt from 'jsonwebtoken'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRealtimeSession } from '../../editor/realtime/realtime-session.ts'
import {
  addMember,
  createPage,
  createShareLink,
  enterAsGuest,
  firstDrive,
  type Person,
  register,
} from '../support/people.ts'
import { openRealtime } from '../support/realtime-client.ts'
import { JWT_SECRET, startServer, type TestServer } from '../support/start-server.ts'
import { createTcpProxy } from '../support/tcp-proxy.ts'
import { until } from '../support/until.ts'
import { createUpgradeBlocker } from '../support/upgrade-blocker.ts'

let server: TestServer
let ann: Person
let pageId: string
beforeAll(async () => {
  server = await startServer()
  ann = await register(server.url, 'Ann')
  pageId = (await createPage(ann)).id
})
afterAll(() => server.close())

function tokenFor(seconds: number): string {
  const { iat, exp, ...claims } = jwt.decode(ann.session.accessToken) as jwt.JwtPayload
  return jwt.sign(claims, JWT_SECRET, { expiresIn: seconds })
}

/** The editor's session with a first token of 2 seconds; what it asks its account for is counted. */
function openSession({ next }: { next: () => string }) {
  const asked = { tokens: 0, renewals: 0 }
  const listeners = new Set<(token: string) => void>()
  const session = createRealtimeSession({
    serverUrl: server.url,
    getToken: async () => (asked.tokens++ === 0 ? tokenFor(2) : next()),
    renewToken: async () => {
      asked.renewals++
      return next()
    },
    onTokenRenewed(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  })
  return { session, asked, listeners }
}

const enterAsBob = async () =>
  enterAsGuest(server.url, (await createShareLink(ann, pageId, 'viewer')).token, 'Bob')

test('A3 · the editor renews its token in place when it is told to: one connection, one joining', async () => {
  const { session, asked, listeners } = openSession({ next: () => tokenFor(600) })
  let connects = 0
  let joins = 0
  session.subscribe(() => {
    if (session.isConnected()) connects++
  })
  session.onJoined(() => {
    joins++
  })
  session.follow({ pageId }, () => undefined)
  await until(() => joins === 1)
  const bob = await openRealtime(server.url, (await enterAsBob()).session.accessToken)
  await bob.request('join_page', { pageId })
  const since = Date.now()
  // Longer than the first token and its grace.
  await until(() => Date.now() - since > 7_500)
  expect({ connects, joins, connected: session.isConnected() }).toEqual({
    connects: 1,
    joins: 1,
    connected: true,
  })
  expect(asked).toEqual({ tokens: 1, renewals: 1 })
  expect(bob.pending('user_left')).toEqual([])
  bob.close()
  session.close()
  expect(listeners.size).toBe(0)
})

test('A3 · and when its account has renewed the token by itself', async () => {
  const never = new Promise<string>(() => undefined)
  const { session, listeners } = openSession({ next: () => never as unknown as string })
  let connects = 0
  session.subscribe(() => {
    if (session.isConnected()) connects++
  })
  await until(() => session.isConnected())
  for (const listener of listeners) listener(tokenFor(600))
  const since = Date.now()
  await until(() => Date.now() - since > 7_500)
  expect([connects, session.isConnected()]).toEqual([1, true])
  session.close()
})

test('V2 · a server that stops is left alone for as long as it says', async () => {
  const other = await startServer()
  const session = openPlain(other.url, await register(other.url, 'Bob'))
  let pauseMs = -1
  session.on('server_draining', ({ comeBackInMs }) => {
    pauseMs = comeBackInMs
  })
  await until(() => session.isConnected())
  await other.close()
  const since = performance.now()
  expect(pauseMs).toBeGreaterThanOrEqual(0)
  const arrivals: number[] = []
  const next = createServer((_request, response) => {
    arrivals.push(performance.now())
    response.writeHead(503).end()
  })
  await new Promise<void>((resolve) => next.listen(Number(new URL(other.url).port), resolve))
  const [cameBack] = await until(() => (arrivals.length > 0 ? arrivals : null))
  expect(Math.abs((cameBack as number) - since - pauseMs)).toBeLessThan(1_500)
  session.close()
  next.closeAllConnections()
  await new Promise((resolve) => next.close(resolve))
})

test('E3 · two who follow one page are one joining, and the last one who goes is the leaving', async () => {
  const { session, bob, close } = await openWithBob()
  const joins: string[] = []
  session.onJoined((joined) => joins.push('pageId' in joined ? joined.pageId : joined.driveId))
  const stopFirst = session.follow({ pageId }, () => undefined)
  await until(() => session.stateOf({ pageId }).status === 'joined')
  expect((await bob.next('user_joined')).user.name).toBe('Ann')
  const stopSecond = session.follow({ pageId }, () => undefined)
  // What the first one was answered is there for the second one at once.
  expect(
    session
      .stateOf({ pageId })
      .users.map(({ name }) => name)
      .sort(),
  ).toEqual(['Ann', 'Bob'])
  stopFirst()
  await session.request('set_presence', { status: 'active' })
  expect(bob.pending('user_left')).toEqual([])
  stopSecond()
  await bob.next('user_left')
  await until(() => session.countHeld().rooms === 0)
  expect([joins, bob.pending('user_joined')]).toEqual([[pageId], []])
  close()
})

test('E4 · following and leaving 500 times leaves nobody on the page and nothing held', async () => {
  const { session, bob, close } = await openWithBob()
  for (let nr = 0; nr < 500; nr++) {
    const stop = session.follow({ pageId }, () => undefined)
    if (nr % 50 === 0) await until(() => session.stateOf({ pageId }).status === 'joined')
    stop()
    stop()
  }
  await until(() => session.countHeld().rooms === 0)
  expect(session.countHeld()).toEqual({ rooms: 0, followers: 0, timers: 0, listeners: 0 })
  const seen = await bob.request('join_page', { pageId })
  expect(seen.ok && seen.users.map(({ name }) => name)).toEqual(['Bob'])
  close()
})

test('E4 · E2 · a connection that was cut knows nobody, comes back, joins again and says again that one is idle', async () => {
  const proxy = await createTcpProxy({ host: '127.0.0.1', port: Number(new URL(server.url).port) })
  const { session, bob, close } = await openWithBob(`http://127.0.0.1:${proxy.port}`)
  const joins: number[] = []
  session.onJoined((joined) => joins.push(joined.revision))
  session.follow({ pageId }, () => undefined)
  await until(() => joins.length === 1)
  session.setPresence('idle')
  await until(() => session.stateOf({ pageId }).users.some(({ status }) => status === 'idle'))
  await proxy.cut()
  await until(() => session.getState() === 'connecting')
  expect(session.stateOf({ pageId })).toMatchObject({ status: 'joining', users: [] })
  await proxy.mend()
  await until(() => joins.length === 2, { timeoutMs: 20_000 })
  await until(async () => {
    const answer = await bob.request('join_page', { pageId })
    const ann = answer.ok && answer.users.find(({ name }) => name === 'Ann')
    return ann && ann.status === 'idle'
  })
  close()
  await proxy.close()
})

test('A3 · who loses a page is out of its room, and in again when it is given back', async () => {
  const eve = await register(server.url, 'Eve')
  await addMember(ann, eve, 'editor')
  const drive = await firstDrive(ann)
  const session = openPlain(server.url, eve)
  const reasons: string[] = []
  session.on('access_revoked', ({ reason }) => reasons.push(reason))
  session.follow({ pageId }, () => undefined)
  session.follow({ driveId: drive.id }, () => undefined)
  const statuses = () => [session.stateOf({ pageId }).status, session.stateOf({ driveId: drive.id }).status]
  await until(() => statuses().join() === 'joined,joined')
  await ann.request('DELETE', `/api/drives/${drive.id}/members/${eve.session.user.id}`)
  await until(() => statuses().join() === 'refused,refused')
  expect(reasons).toEqual(['member-removed'])
  await addMember(ann, eve, 'viewer')
  await until(() => statuses().join() === 'joined,joined')
  session.close()
})

test('V1 · rooms, facts and requests go over HTTP polling where WebSockets are blocked', async () => {
  const blocker = await createUpgradeBlocker(server.url)
  const { session, bob, close } = await openWithBob(blocker.url)
  session.follow({ pageId }, () => undefined)
  await until(() => session.stateOf({ pageId }).users.length === 2)
  await bob.request('start_typing', { pageId })
  await until(() => session.stateOf({ pageId }).typingUserIds.length === 1)
  await session.request('start_typing', { pageId })
  await bob.next('typing_started')
  close()
  await blocker.close()
})

/** A session that asks nothing of an account. */
function openPlain(serverUrl: string, person: Person) {
  return createRealtimeSession({
    serverUrl,
    getToken: async () => person.session.accessToken,
    renewToken: async () => person.session.accessToken,
    onTokenRenewed: () => () => undefined,
  })
}

/** Ann's session, and Bob on the page. */
async function openWithBob(serverUrl = server.url) {
  const session = openPlain(serverUrl, ann)
  const bob = await openRealtime(server.url, (await enterAsBob()).session.accessToken)
  await bob.request('join_page', { pageId })
  await until(() => session.isConnected())
  return {
    session,
    bob,
    close() {
      session.close()
      bob.close()
    },
  }
}
