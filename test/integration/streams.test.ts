import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MAX_OPEN_OF_ACCOUNT } from '../../server/workspace/streams.ts'
import type { ServiceAccount } from '../../shared/api/service-accounts.ts'
import { MAX_CHUNK_LENGTH, MAX_STREAM_LENGTH, type Stream } from '../../shared/api/streams.ts'
import type { Facts } from '../../shared/protocol/events.ts'
import type { ServiceRole } from '../../shared/roles.ts'
import { dumpDatabase } from '../support/database.ts'
import { openDocument } from '../support/document-client.ts'
import {
  type Answer,
  addMember,
  createPage,
  createShareLink,
  enterAsGuest,
  firstDrive,
  type Person,
  readText,
  register,
  request,
} from '../support/people.ts'
import { openRealtime, type RealtimeClient } from '../support/realtime-client.ts'
import { createService as makeService, type Service } from '../support/services.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { until } from '../support/until.ts'

let server: TestServer
let owner: Person
let viewer: Person
let stranger: Person
let driveId: string
let pageId: string
beforeAll(async () => {
  server = await startServer()
  owner = await register(server.url, 'Owner')
  viewer = await register(server.url, 'Viewer')
  stranger = await register(server.url, 'Stranger')
  await addMember(owner, viewer, 'viewer')
  driveId = (await firstDrive(owner)).id
  pageId = (await createPage(owner)).id
})
afterAll(() => server.close())

const accounts = (id = driveId) => `/api/drives/${id}/service-accounts`

const createService = (role: ServiceRole = 'editor') => makeService(server.url, owner, driveId, role)
const startStream = async (service: Service, onPage = pageId) => (await service.startStream(onPage)).id

const codeOf = ({ body }: Answer) => (body as { code?: string }).code
const readStream = async (person: Pick<Person, 'request'>, id: string) =>
  (await person.request<Stream>('GET', `/api/streams/${id}`)).body

async function follow(person: Person, onPage = pageId): Promise<RealtimeClient> {
  const client = await openRealtime(server.url, person.session.accessToken)
  expect(await client.request('join_page', { pageId: onPage })).toMatchObject({ ok: true })
  return client
}

describe('service accounts', () => {
  test('A4 · a key is shown once, kept as a hash, and says who uses it and when', async () => {
    const service = await createService()
    const { body } = await owner.request<{ items: ServiceAccount[] }>('GET', accounts())
    const listed = body.items.find(({ id }) => id === service.id)
    expect(listed).toMatchObject({ role: 'editor', keyPrefix: service.keyPrefix, lastUsedAt: null })
    expect(JSON.stringify(body)).not.toContain(service.apiKey)
    const secret = service.apiKey.slice(service.keyPrefix.length + 1)
    expect(await dumpDatabase(server.databaseUrl)).not.toContain(secret)
    expect((await service.ask('GET', '/api/me')).body).toMatchObject({ kind: 'service', id: service.id })
    const used = await owner.request<{ items: ServiceAccount[] }>('GET', accounts())
    expect(used.body.items.find(({ id }) => id === service.id)?.lastUsedAt).not.toBeNull()
  })

  test('A1 A2 · only admins make and see them, and never for more than editing', async () => {
    for (const [person, code] of [
      [viewer, 'forbidden'],
      [stranger, 'not-found'],
    ] as const) {
      expect(codeOf(await person.request('GET', accounts()))).toBe(code)
      const body = { name: 'X', role: 'viewer' }
      expect(codeOf(await person.request('POST', accounts(), body))).toBe(code)
      expect(codeOf(await person.request('DELETE', `${accounts()}/${randomUUID()}`))).toBe(code)
    }
    const admin = { name: 'X', role: 'admin' }
    expect(codeOf(await owner.request('POST', accounts(), admin))).toBe('invalid-request')
    const service = await createService()
    expect(codeOf(await service.ask('POST', accounts(), { name: 'X', role: 'viewer' }))).toBe('forbidden')
    expect(codeOf(await service.ask('POST', '/api/drives', { name: 'X' }))).toBe('forbidden')
  })

  test('A2 · its role in a drive is what it may do; other drives are closed until both admins agree', async () => {
    const service = await createService('viewer')
    expect((await service.ask('GET', `/api/pages/${pageId}`)).status).toBe(200)
    expect(codeOf(await service.ask('PATCH', `/api/pages/${pageId}`, { title: 'X' }))).toBe('forbidden')
    const other = (await owner.request<{ id: string }>('POST', '/api/drives', { name: 'Other' })).body.id
    expect(codeOf(await service.ask('GET', `/api/drives/${other}`))).toBe('not-found')
    const foreign = (await firstDrive(stranger)).id
    const role = { role: 'editor' }
    expect(codeOf(await stranger.request('PUT', `${accounts(foreign)}/${service.id}`, role))).toBe(
      'not-found',
    )
    expect((await owner.request('PUT', `${accounts(other)}/${service.id}`, role)).status).toBe(200)
    expect((await service.ask('GET', `/api/drives/${other}`)).body).toMatchObject({ role: 'editor' })
    expect((await owner.request('DELETE', `${accounts(other)}/${service.id}`)).status).toBe(204)
    expect(codeOf(await service.ask('GET', `/api/drives/${other}`))).toBe('not-found')
    expect((await service.ask('GET', `/api/pages/${pageId}`)).status).toBe(200)
  })

  test('A3 · removing one ends its key, its tokens and its open connections at once', async () => {
    const service = await createService()
    const accessToken = await service.token()
    const document = openDocument(server.url, pageId, accessToken)
    await document.synced()
    const realtime = await openRealtime(server.url, accessToken)
    const ended = document.ended()
    expect((await owner.request('DELETE', `${accounts()}/${service.id}`)).status).toBe(204)
    await until(() => realtime.socket.disconnected)
    await ended
    document.close()
    expect(codeOf(await service.ask('GET', '/api/me'))).toBe('session-ended')
    const renewed = await request(server.url, 'POST', '/api/auth/service-token', { token: service.apiKey })
    expect(codeOf(renewed)).toBe('session-ended')
  })

  test('A4 A5 · what is no key opens nothing, and a token does not renew itself', async () => {
    const service = await createService()
    const accessToken = await service.token()
    const wrong = `${service.apiKey.slice(0, -1)}${service.apiKey.endsWith('A') ? 'B' : 'A'}`
    for (const token of [wrong, service.keyPrefix, 'cdk_', `cdk_${'0'.repeat(12)}_${'a'.repeat(43)}`]) {
      expect(codeOf(await request(server.url, 'GET', '/api/me', { token }))).toBe('token-invalid')
    }
    for (const token of [accessToken, owner.session.accessToken]) {
      const answer = await request(server.url, 'POST', '/api/auth/service-token', { token })
      expect(codeOf(answer)).toBe('token-invalid')
    }
    await expect(openRealtime(server.url, service.apiKey)).rejects.toThrow('token-invalid')
  })

  test('A4 · it is shown as what it is, in presence and at its caret, and edits through both doors', async () => {
    const page = (await createPage(owner)).id
    const watching = await follow(owner, page)
    const service = await createService()
    const accessToken = await service.token()
    const realtime = await openRealtime(server.url, accessToken)
    await realtime.request('join_page', { pageId: page })
    expect((await watching.next('user_joined')).user).toMatchObject({ kind: 'service', name: 'Assistant' })

    const reader = openDocument(server.url, page, owner.session.accessToken)
    const document = openDocument(server.url, page, accessToken)
    await document.synced()
    document.provider.setAwarenessField('user', { name: 'Somebody else', kind: 'user' })
    const carets = () => [...(reader.provider.awareness?.getStates().values() ?? [])].map(({ user }) => user)
    await until(() => carets().some((user) => user?.kind === 'service' && user.name === 'Assistant'))
    document.write('By the provider.')
    await document.saved()
    const added = await request(server.url, 'PATCH', `/api/pages/${page}/content?place=end`, {
      ...{ token: service.apiKey, body: 'By the API.' },
      headers: { 'content-type': 'text/markdown' },
    })
    expect(added.status).toBe(200)
    expect(await readText(owner, page)).toMatch(/By the provider\.\s+By the API\./)
    for (const client of [reader, document, realtime, watching]) client.close()
  })
})

describe('streams', () => {
  test('E1 E2 · readers see text and tools in order; who comes in the middle gets the rest without gap or repeat', async () => {
    const service = await createService('commenter')
    const early = await follow(viewer)
    const away = await follow(owner, (await createPage(owner)).id)
    const id = await startStream(service)
    const words = Array.from({ length: 30 }, (_none, nr) => `word${nr} 👍 `)
    const text = words.join('')
    const tool = { id: randomUUID(), name: 'Search', status: 'started' }

    let late: { client: RealtimeClient; before: Stream } | undefined
    for (const [index, word] of words.entries()) {
      const sent = { index, text: word }
      const [first, again] = await Promise.all([
        service.ask('POST', `/api/streams/${id}/chunks`, sent),
        service.ask('POST', `/api/streams/${id}/chunks`, sent),
      ])
      expect([first.status, again.status]).toEqual([200, 200])
      if (index === 10) await service.ask('POST', `/api/streams/${id}/tools`, tool)
      if (index === 12)
        await service.ask('POST', `/api/streams/${id}/tools`, {
          ...tool,
          status: 'progressed',
          progress: 0.5,
        })
      if (index === 14)
        await service.ask('POST', `/api/streams/${id}/tools`, { ...tool, status: 'completed' })
      if (index === 15) {
        const client = await follow(viewer)
        late = { client, before: await readStream(viewer, id) }
      }
    }
    expect((await service.ask('POST', `/api/streams/${id}/complete`)).body).toMatchObject({
      status: 'completed',
    })
    expect((await service.ask('POST', `/api/streams/${id}/complete`)).body).toMatchObject({
      status: 'completed',
    })

    await early.next('stream_completed')
    const told = (client: RealtimeClient) =>
      (['stream_started', 'stream_chunk', 'tool_started', 'tool_progressed', 'tool_completed'] as const)
        .flatMap((name) => client.pending(name) as Facts[typeof name][])
        .filter(({ streamId }) => streamId === id)
        .sort((left, right) => left.revision - right.revision)
    expect(told(early).map(({ revision }) => revision)).toEqual(told(early).map((_fact, nr) => nr + 1))
    const chunksOf = (client: RealtimeClient) => client.pending('stream_chunk') as Facts['stream_chunk'][]
    expect(
      chunksOf(early)
        .map((chunk) => chunk.text)
        .join(''),
    ).toBe(text)
    expect(early.pending('tool_completed')).toHaveLength(1)
    expect(told(away)).toEqual([])

    const { client, before } = late as NonNullable<typeof late>
    await client.next('stream_completed')
    let joined = before.text
    let { revision } = before
    for (const fact of told(client).filter((fact) => fact.revision > before.revision)) {
      expect(fact.revision).toBe(++revision)
      if (!('offset' in fact)) continue
      expect(fact.offset).toBe(joined.length)
      joined += fact.text
    }
    expect(joined).toBe(text)
    expect(await readStream(viewer, id)).toMatchObject({ status: 'completed', text, length: text.length })
    for (const open of [early, away, client]) open.close()
  })

  test('E2 · one chunk ahead of its turn is refused with the one to send', async () => {
    const service = await createService()
    const id = await startStream(service)
    const ahead = await service.ask('POST', `/api/streams/${id}/chunks`, { index: 1, text: 'X' })
    expect([ahead.status, codeOf(ahead)]).toEqual([409, 'chunk-out-of-order'])
    expect(await readStream(viewer, id)).toMatchObject({ text: '', nextIndex: 0 })
  })

  test('A2 · an editor stops a stream; its author is told by a fact and by its next request', async () => {
    const service = await createService('commenter')
    const author = await openRealtime(server.url, await service.token())
    const [reader, watching] = [await follow(viewer), await follow(owner)]
    const id = await startStream(service)
    await service.ask('POST', `/api/streams/${id}/chunks`, { index: 0, text: 'So far' })
    expect(await reader.request('cancel_stream', { streamId: id })).toMatchObject({
      error: { code: 'forbidden' },
    })
    const outside = await openRealtime(server.url, stranger.session.accessToken)
    expect(await outside.request('cancel_stream', { streamId: id })).toMatchObject({
      error: { code: 'not-found' },
    })
    expect(await outside.request('cancel_stream', { streamId: 4 as never })).toMatchObject({
      error: { code: 'invalid-request' },
    })
    expect(await watching.request('cancel_stream', { streamId: id })).toMatchObject({
      ok: true,
      status: 'cancelled',
    })
    expect(await watching.request('cancel_stream', { streamId: id })).toMatchObject({ ok: true })
    for (const client of [author, reader, watching]) {
      expect(await client.next('stream_failed')).toMatchObject({
        streamId: id,
        failure: { reason: 'cancelled' },
      })
    }
    for (const [path, body] of [
      ['chunks', { index: 1, text: 'more' }],
      ['complete', undefined],
      ['fail', { message: 'X' }],
    ] as const) {
      const answer = await service.ask('POST', `/api/streams/${id}/${path}`, body)
      expect([answer.status, codeOf(answer)]).toEqual([409, 'stream-cancelled'])
    }
    for (const client of [author, reader, watching, outside]) client.close()
  })

  test('A1 A2 A5 · who may not stream or read is refused, and everything is bounded', async () => {
    const service = await createService('commenter')
    const id = await startStream(service)
    const start = (body: unknown = { id: randomUUID() }) =>
      ['POST', `/api/pages/${pageId}/streams`, body] as const
    expect(codeOf(await owner.request(...start()))).toBe('forbidden')
    expect(codeOf(await (await createService('viewer')).ask(...start()))).toBe('forbidden')
    expect(codeOf(await stranger.request(...start()))).toBe('not-found')
    expect(codeOf(await (await createService()).ask(...start({ id })))).toBe('id-taken')
    expect(await startAgain()).toBe(201)
    expect(codeOf(await stranger.request('GET', `/api/streams/${id}`))).toBe('not-found')
    expect(codeOf(await stranger.request('GET', `/api/pages/${pageId}/streams`))).toBe('not-found')
    const guest = await enterAsGuest(
      server.url,
      (await createShareLink(owner, pageId, 'viewer')).token,
      'Guest',
    )
    expect(await readStream(guest, id)).toMatchObject({ author: { kind: 'service' }, text: '' })

    const chunk = (index: number, text: string) =>
      service.ask('POST', `/api/streams/${id}/chunks`, { index, text })
    const other = await createService()
    expect(codeOf(await other.ask('POST', `/api/streams/${id}/chunks`, { index: 0, text: 'X' }))).toBe(
      'forbidden',
    )
    for (const text of ['', '\0', 'half \ud83d', 'x'.repeat(MAX_CHUNK_LENGTH + 1)]) {
      expect(codeOf(await chunk(0, text))).toBe('invalid-request')
    }
    let index = 0
    for (; index < MAX_STREAM_LENGTH / MAX_CHUNK_LENGTH; index++) {
      expect((await chunk(index, 'x'.repeat(MAX_CHUNK_LENGTH))).status).toBe(200)
    }
    expect(codeOf(await chunk(index, 'x'))).toBe('stream-too-long')
    expect((await service.ask('POST', `/api/streams/${id}/fail`, { message: 'Too long.' })).status).toBe(200)
    expect(codeOf(await service.ask('POST', `/api/streams/${id}/complete`))).toBe('stream-ended')

    const many = await createService()
    const pages = [(await createPage(owner)).id, (await createPage(owner)).id]
    for (let nr = 0; nr < MAX_OPEN_OF_ACCOUNT; nr++) await startStream(many, pages[nr % 2])
    expect(codeOf(await many.ask('POST', `/api/pages/${pages[0]}/streams`, { id: randomUUID() }))).toBe(
      'limit-reached',
    )

    async function startAgain(): Promise<number> {
      return (await service.ask(...start({ id, title: 'An answer' }))).status
    }
  })

  test('E4 · a stream whose author has vanished fails by itself, also when the server was restarted meanwhile', async () => {
    const service = await createService()
    const page = (await createPage(owner)).id
    const id = await startStream(service, page)
    await service.ask('POST', `/api/streams/${id}/chunks`, { index: 0, text: 'Unfinished' })
    const restarted = await startServer({ databaseUrl: server.databaseUrl }, { streamSilenceMs: 1_000 })
    try {
      const client = await openRealtime(restarted.url, viewer.session.accessToken)
      await client.request('join_page', { pageId: page })
      expect(await client.next('stream_failed')).toMatchObject({
        ...{ streamId: id, length: 'Unfinished'.length },
        failure: { reason: 'author-vanished' },
      })
      client.close()
      expect(await readStream(viewer, id)).toMatchObject({ status: 'failed', text: 'Unfinished' })
    } finally {
      await restarted.close()
    }
  })
})

test('the example assistant answers, writes into the page and leaves', async () => {
  const script = fileURLToPath(new URL('../../examples/assistant.ts', import.meta.url))
  const watching = await openRealtime(server.url, owner.session.accessToken)
  await watching.request('join_drive', { driveId })
  const said = promisify(execFile)(process.execPath, [
    ...['--import', 'tsx', script, '--url', server.url, '--pace', '5', '--wait', '0'],
    ...['--email', owner.email, '--password', owner.password],
  ])
  const { page } = await watching.next('page_created')
  const reader = openDocument(server.url, page.id, owner.session.accessToken)
  const carets = () => [...(reader.provider.awareness?.getStates().values() ?? [])]
  await until(() => carets().some(({ user, cursor }) => user?.kind === 'service' && cursor), {
    timeoutMs: 30_000,
  })
  expect((await said).stdout).toContain('counted 9 words')
  expect(await readText(owner, page.id)).toMatch(/counted 9 words\. The longest one is “quick”/)
  const { body } = await owner.request<{ items: ServiceAccount[] }>('GET', accounts())
  expect(body.items.some(({ name }) => name === 'Counting assistant')).toBe(false)
  reader.close()
  watching.close()
})
