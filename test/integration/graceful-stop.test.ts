import { once } from 'node:events'
import { createConnection } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MIN_COME_BACK_WINDOW_MS } from '../../server/operations/come-back.ts'
import { type PageNotice, parsePageNotice } from '../../shared/protocol/page-notices.ts'
import { type DocumentClient, openDocument } from '../support/document-client.ts'
import { bundleFaultyServer, createFaultyServer } from '../support/faulty-server.ts'
import { holdCommits, isCommitHeld } from '../support/hold-commits.ts'
import { readStoredPage } from '../support/page-log.ts'
import { createPage, type Person, register, request } from '../support/people.ts'
import { createDatabase, startServer, type TestServer } from '../support/start-server.ts'
import { until } from '../support/until.ts'

describe('V2 · a server that is stopped while it saves', () => {
  let server: TestServer
  let ann: Person

  beforeAll(async () => {
    server = await startServer()
    ann = await register(server.url, 'Ann')
  })
  afterAll(() => server.close())

  test('answers 503 to requests, saves what has come in, and says who should come back when', async () => {
    const pages = await Promise.all([createPage(ann), createPage(ann)])
    const [page, other] = pages as [(typeof pages)[0], (typeof pages)[0]]
    const clients = [page, page, other].map(({ id }) => openDocument(server.url, id, ann.session.accessToken))
    await Promise.all(clients.map((client) => client.synced()))
    const notices = clients.map(nextNotice)
    const ends = clients.map((client) => client.ended())
    const writer = clients[0] as DocumentClient
    const release = await holdCommits(server.databaseUrl, page.id)
    writer.write('written just before the stop')
    await until(() => isCommitHeld(server.databaseUrl))

    const closed = server.close()
    const answer = await request(server.url, 'GET', '/api/drives', { token: ann.session.accessToken })
    expect(answer).toMatchObject({ status: 503, body: { code: 'server-stopping' } })
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await request(server.url, 'GET', '/readyz')).toMatchObject({ status: 503 })
    expect(writer.isSaved()).toBe(false)
    await release()

    const told = await Promise.all(notices)
    for (const notice of told) expect(notice.type).toBe('server-stopping')
    const moments = told.map((notice) => (notice.type === 'server-stopping' ? notice.comeBackInMs : -1))
    expect(Math.min(...moments)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...moments)).toBeLessThan(2 * MIN_COME_BACK_WINDOW_MS)
    expect(new Set(moments).size).toBeGreaterThan(1)
    expect(await Promise.all(ends)).toEqual(['server-stopping', 'server-stopping', 'server-stopping'])
    expect(writer.isSaved()).toBe(true)
    await closed
    expect((await readStoredPage(server.databaseUrl, page.id)).paragraphs).toEqual([
      'written just before the stop',
    ])
    for (const client of clients) client.close()
  })
})

describe('V2 · a stop waits for what is being answered, and for nothing else', () => {
  /** A connection on which this is sent. */
  async function connect(url: string, text: string) {
    const { hostname, port } = new URL(url)
    const socket = createConnection({ host: hostname, port: Number(port) })
    let received = ''
    socket.setEncoding('utf8')
    socket.on('data', (chunk: string) => {
      received += chunk
    })
    await once(socket, 'connect')
    socket.write(text)
    return { socket, isClosed: once(socket, 'close'), received: () => received }
  }

  /** A request to sign in, as long as its body will be. */
  function signIn(body: string): string {
    const headers = ['Host: localhost', 'Content-Type: application/json', `Content-Length: ${body.length}`]
    return `POST /api/auth/login HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`
  }
  const BODY = JSON.stringify({ email: 'nobody@example.com', password: 'nothing to be known' })

  test('connections on which nothing was asked, and such as had their answer', async () => {
    const server = await startServer()
    const unused = await connect(server.url, '')
    const used = await connect(server.url, 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await until(() => used.received().includes('200 OK'))
    const startedAt = performance.now()
    await server.close()
    expect(performance.now() - startedAt).toBeLessThan(3_000)
    await Promise.all([unused.isClosed, used.isClosed])
  })

  test('a connection that was refused, whose other side stays open', async () => {
    const server = await startServer()
    const { hostname, port } = new URL(server.url)
    const socket = createConnection({ host: hostname, port: Number(port), allowHalfOpen: true })
    socket.write(
      'GET /nowhere HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    )
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(answer.toString()).toContain('404 Not Found')
    const startedAt = performance.now()
    await server.close()
    expect(performance.now() - startedAt).toBeLessThan(3_000)
    socket.destroy()
  })

  test('a request that was half sent is answered', async () => {
    const server = await startServer()
    const { socket, isClosed, received } = await connect(server.url, signIn(BODY) + BODY.slice(0, 20))
    await until(async () => (await request(server.url, 'GET', '/healthz')).status === 200)
    const closed = server.close()
    await until(async () => (await isListening(server.url)) === false)
    const startedAt = performance.now()
    socket.write(BODY.slice(20))
    await isClosed
    expect(received()).toContain('HTTP/1.1 401')
    await closed
    expect(performance.now() - startedAt).toBeLessThan(3_000)
  })

  test('a request whose rest does not come is given up', async () => {
    const server = await startServer()
    const { isClosed } = await connect(server.url, signIn(BODY))
    await until(async () => (await request(server.url, 'GET', '/healthz')).status === 200)
    const startedAt = performance.now()
    await server.close()
    expect(performance.now() - startedAt).toBeLessThan(10_000)
    await isClosed
  })

  function isListening(url: string): Promise<boolean> {
    const { hostname, port } = new URL(url)
    const probe = createConnection({ host: hostname, port: Number(port) })
    return new Promise((resolve) => {
      probe.once('connect', () => resolve(true))
      probe.once('error', () => resolve(false))
    }).finally(() => probe.destroy()) as Promise<boolean>
  }
})

test('V2 · more signals do not take from the first one what it was saving', async () => {
  const bundle = await bundleFaultyServer()
  const databaseUrl = await createDatabase()
  const server = await createFaultyServer(bundle.file, databaseUrl)
  try {
    await server.start()
    const ann = await register(server.url, 'Ann')
    const { id } = await createPage(ann)
    const client = openDocument(server.url, id, ann.session.accessToken)
    await client.synced()
    const release = await holdCommits(databaseUrl, id)
    client.write('one')
    await until(() => isCommitHeld(databaseUrl))
    client.write('two')
    await until(async () => (await request(server.url, 'GET', '/healthz')).status === 200)
    server.signal('SIGTERM')
    await until(() => server.output().includes('Stopping'))
    for (const again of ['SIGTERM', 'SIGINT', 'SIGTERM'] as const) {
      const before = server.output().length
      server.signal(again)
      await until(() => server.output().slice(before).includes('Still saving'))
    }
    const saved = client.saved()
    await release()
    await saved
    expect(await server.ended()).toBe('0')
    expect((await readStoredPage(databaseUrl, id)).paragraphs).toEqual(['one', 'two'])
    client.close()
  } finally {
    await server.remove()
    await bundle.remove()
  }
}, 60_000)

function nextNotice({ provider }: DocumentClient): Promise<PageNotice> {
  return new Promise((resolve) =>
    provider.on('stateless', ({ payload }: { payload: string }) => {
      const notice = parsePageNotice(payload)
      if (notice !== null) resolve(notice)
    }),
  )
}
