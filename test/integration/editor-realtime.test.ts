import jwt from 'jsonwebtoken'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRealtimeSession } from '../../editor/realtime/realtime-session.ts'
import { createPage, createShareLink, enterAsGuest, type Person, register } from '../support/people.ts'
import { openRealtime } from '../support/realtime-client.ts'
import { JWT_SECRET, startServer, type TestServer } from '../support/start-server.ts'
import { until } from '../support/until.ts'

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
  const person = await register(other.url, 'Bob')
  const arrivals: number[] = []
  const session = createRealtimeSession({
    serverUrl: other.url,
    getToken: async () => person.session.accessToken,
    renewToken: async () => person.session.accessToken,
    onTokenRenewed: () => () => undefined,
  })
  let pauseMs = -1
  session.on('server_draining', ({ comeBackInMs }) => {
    pauseMs = comeBackInMs
  })
  await until(() => session.isConnected())
  await other.close()
  const since = performance.now()
  expect(pauseMs).toBeGreaterThanOrEqual(0)
  const [cameBack] = await until(() => (renewals.length > 0 ? renewals : null))
  expect(Math.abs((cameBack as number) - since - pauseMs)).toBeLessThan(1_500)
  session.close()
})
