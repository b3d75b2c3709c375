import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import type { Session } from '../../shared/api/auth.ts'
import type { PageWithRole } from '../../shared/api/pages.ts'
import type { Problem } from '../../shared/api/problem.ts'
import { isAtLeast, MEMBER_ROLES, type Role } from '../../shared/roles.ts'
import { EMPTY_ANCHOR } from '../support/comments.ts'
import { queryDatabase } from '../support/database.ts'
import {
  type Answer,
  addMember,
  createPage,
  firstDrive,
  type Person,
  register,
  request,
} from '../support/people.ts'
import { listRoutes, type Route, sampleBody } from '../support/routes.ts'
import { createService } from '../support/services.ts'
import { startServer } from '../support/start-server.ts'

// OWASP's list for APIs, walked through route by route. A route without a row fails the first test.

/** Who may use a route, and what a good request to it holds where its schema does not say it. */
interface Row {
  /** `public` asks for no token, `anyone` for any; otherwise the least role on the page or drive that it names. */
  readonly needs: 'public' | 'anyone' | Role
  readonly body?: Record<string, unknown> | string
  readonly query?: string
  readonly type?: string
}

/** The smallest beginning of a GIF: its bytes are letters. */
const IMAGE = `GIF89a\u0001\u0000\u0001\u0000${'\u0000'.repeat(20)}`
const PARAGRAPH = { type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text: 'x' }] }] }

const ROWS: Record<string, Row> = {
  'POST /api/auth/register': { needs: 'public' },
  'POST /api/auth/login': { needs: 'public' },
  'POST /api/auth/guest': { needs: 'public' },
  'POST /api/auth/refresh': { needs: 'public' },
  'POST /api/auth/logout': { needs: 'public' },
  'POST /api/auth/service-token': { needs: 'public' },
  'GET /api/me': { needs: 'anyone' },
  // These act on whoever asks: nobody else’s account or session can be named there.
  'DELETE /api/me': { needs: 'anyone' },
  'PATCH /api/me': { needs: 'anyone' },
  'PUT /api/me/password': { needs: 'anyone' },
  'GET /api/me/sessions': { needs: 'anyone' },
  'DELETE /api/me/sessions': { needs: 'anyone' },
  'DELETE /api/me/sessions/{sessionId}': { needs: 'anyone' },
  'POST /api/share-links/open': { needs: 'anyone' },
  'GET /api/me/notifications': { needs: 'anyone' },
  'PUT /api/me/notifications/read': { needs: 'anyone' },
  'PUT /api/me/notifications/{notificationId}/read': { needs: 'anyone' },
  'GET /api/me/unread': { needs: 'anyone' },
  'GET /api/me/shared-pages': { needs: 'anyone' },
  'GET /api/me/favourites': { needs: 'anyone' },
  'PUT /api/me/favourites/{pageId}': { needs: 'viewer', body: { position: 'last' } },
  // It is one's own list: what is not on it is as gone as what was taken off.
  'DELETE /api/me/favourites/{pageId}': { needs: 'anyone' },
  'GET /api/me/recent': { needs: 'anyone' },
  'PUT /api/me/recent/{pageId}': { needs: 'viewer' },
  'GET /api/drives': { needs: 'anyone' },
  'POST /api/drives': { needs: 'anyone' },
  'GET /api/drives/{driveId}': { needs: 'viewer' },
  'DELETE /api/drives/{driveId}': { needs: 'owner' },
  'GET /api/drives/{driveId}/members': { needs: 'viewer' },
  'POST /api/drives/{driveId}/members': { needs: 'admin' },
  'PATCH /api/drives/{driveId}/members/{userId}': { needs: 'admin' },
  'DELETE /api/drives/{driveId}/members/{userId}': { needs: 'admin' },
  'PUT /api/drives/{driveId}/owner': { needs: 'owner' },
  'GET /api/drives/{driveId}/service-accounts': { needs: 'admin' },
  'POST /api/drives/{driveId}/service-accounts': { needs: 'admin' },
  'PUT /api/drives/{driveId}/service-accounts/{accountId}': { needs: 'admin' },
  'DELETE /api/drives/{driveId}/service-accounts/{accountId}': { needs: 'admin' },
  'GET /api/drives/{driveId}/trash': { needs: 'editor' },
  'DELETE /api/drives/{driveId}/trash': { needs: 'admin' },
  'GET /api/drives/{driveId}/audit': { needs: 'admin' },
  'GET /api/drives/{driveId}/pages': { needs: 'viewer' },
  'POST /api/drives/{driveId}/pages': { needs: 'editor' },
  'GET /api/pages/{pageId}': { needs: 'viewer' },
  'PATCH /api/pages/{pageId}': { needs: 'editor', body: { title: 'x' } },
  'DELETE /api/pages/{pageId}': { needs: 'editor' },
  'GET /api/pages/{pageId}/tree': { needs: 'viewer' },
  'GET /api/pages/{pageId}/breadcrumbs': { needs: 'viewer' },
  'POST /api/pages/{pageId}/move': { needs: 'editor', body: { parentId: null } },
  'POST /api/pages/{pageId}/duplicate': { needs: 'editor' },
  'POST /api/pages/{pageId}/restore': { needs: 'editor' },
  'GET /api/pages/{pageId}/grants': { needs: 'admin' },
  'PUT /api/pages/{pageId}/grants/{userId}': { needs: 'admin' },
  'DELETE /api/pages/{pageId}/grants/{userId}': { needs: 'admin' },
  'GET /api/pages/{pageId}/share-links': { needs: 'admin' },
  'POST /api/pages/{pageId}/share-links': { needs: 'admin' },
  'DELETE /api/pages/{pageId}/share-links/{linkId}': { needs: 'admin' },
  'GET /api/pages/{pageId}/messages': { needs: 'viewer' },
  'POST /api/pages/{pageId}/messages': { needs: 'commenter' },
  'PUT /api/pages/{pageId}/messages/read': { needs: 'viewer' },
  'PATCH /api/messages/{messageId}': { needs: 'commenter' },
  'DELETE /api/messages/{messageId}': { needs: 'commenter' },
  'PUT /api/messages/{messageId}/reactions/{emoji}': { needs: 'commenter' },
  'DELETE /api/messages/{messageId}/reactions/{emoji}': { needs: 'commenter' },
  'GET /api/pages/{pageId}/threads': { needs: 'viewer' },
  'POST /api/pages/{pageId}/threads': {
    needs: 'commenter',
    body: { anchor: EMPTY_ANCHOR, quote: 'x', comment: { body: 'x' } },
  },
  'PATCH /api/pages/{pageId}/threads/{threadId}': { needs: 'commenter' },
  'DELETE /api/pages/{pageId}/threads/{threadId}': { needs: 'commenter' },
  'POST /api/pages/{pageId}/threads/{threadId}/comments': { needs: 'commenter' },
  'PATCH /api/pages/{pageId}/threads/{threadId}/comments/{commentId}': { needs: 'commenter' },
  'DELETE /api/pages/{pageId}/threads/{threadId}/comments/{commentId}': { needs: 'commenter' },
  'GET /api/pages/{pageId}/streams': { needs: 'viewer' },
  // Only service accounts write streams: whoever may write messages is told so, others that they may not.
  'POST /api/pages/{pageId}/streams': { needs: 'commenter' },
  'GET /api/streams/{streamId}': { needs: 'viewer' },
  'POST /api/streams/{streamId}/chunks': { needs: 'commenter' },
  'POST /api/streams/{streamId}/tools': { needs: 'commenter' },
  'POST /api/streams/{streamId}/complete': { needs: 'commenter' },
  'POST /api/streams/{streamId}/fail': { needs: 'commenter' },
  'POST /api/streams/{streamId}/cancel': { needs: 'editor' },
  'GET /api/search': { needs: 'anyone', query: 'q=x' },
  'GET /api/pages/{pageId}/content': { needs: 'viewer', query: 'format=text' },
  'PUT /api/pages/{pageId}/content': { needs: 'editor', body: PARAGRAPH },
  'PATCH /api/pages/{pageId}/content': { needs: 'editor', body: PARAGRAPH, query: 'place=end' },
  'GET /api/pages/{pageId}/authors': { needs: 'viewer' },
  'POST /api/pages/{pageId}/sync': {
    ...{ needs: 'viewer', type: 'application/octet-stream' },
    body: '\u0001\u0001\u0000\u0000\u0000',
  },
  'POST /api/pages/{pageId}/files': { needs: 'editor', type: 'application/octet-stream', body: IMAGE },
  'GET /api/files/{fileId}': { needs: 'viewer' },
  'GET /api/pages/{pageId}/versions': { needs: 'viewer' },
  'POST /api/pages/{pageId}/versions': { needs: 'editor' },
  'GET /api/pages/{pageId}/versions/{versionId}/content': { needs: 'viewer', query: 'format=text' },
  'GET /api/pages/{pageId}/versions/{versionId}/diff': { needs: 'viewer', query: `with=${randomUUID()}` },
  'POST /api/pages/{pageId}/versions/{versionId}/restore': { needs: 'editor' },
}

const server = await startServer()
const ROUTES = await listRoutes(server.url)
const ann = await register(server.url, 'Ann')
const drive = await firstDrive(ann)
const page = await createPage(ann)
const file = (
  await request<{ id: string }>(server.url, 'POST', `/api/pages/${page.id}/files`, {
    body: IMAGE,
    token: ann.session.accessToken,
    headers: { 'content-type': 'application/octet-stream' },
  })
).body
const message = (
  await ann.request<{ id: string }>('POST', `/api/pages/${page.id}/messages`, {
    id: randomUUID(),
    body: 'Hello',
  })
).body
const service = await createService(server.url, ann, drive.id, 'editor')
const stream = await service.startStream(page.id)
const outsider = await register(server.url, 'Outsider')
const members = new Map<Role, Person>()
for (const role of MEMBER_ROLES) {
  const member = await register(server.url, role)
  await addMember(ann, member, role)
  members.set(role, member)
}
afterAll(() => server.close())

const nameOf = ({ method, path }: Route) => `${method} ${path}`
const rowOf = (route: Route) => ROWS[nameOf(route)] as Row
const ROUTES_OF = (fits: (row: Row) => boolean): [string, Route][] =>
  ROUTES.filter((route) => ROWS[nameOf(route)] !== undefined && fits(rowOf(route))).map((route) => [
    nameOf(route),
    route,
  ])
const PROTECTED = ROUTES_OF(({ needs }) => needs !== 'public')
const OF_AN_OBJECT = ROUTES_OF(({ needs }) => needs !== 'public' && needs !== 'anyone')

/** Sends a good request to a route, about Ann's drive and page unless other ids are given. */
function send(
  route: Route,
  token: string | undefined,
  ids: Record<string, string> = {},
  suffix = '',
): Promise<Answer<Problem>> {
  const row = rowOf(route)
  const known: Record<string, string> = {
    ...{
      driveId: drive.id,
      pageId: page.id,
      messageId: message.id,
      streamId: stream.id,
      fileId: file.id,
      emoji: '%F0%9F%91%8D',
    },
    ...ids,
  }
  const path = route.path.replace(/\{(\w+)\}/g, (_braces, name: string) => known[name] ?? randomUUID())
  const query = [row.query ?? '', suffix].filter((part) => part !== '').join('&')
  const hasBody = row.body !== undefined || route.body !== undefined
  return request<Problem>(server.url, route.method, query === '' ? path : `${path}?${query}`, {
    ...(hasBody ? { body: row.body ?? sampleBody(route) } : {}),
    ...(token === undefined ? {} : { token }),
    ...(row.type === undefined ? {} : { headers: { 'content-type': row.type } }),
  })
}

test('every route that the server describes has a row here, and none is made up', () => {
  expect(Object.keys(ROWS).sort()).toEqual(ROUTES.map(nameOf).sort())
})

describe('API1, object level · A1 · to an outsider, Ann’s and one that does not exist look alike', () => {
  test.each(OF_AN_OBJECT)('%s', async (_name, route) => {
    const { accessToken } = outsider.session
    const there = await send(route, accessToken)
    const ids = {
      driveId: randomUUID(),
      pageId: randomUUID(),
      messageId: randomUUID(),
      streamId: randomUUID(),
      fileId: randomUUID(),
    }
    const nowhere = await send(route, accessToken, ids)
    expect(there.body.code).toBe('not-found')
    expect([there.status, there.body]).toEqual([nowhere.status, nowhere.body])
  })
})

describe('API2, authentication', () => {
  test.each(PROTECTED)('%s needs a token, in the header', async (_name, route) => {
    const { accessToken } = ann.session
    for (const suffix of ['', `token=${accessToken}`, `access_token=${accessToken}`])
      expect((await send(route, undefined, {}, suffix)).body.code).toBe('unauthenticated')
  })

  test('no address has a place for a secret, and none that was sent is in the logs', () => {
    const parameters = ROUTES.flatMap((route) => [...route.pathParameters, ...route.queryParameters])
    expect(parameters.filter((name) => /token|secret|password|key/i.test(name))).toEqual([])
    const logs = JSON.stringify(server.logs)
    for (const { session, password } of [ann, outsider, ...members.values()])
      for (const secret of [session.accessToken, password]) expect(logs).not.toContain(secret)
  })
})

describe('API3, property level: what a body may not say is not taken', () => {
  const EXTRA = {
    ...{ id: '00000000-0000-4000-8000-000000000000', kind: 'service', role: 'owner', isExternal: true },
    ...{ userId: outsider.session.user.id, createdBy: outsider.session.user.id, passwordHash: 'x' },
    ...{ revision: 999, restricted: true, deletedAt: '2020-01-01T00:00:00Z', position: 'zz' },
  }

  test('by registering', async () => {
    const email = `${randomUUID()}@example.com`
    const body = { ...EXTRA, email, password: 'a long password', name: 'Mallory' }
    const { body: session } = await request<Session>(server.url, 'POST', '/api/auth/register', { body })
    expect(session.user.id).not.toBe(EXTRA.id)
    const [row] = await queryDatabase(
      server.databaseUrl,
      'SELECT kind, is_external, deleted_at, password_hash FROM users WHERE email = $1',
      [email],
    )
    expect(row).toMatchObject({ kind: 'user', is_external: false, deleted_at: null })
    expect(row?.['password_hash']).toMatch(/^\$argon2id\$/)
  })

  test('by creating a page', async () => {
    const body = { ...EXTRA, id: randomUUID(), title: 'Mine', parentId: null }
    const created = await ann.request<PageWithRole>('POST', `/api/drives/${drive.id}/pages`, body)
    expect(created.status).toBe(201)
    const [row] = await queryDatabase(
      server.databaseUrl,
      'SELECT created_by, restricted, deleted_at, position FROM pages WHERE id = $1',
      [created.body.id],
    )
    expect(row).toMatchObject({ created_by: ann.session.user.id, restricted: false, deleted_at: null })
    expect(row?.['position']).not.toBe(EXTRA.position)
  })

  test('by renaming a page, an editor neither moves nor takes it', async () => {
    const { restricted: _restricted, ...extra } = EXTRA
    const mine = await createPage(ann)
    const editor = members.get('editor') as Person
    const read = () =>
      queryDatabase(
        server.databaseUrl,
        'SELECT id, drive_id, created_by, deleted_at, position FROM pages WHERE id = $1',
        [mine.id],
      )
    const before = await read()
    const body = { ...extra, driveId: randomUUID(), title: 'Renamed' }
    expect((await editor.request('PATCH', `/api/pages/${mine.id}`, body)).status).toBe(200)
    expect(await read()).toEqual(before)
  })
})

describe('API4, resource consumption · A5 · who signs in is counted', () => {
  test('on every route that proves or makes an identity', async () => {
    const limited = await startServer({ signInAttemptsPerMinute: 2 })
    try {
      for (const name of ['register', 'login', 'guest']) {
        const codes: string[] = []
        for (let nr = 0; nr < 3; nr++) {
          const answer = await request<Problem>(limited.url, 'POST', `/api/auth/${name}`, { body: {} })
          codes.push(answer.body.code)
          if (answer.status === 429) expect(answer.headers.get('retry-after')).toMatch(/^\d+$/)
        }
        expect(codes).toEqual(['invalid-request', 'invalid-request', 'rate-limited'])
      }
    } finally {
      await limited.close()
    }
  })
})

describe('API5, function level · A2 · who has a lower role is refused, and nothing changes', () => {
  test.each(OF_AN_OBJECT)('%s', async (_name, route) => {
    const { needs } = rowOf(route)
    for (const [role, member] of members) {
      if (isAtLeast(role, needs as Role)) continue
      expect([role, (await send(route, member.session.accessToken)).body.code]).toEqual([role, 'forbidden'])
    }
  })

  test.each(OF_AN_OBJECT.filter(([, { method }]) => method === 'GET'))(
    '%s answers who has the role',
    async (_name, route) => {
      for (const [role, member] of members) {
        if (!isAtLeast(role, rowOf(route).needs as Role)) continue
        const answer = await send(route, member.session.accessToken)
        // A version that was made up is the one thing that is not there.
        if (route.path.includes('{versionId}')) expect(answer.status).toBe(404)
        else expect([role, answer.status]).toEqual([role, 200])
      }
    },
  )
})

test('API9, inventory: nothing under /api answers that is not described', async () => {
  for (const path of ['/api', '/api/users', '/api/admin', '/api/debug', '/api/v1/me', '/api/sessions'])
    expect((await ann.request<Problem>('GET', path)).status).toBe(404)
})
