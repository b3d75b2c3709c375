import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { User } from '../../shared/api/auth.ts'
import type { Drive } from '../../shared/api/drives.ts'
import type { PageWithRole } from '../../shared/api/pages.ts'
import type { Problem } from '../../shared/api/problem.ts'
import { queryDatabase } from '../support/database.ts'
import { openDocument } from '../support/document-client.ts'
import {
  byKey,
  byKeySet,
  HOST_ISSUER,
  type KeySetServer,
  makeHostKey,
  signHostToken,
  startKeySetServer,
} from '../support/host-application.ts'
import { createPage, firstDrive, type Person, readText, register, request } from '../support/people.ts'
import { openRealtime } from '../support/realtime-client.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { until } from '../support/until.ts'

const key = makeHostKey('ES256')
let server: TestServer
let ann: Person
let drive: Drive
let page: PageWithRole
let below: PageWithRole
let other: PageWithRole

beforeAll(async () => {
  server = await startServer({ externalIdentity: byKey(key) })
  ann = await register(server.url, 'Ann')
  drive = await firstDrive(ann)
  page = await createPage(ann, 'Shared')
  other = await createPage(ann, 'Other')
  const { body } = await ann.request<PageWithRole>('POST', `/api/drives/${drive.id}/pages`, {
    ...{ title: 'Below', parentId: page.id },
  })
  below = body
})
afterAll(() => server.close())

/** Somebody of the host application whom nobody has seen here. */
function newcomer(): { sub: string; email: string; email_verified: boolean } {
  const sub = randomUUID()
  return { sub, email: `${sub}@host.example.com`, email_verified: true }
}

function get<Body = unknown>(path: string, token: string) {
  return request<Body>(server.url, 'GET', path, { token })
}

async function codeOf(method: string, path: string, token: string, body?: unknown): Promise<string> {
  const answer = await request<Problem>(server.url, method, path, { token, body })
  return answer.status < 300 ? 'ok' : answer.body.code
}

/** A newcomer whom Ann has made an editor of her drive. */
async function invited(): Promise<ReturnType<typeof newcomer>> {
  const person = newcomer()
  await get('/api/me', signHostToken(key, person))
  const body = { email: person.email, role: 'editor' }
  expect((await ann.request('POST', `/api/drives/${drive.id}/members`, body)).status).toBe(201)
  return person
}

const narrowed = (person: object, copydesk: object) => signHostToken(key, { ...person, copydesk })

test('a token of the host application opens a page over REST, as a document and for events', async () => {
  const token = signHostToken(key, await invited())
  expect((await get<PageWithRole>(`/api/pages/${page.id}`, token)).body).toMatchObject({ role: 'editor' })

  const document = openDocument(server.url, page.id, token)
  await document.synced()
  document.write('from the host')
  await document.saved()
  expect(await readText(ann, page.id)).toContain('from the host')
  document.close()

  const events = await openRealtime(server.url, token)
  expect(await events.request('join_page', { pageId: page.id })).toMatchObject({ ok: true })
  expect(await events.request('join_drive', { driveId: drive.id })).toMatchObject({ ok: true })
  events.close()
})

describe('accounts', () => {
  test('A4 · a person is the same one whenever they come, also twenty times at once', async () => {
    const person = newcomer()
    const token = signHostToken(key, person)
    const answers = await Promise.all(Array.from({ length: 20 }, () => get<User>('/api/me', token)))
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
    expect(answers[0]?.body).toMatchObject({ kind: 'user', name: 'Ann Host', email: person.email })
    const countSessions = async () => {
      const values = [answers[0]?.body.id]
      return (await queryDatabase(server.databaseUrl, 'SELECT FROM sessions WHERE user_id = $1', values))
        .length
    }
    expect(await countSessions()).toBe(1)
    const elsewhere = signHostToken(key, { ...person, sid: 'another device' })
    await Promise.all(Array.from({ length: 20 }, () => get('/api/me', elsewhere)))
    expect(await countSessions()).toBe(2)
  })

  test('A4 · twenty newcomers who claim one address are twenty people, and one has it', async () => {
    const email = `${randomUUID()}@host.example.com`
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => get<User>('/api/me', signHostToken(key, { ...newcomer(), email }))),
    )
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(20)
    expect(answers.filter(({ body }) => body.email === email)).toHaveLength(1)
  })

  test('A4 · an address that belongs to an account here gives nothing of it', async () => {
    const token = signHostToken(key, { ...newcomer(), email: ann.email, email_verified: true })
    const me = (await get<User>('/api/me', token)).body
    expect(me.id).not.toBe(ann.session.user.id)
    expect(me.email).toBeNull()
    expect(await codeOf('GET', `/api/pages/${page.id}`, token)).toBe('not-found')
  })

  test('a newer token’s name and address are taken, an older one’s are not', async () => {
    const person = newcomer()
    const iat = Math.floor(Date.now() / 1000)
    await get('/api/me', signHostToken(key, { ...person, iat: iat - 10 }))
    const changed = { ...person, name: 'New name', email: `new-${person.email}` }
    const newer = signHostToken(key, changed)
    expect((await get<User>('/api/me', newer)).body).toMatchObject({ name: 'New name', email: changed.email })
    const older = signHostToken(key, { ...person, iat: iat - 60 })
    expect((await get<User>('/api/me', older)).body).toMatchObject({ name: 'New name', email: changed.email })
  })

  test('nobody signs in with a password as somebody from elsewhere', async () => {
    const person = newcomer()
    await get('/api/me', signHostToken(key, person))
    const login = { email: person.email, password: 'no password at all' }
    const answer = await request<Problem>(server.url, 'POST', '/api/auth/login', { body: login })
    expect(answer.body.code).toBe('invalid-credentials')
  })
})

describe('A3 · sessions', () => {
  async function endSessions(userId: string): Promise<void> {
    await queryDatabase(server.databaseUrl, 'UPDATE sessions SET ended_at = now() WHERE user_id = $1', [
      userId,
    ])
  }

  test('one that was ended stays ended for every token of its family', async () => {
    const person = { ...newcomer(), sid: randomUUID() }
    const { id } = (await get<User>('/api/me', signHostToken(key, person))).body
    await endSessions(id)
    const inAMinute = Math.floor(Date.now() / 1000) + 20
    for (const token of [signHostToken(key, person), signHostToken(key, { ...person, iat: inAMinute })])
      expect(await codeOf('GET', '/api/me', token)).toBe('session-ended')
    expect(await codeOf('GET', '/api/me', signHostToken(key, { ...person, sid: randomUUID() }))).toBe('ok')
  })

  test('without a family, tokens from before the end are refused and those from after it are a new one', async () => {
    const person = newcomer()
    const nowS = Math.floor(Date.now() / 1000)
    const before = signHostToken(key, { ...person, iat: nowS - 5 })
    const { id } = (await get<User>('/api/me', before)).body
    await endSessions(id)
    expect(await codeOf('GET', '/api/me', before)).toBe('session-ended')
    expect(await codeOf('GET', '/api/me', signHostToken(key, { ...person, iat: nowS - 4 }))).toBe(
      'session-ended',
    )
    expect(await codeOf('GET', '/api/me', signHostToken(key, { ...person, iat: nowS + 20 }))).toBe('ok')
    // The new one does not bring back what was given out before the end.
    expect(await codeOf('GET', '/api/me', before)).toBe('session-ended')
  })

  test('an expired token is refused everywhere', async () => {
    const nowS = Math.floor(Date.now() / 1000)
    const token = signHostToken(key, { ...newcomer(), iat: nowS - 600, exp: nowS - 60 })
    expect(await codeOf('GET', '/api/me', token)).toBe('token-expired')
    const document = openDocument(server.url, page.id, token)
    expect(await document.ended()).toBe('token-expired')
    document.close()
    await expect(openRealtime(server.url, token)).rejects.toMatchObject({ data: { code: 'token-expired' } })
  })
})

test('A4 · a token with our own key for its issuer, or with its key for ours, is refused', async () => {
  expect(await codeOf('GET', '/api/me', signHostToken(makeHostKey('ES256'), newcomer()))).toBe(
    'token-invalid',
  )
  const asOurs = { iss: 'copydesk', aud: 'copydesk', sub: ann.session.user.id, sid: randomUUID() }
  expect(await codeOf('GET', '/api/me', signHostToken(key, asOurs))).toBe('token-invalid')
})

describe('A1 · a narrowed token is held to what it names', () => {
  test('pages, with what lies below them, and nothing around them', async () => {
    const token = narrowed(await invited(), { pages: [page.id] })
    expect(await codeOf('GET', `/api/pages/${page.id}`, token)).toBe('ok')
    expect(await codeOf('GET', `/api/pages/${below.id}`, token)).toBe('ok')
    expect(await codeOf('GET', `/api/pages/${other.id}`, token)).toBe('not-found')
    expect(await codeOf('GET', `/api/drives/${drive.id}`, token)).toBe('not-found')
    expect(await codeOf('GET', `/api/drives/${drive.id}/pages`, token)).toBe('not-found')
    expect((await get<{ items: Drive[] }>('/api/drives', token)).body.items).toEqual([])
    expect(await codeOf('POST', '/api/drives', token, { name: 'Mine' })).toBe('forbidden')

    const inside = openDocument(server.url, page.id, token)
    await inside.synced()
    inside.close()
    const outside = openDocument(server.url, other.id, token)
    expect(await outside.ended()).toBe('page-not-found')
    outside.close()

    const events = await openRealtime(server.url, token)
    expect(await events.request('join_page', { pageId: page.id })).toMatchObject({ ok: true })
    for (const [name, payload] of [
      ['join_page', { pageId: other.id }],
      ['join_drive', { driveId: drive.id }],
    ] as const)
      expect(await events.request(name, payload)).toMatchObject({ ok: false, error: { code: 'not-found' } })
    events.close()
  })

  test('drives: of two that are the person’s, the one', async () => {
    const person = await invited()
    const own = await request<Drive>(server.url, 'POST', '/api/drives', {
      ...{ token: signHostToken(key, person), body: { name: 'Own' } },
    })
    const token = narrowed(person, { drives: [own.body.id] })
    const listed = (await get<{ items: Drive[] }>('/api/drives', token)).body.items
    expect(listed.map(({ id, role }) => [id, role])).toEqual([[own.body.id, 'owner']])
    expect(await codeOf('GET', `/api/pages/${page.id}`, token)).toBe('not-found')
    expect(await codeOf('DELETE', `/api/drives/${drive.id}/members/${randomUUID()}`, token)).toBe('not-found')
  })

  test('A2 · a role: an editor’s token for viewing neither writes nor changes anything', async () => {
    const person = await invited()
    const token = narrowed(person, { role: 'viewer' })
    expect((await get<PageWithRole>(`/api/pages/${page.id}`, token)).body.role).toBe('viewer')
    expect(await codeOf('PATCH', `/api/pages/${page.id}`, token, { title: 'x' })).toBe('forbidden')
    expect(await codeOf('POST', `/api/drives/${drive.id}/pages`, token, { title: 'x' })).toBe('forbidden')
    expect(await codeOf('POST', '/api/drives', token, { name: 'x' })).toBe('forbidden')
    const me = (await get<User>('/api/me', token)).body.id
    expect(await codeOf('DELETE', `/api/drives/${drive.id}/members/${me}`, token)).toBe('forbidden')

    const document = openDocument(server.url, page.id, token)
    await document.synced()
    expect(document.provider.authorizedScope).toBe('readonly')
    document.close()
  })

  test('A2 · whatever they are, the account as a whole is out of reach, also what would outlive them', async () => {
    const person = await invited()
    const whole = signHostToken(key, person)
    const own = await request<Drive>(server.url, 'POST', '/api/drives', {
      token: whole,
      body: { name: 'Own' },
    })
    const account = { name: 'Helper', role: 'viewer', expiresInDays: 1 }
    const accounts = `/api/drives/${own.body.id}/service-accounts`
    const made = await request<{ id: string }>(server.url, 'POST', accounts, { token: whole, body: account })
    expect(made.status).toBe(201)
    const favourite = `/api/me/favourites/${page.id}`
    await request(server.url, 'PUT', favourite, { token: whole, body: {} })
    for (const bounds of [{ drives: [drive.id, own.body.id] }, { role: 'admin' }]) {
      const token = narrowed(person, bounds)
      for (const [method, path, body] of [
        ['GET', '/api/me/sessions'],
        ['DELETE', '/api/me/sessions'],
        ['DELETE', `/api/me/sessions/${randomUUID()}`],
        ['DELETE', '/api/me', { password: 'x' }],
        ['PUT', favourite, {}],
        ['DELETE', favourite],
        ['PUT', '/api/me/notifications/read', { upTo: 1 }],
        ['POST', '/api/drives', { name: 'x' }],
        ['POST', '/api/share-links/open', { shareToken: 'x' }],
        ['POST', accounts, account],
        ['PUT', `${accounts}/${made.body.id}`, { role: 'editor' }],
        ['DELETE', `${accounts}/${made.body.id}`],
      ] as const)
        expect([method, path, await codeOf(method, path, token, body)]).toEqual([method, path, 'forbidden'])
      const events = await openRealtime(server.url, token)
      for (const [request, payload] of [
        ['mark_notification_read', { upTo: 1 }],
        ['mark_notification_read', { notificationId: randomUUID() }],
      ] as const)
        expect(await events.request(request, payload)).toMatchObject({ error: { code: 'forbidden' } })
      events.close()
    }
  })

  test('A3 · a connection whose token is renewed with narrower bounds goes on within those only', async () => {
    const person = await invited()
    let token = signHostToken(key, person)
    const me = (await get<User>('/api/me', token)).body.id
    const document = openDocument(server.url, page.id, () => token)
    await document.synced()
    expect(document.provider.authorizedScope).toBe('read-write')
    token = narrowed(person, { role: 'viewer' })
    await document.provider.sendToken()
    await until(() => document.provider.authorizedScope === 'readonly')
    // Also with the same role: what is decided later is decided with the token of now.
    const ended = document.ended()
    token = narrowed(person, { role: 'viewer', pages: [page.id] })
    await document.provider.sendToken()
    expect(await ended).toBe('access-changed')
    document.close()

    const events = await openRealtime(server.url, signHostToken(key, person))
    await events.request('join_page', { pageId: page.id })
    await events.request('join_drive', { driveId: drive.id })
    const renewed = await events.request('renew_token', { token: narrowed(person, { pages: [other.id] }) })
    expect(renewed).toMatchObject({ ok: true })
    await ann.request('PATCH', `/api/pages/${page.id}`, { title: 'Not for them' })
    await ann.request('PATCH', `/api/drives/${drive.id}/members/${me}`, { role: 'viewer' })
    await events.request('leave_page', { pageId: other.id })
    expect([...events.pending('page_updated'), ...events.pending('access_changed')]).toEqual([])
    events.close()
  })

  test('bounds that are not understood make a token worthless', async () => {
    const person = await invited()
    for (const copydesk of [{ page: [page.id] }, { pages: page.id }, { role: 'reader' }, null, 'viewer', []])
      expect(await codeOf('GET', '/api/me', signHostToken(key, { ...person, copydesk }))).toBe(
        'token-invalid',
      )
  })
})

describe('with a key set', () => {
  let keySet: KeySetServer
  let withKeySet: TestServer

  beforeAll(async () => {
    keySet = await startKeySetServer([])
    keySet.serve((_request, response) => response.writeHead(503).end())
    withKeySet = await startServer({ externalIdentity: byKeySet(keySet.url) })
  })
  afterAll(async () => {
    await withKeySet.close()
    await keySet.close()
  })

  test('a token waits for keys that are not there, and our own need none', async () => {
    const token = signHostToken(key, newcomer())
    const me = () => request<Problem>(withKeySet.url, 'GET', '/api/me', { token })
    const refused = await me()
    expect([refused.status, refused.body.code]).toEqual([503, 'identity-unavailable'])
    await expect(openRealtime(withKeySet.url, token)).rejects.toMatchObject({
      data: { code: 'identity-unavailable' },
    })
    expect((await (await register(withKeySet.url, 'Bob')).request('GET', '/api/me')).status).toBe(200)
    keySet.serveKeys([key.jwk])
    await until(async () => (await me()).status === 200, { timeoutMs: 20_000 })
    expect(JSON.stringify(withKeySet.logs)).not.toContain(token)
  })
})

test('a server with a key that does not fit its algorithm does not start', async () => {
  const settings = { ...byKey(key), algorithm: 'RS256', issuer: HOST_ISSUER } as const
  await expect(startServer({ externalIdentity: settings })).rejects.toThrow(
    /is no key for EXTERNAL_JWT_ALGORITHM=RS256/,
  )
})
