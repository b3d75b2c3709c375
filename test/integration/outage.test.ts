import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { openDocument } from '../support/document-client.ts'
import { createPage, readText, register, request } from '../support/people.ts'
import { createDatabase, startServer, type TestServer } from '../support/start-server.ts'
import { createTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { until } from '../support/until.ts'

let proxy: TcpProxy
let server: TestServer

beforeAll(async () => {
  const database = new URL(await createDatabase())
  proxy = await createTcpProxy({ host: '127.0.0.1', port: Number(new URL(inject('postgresUrl')).port) })
  database.port = String(proxy.port)
  server = await startServer({ databaseUrl: database.href })
})
afterAll(async () => {
  await server.close()
  await proxy.close()
})

describe('when the database is away', () => {
  test('the server says that it is not ready, and that it is again', async () => {
    expect(await request(server.url, 'GET', '/readyz')).toMatchObject({
      status: 200,
      body: { status: 'ready' },
    })
    await proxy.cut()
    const away = await request(server.url, 'GET', '/readyz')
    expect(away).toMatchObject({ status: 503, body: { code: 'storage-unavailable' } })
    expect(await request(server.url, 'GET', '/healthz')).toMatchObject({ status: 200 })
    await proxy.mend()
    await until(async () => (await request(server.url, 'GET', '/readyz')).status === 200)
  })

  test('D3 · edits wait, nobody is told that they are saved, and they are saved when it is back', async () => {
    const ann = await register(server.url, 'Ann')
    const page = await createPage(ann)
    const writer = openDocument(server.url, page.id, ann.session.accessToken)
    const reader = openDocument(server.url, page.id, ann.session.accessToken)
    await Promise.all([writer.synced(), reader.synced()])
    await proxy.cut()
    writer.write('written while the database was away')
    await until(() => server.logs.some((line) => String(line['msg']).startsWith('commit failed')))
    expect(writer.provider.unsyncedChanges).toBeGreaterThan(0)
    expect(reader.paragraphs()).toEqual([])
    await proxy.mend()
    await writer.saved()
    await reader.until(() => reader.paragraphs().length === 1)
    expect(await readText(ann, page.id)).toBe('written while the database was away')
    writer.close()
    reader.close()
  })

  test('REST answers storage-unavailable and changes nothing', async () => {
    const ann = await register(server.url, 'Ann')
    await proxy.cut()
    expect(await ann.request('GET', '/api/drives')).toMatchObject({
      status: 503,
      body: { code: 'storage-unavailable' },
    })
    await proxy.mend()
    await until(async () => (await ann.request('GET', '/api/drives')).status === 200)
  })
})
