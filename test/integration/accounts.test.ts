import { randomUUID } from 'node:crypto'
import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Session, sessionSchema } from '../../shared/api/auth.ts'
import { type Problem, type ProblemCode, problemSchema } from '../../shared/api/problem.ts'
import { dumpDatabase, queryDatabase } from '../support/database.ts'
import { FORGED_TOKENS, reforge } from '../support/forged-tokens.ts'
import {
  type Answer,
  createPage,
  createShareLink,
  enterAsGuest,
  firstDrive,
  listPages,
  type Person,
  readText,
  register,
  request,
} from '../support/people.ts'
import { startServer, type TestServer } from '../support/start-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())

const post = <Body = Session>(path: string, body?: unknown, headers: Record<string, string> = {}) =>
  request<Body>(server.url, 'POST', `/api/auth/${path}`, { body, headers })
const renew = <Body = Session>(cookie: string) => post<Body>('refresh', undefined, { cookie })
const whoAmI = (token: string) => request<Problem>(server.url, 'GET', '/api/me', { token })

/** The cookie that an answer sets, as the browser would send it back. */
function cookieOf(answer: Answer): string {
  return answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
}

function expectProblem(answer: Answer, code: ProblemCode): void {
  expect(problemSchema.parse(answer.body)).toMatchObject({ code, status: answer.status })
}

describe('registering', () => {
  test('answers the session, and a drive with a welcome page is there', async () => {
    const email = `${randomUUID()}@example.com`
    const answer = await post('register', { email, password: 'correct horse', name: '  Ann Author ' })
    expect(answer.status).toBe(201)
    const session = sessionSchema.strict().parse(answer.body)
    expect(session.user).toMatchObject({ kind: 'user', name: 'Ann Author', email })
    expect(session.pageId).toBeNull()
    const lifetimeMs = Date.parse(session.expiresAt) - Date.now()
    expect(lifetimeMs).toBeGreaterThan(14 * 60_000)
    expect(lifetimeMs).toBeLessThanOrEqual(15 * 60_000)

    const token = session.accessToken
    const me = await request(server.url, 'GET', '/api/me', { token })
    expect(me.body).toEqual(session.user)
    const drives = await request<{ items: { id: string; name: string; role: string }[] }>(
      server.url,
      'GET',
      '/api/drives',
      { token },
    )
    expect(drives.body.items).toMatchObject([{ name: 'Ann Author’s drive', role: 'owner' }])
  })

  test('the welcome page says something, and its drive stands at the revision that shows it', async () => {
    const ann = await register(server.url, 'Ann')
    const drive = await firstDrive(ann)
    const { items, revision } = await listPages(ann, drive.id)
    expect(items.map((page) => page.title)).toEqual(['Welcome to Copydesk'])
    expect(revision).toBe(drive.revision)
    expect(await readText(ann, items[0]?.id ?? '')).toMatch(/This page is yours/)
  })

  test('a password that is guessed first is refused, also where it is changed', async () => {
    const email = `gwendoline-${randomUUID()}@example.com`
    for (const password of ['1234567890', 'Password123', 'Gwendoline', email])
      expectProblem(await post('register', { email, password, name: 'Gwendoline' }), 'weak-password')
    const ann = await register(server.url, 'Ann')
    const change = (newPassword: string) =>
      ann.request('PUT', '/api/me/password', { currentPassword: ann.password, newPassword })
    expectProblem(await change('qwertyuiop'), 'weak-password')
    expectProblem(await change(ann.email), 'weak-password')
    expect((await post('login', { email: ann.email, password: ann.password })).status).toBe(200)
  })

  test('one e-mail address has one account, however it is written', async () => {
    const ann = await register(server.url, 'Ann')
    for (const email of [ann.email, ann.email.toUpperCase(), ` ${ann.email} `]) {
      const answer = await post('register', { email, password: 'another password', name: 'Other' })
      expectProblem(answer, 'email-taken')
      expect(answer.headers.getSetCookie()).toEqual([])
    }
  })

  test('of two registrations at the same moment one succeeds, and the other leaves nothing behind', async () => {
    const email = `${randomUUID()}@example.com`
    const answers = await Promise.all(
      [1, 2, 3].map((nr) => post('register', { email, password: 'correct horse', name: `Twin ${nr}` })),
    )
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409, 409])
    const drives = await queryDatabase(
      server.databaseUrl,
      "SELECT FROM drives WHERE name LIKE 'Twin _’s drive'",
    )
    expect(drives).toHaveLength(1)
  })

  test('A4 · nobody chooses their own id, kind or colour', async () => {
    const id = randomUUID()
    const answer = await post('register', {
      ...{ email: `${id}@example.com`, password: 'correct horse', name: 'Ann' },
      ...{ id, userId: id, kind: 'service', color: '#000000', passwordHash: 'x', role: 'owner' },
    })
    expect(answer.status).toBe(201)
    expect(answer.body.user.id).not.toBe(id)
    expect(answer.body.user.kind).toBe('user')
    expect(answer.body.user.color).not.toBe('#000000')
  })
})

describe('signing in', () => {
  test('works with the e-mail address in any case, and starts a session of its own', async () => {
    const ann = await register(server.url, 'Ann')
    const answer = await post('login', { email: ann.email.toUpperCase(), password: ann.password })
    expect(answer.status).toBe(200)
    const session = sessionSchema.strict().parse(answer.body)
    expect(session.user).toEqual(ann.session.user)
    expect(session.accessToken).not.toBe(ann.session.accessToken)
    expect(cookieOf(answer)).not.toBe(ann.cookie)
  })

  test('a wrong password and an unknown e-mail address are answered alike', async () => {
    const ann = await register(server.url, 'Ann')
    const wrong = await post('login', { email: ann.email, password: 'not her password' })
    const unknown = await post('login', { email: `${randomUUID()}@example.com`, password: ann.password })
    expectProblem(wrong, 'invalid-credentials')
    expect(unknown.body).toEqual(wrong.body)
    expect(unknown.status).toBe(wrong.status)
    for (const answer of [wrong, unknown]) expect(answer.headers.getSetCookie()).toEqual([])
  })

  test('the password counts to the last character, and so does its case', async () => {
    const ann = await register(server.url, 'Ann')
    for (const password of [
      ann.password.toUpperCase(),
      `${ann.password} `,
      ann.password.slice(0, -1),
      `${ann.password}\u0000`,
    ]) {
      expectProblem(await post('login', { email: ann.email, password }), 'invalid-credentials')
    }
  })
})

describe('the refresh cookie', () => {
  test('is out of reach for scripts and other sites, and goes nowhere but to the routes that need it', async () => {
    const answer = await post('register', {
      ...{ email: `${randomUUID()}@example.com`, password: 'correct horse', name: 'Ann' },
    })
    const [pair, ...attributes] = (answer.headers.getSetCookie()[0] ?? '').split('; ')
    expect(pair).toMatch(/^copydesk_refresh=[\w-]{43}$/)
    expect(attributes).toContain('HttpOnly')
    expect(attributes).toContain('SameSite=Strict')
    expect(attributes).toContain('Path=/api/auth')
    expect(attributes.some((attribute) => attribute.startsWith('Expires='))).toBe(true)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(JSON.stringify(answer.body)).not.toContain(pair?.split('=')[1])
  })

  test('is sent over TLS only where people come over TLS', async () => {
    const port = await findFreePort()
    const behindProxy = await startServer({
      databaseUrl: server.databaseUrl,
      publicUrl: 'https://pages.example.com',
      port,
    })
    try {
      const body = { email: `${randomUUID()}@example.com`, password: 'correct horse', name: 'Ann' }
      const answer = await request(`http://127.0.0.1:${port}`, 'POST', '/api/auth/register', { body })
      expect(answer.headers.getSetCookie()[0]).toMatch(/; Secure/)
      const plain = await post('login', { email: body.email, password: body.password })
      expect(plain.headers.getSetCookie()[0]).not.toMatch(/; Secure/)
    } finally {
      await behindProxy.close()
    }
  })
})

describe('renewing', () => {
  test('answers a new access token and the next cookie', async () => {
    const ann = await register(server.url, 'Ann')
    const first = await renew(ann.cookie)
    expect(first.status).toBe(200)
    expect(sessionSchema.strict().parse(first.body).user).toEqual(ann.session.user)
    expect(cookieOf(first)).not.toBe(ann.cookie)
    expect((await whoAmI(first.body.accessToken)).status).toBe(200)
    const second = await renew(cookieOf(first))
    expect(second.status).toBe(200)
    expect(cookieOf(second)).not.toBe(cookieOf(first))
  })

  test('A3 · a cookie that comes a second time ends the session: its newest tokens stop counting too', async () => {
    const ann = await register(server.url, 'Ann')
    const renewed = await renew(ann.cookie)
    const elsewhere = await post('login', { email: ann.email, password: ann.password })

    const stolen = await renew<Problem>(ann.cookie)
    expectProblem(stolen, 'refresh-token-reused')
    expect(stolen.headers.getSetCookie()[0]).toMatch(/^copydesk_refresh=;.*Expires=Thu, 01 Jan 1970/)
    for (const token of [ann.session.accessToken, renewed.body.accessToken]) {
      expectProblem(await whoAmI(token), 'session-ended')
    }
    expectProblem(await renew(cookieOf(renewed)), 'session-ended')
    expectProblem(await renew(ann.cookie), 'session-ended')
    // What she does on another device is another session.
    expect((await whoAmI(elsewhere.body.accessToken)).status).toBe(200)
    expect((await renew(cookieOf(elsewhere))).status).toBe(200)
  })

  test('at the same moment with one cookie, at most one succeeds', async () => {
    const ann = await register(server.url, 'Ann')
    const answers = await Promise.all(Array.from({ length: 8 }, () => renew(ann.cookie)))
    expect(answers.filter((answer) => answer.status === 200).length).toBeLessThanOrEqual(1)
    for (const answer of answers) expect([200, 401]).toContain(answer.status)
    expectProblem(await whoAmI(ann.session.accessToken), 'session-ended')
  })

  test('without a cookie, or with one that nobody was given, is refused', async () => {
    expectProblem(await post('refresh'), 'refresh-token-missing')
    for (const value of ['x', 'x'.repeat(4000), '%00', '%FF%FE', '"', "' OR true --"]) {
      expectProblem(await renew(`copydesk_refresh=${value}`), 'session-ended')
    }
  })

  test('A1 · a guest’s renewed session leads to the same page as the first', async () => {
    const ann = await register(server.url, 'Ann')
    const page = await createPage(ann)
    const link = await createShareLink(ann, page.id, 'viewer')
    const guest = await enterAsGuest(server.url, link.token, 'Gus')
    expect(guest.session).toMatchObject({ pageId: page.id, user: { kind: 'guest', email: null } })
    const renewed = await renew(guest.cookie)
    expect(renewed.body).toMatchObject({ pageId: page.id, user: guest.session.user })
  })
})

describe('signing out', () => {
  test('A3 · ends the session at once, here and not on other devices', async () => {
    const ann = await register(server.url, 'Ann')
    const elsewhere = await post('login', { email: ann.email, password: ann.password })
    const answer = await post('logout', undefined, { cookie: ann.cookie })
    expect(answer.status).toBe(204)
    expect(answer.headers.getSetCookie()[0]).toMatch(/^copydesk_refresh=;.*Path=\/api\/auth/)
    expectProblem(await whoAmI(ann.session.accessToken), 'session-ended')
    expectProblem(await renew(ann.cookie), 'session-ended')
    expect((await whoAmI(elsewhere.body.accessToken)).status).toBe(200)
  })

  test('works twice, without a cookie and with a wrong one', async () => {
    const ann = await register(server.url, 'Ann')
    for (const cookie of [ann.cookie, ann.cookie, 'copydesk_refresh=wrong', 'other=1']) {
      expect((await post('logout', undefined, { cookie })).status).toBe(204)
    }
  })
})

describe('an access token on REST', () => {
  let ann: Person
  let bob: Person
  beforeAll(async () => {
    ann = await register(server.url, 'Ann')
    bob = await register(server.url, 'Bob')
  })

  test('the forger of these tests could make one, so that its failures mean something', async () => {
    expect((await whoAmI(reforge(ann))).status).toBe(200)
  })

  test.each(FORGED_TOKENS)('A4 · $what is answered with $code', async ({ make, code }) => {
    expectProblem(await whoAmI(make(ann, bob)), code)
  })

  test.each([
    ['none at all', {}],
    ['an empty one', { authorization: 'Bearer ' }],
    ['the wrong scheme', { authorization: 'Basic YTpi' }],
    ['no scheme', { authorization: 'token' }],
  ])('A4 · %s is answered with unauthenticated', async (_what, headers) => {
    expectProblem(await request(server.url, 'GET', '/api/me', { headers }), 'unauthenticated')
  })

  test('A4 · one in the address or in a cookie does not count', async () => {
    const token = ann.session.accessToken
    const query = await request(server.url, 'GET', `/api/me?token=${token}&access_token=${token}`)
    expectProblem(query, 'unauthenticated')
    const cookie = `copydesk_refresh=${token}; token=${token}`
    expectProblem(await request(server.url, 'GET', '/api/me', { headers: { cookie } }), 'unauthenticated')
  })

  test('A3 · one of a session that is over in the database does not count any more', async () => {
    const cat = await register(server.url, 'Cat')
    await queryDatabase(
      server.databaseUrl,
      "UPDATE sessions SET expires_at = now() - interval '1 second' WHERE user_id = $1",
      [cat.session.user.id],
    )
    expectProblem(await whoAmI(cat.session.accessToken), 'session-ended')
    expectProblem(await renew(cat.cookie), 'session-ended')
  })
})

describe('what is stored', () => {
  test('is neither the password nor any token, only what cannot be turned back into them', async () => {
    const ann = await register(server.url, 'Ann')
    const renewed = await renew(ann.cookie)
    const page = await createPage(ann)
    const link = await createShareLink(ann, page.id, 'viewer')
    const stored = await dumpDatabase(server.databaseUrl)
    expect(stored).toContain(ann.email)
    const secrets = [ann.password, ann.session.accessToken, renewed.body.accessToken, link.token]
    secrets.push(ann.cookie.split('=')[1] ?? '', cookieOf(renewed).split('=')[1] ?? '')
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(10)
      expect(stored).not.toContain(secret)
      expect(stored).not.toContain(Buffer.from(secret).toString('hex'))
      expect(stored).not.toContain(Buffer.from(secret, 'base64url').toString('hex'))
    }
  })

  test('passwords are hashed with argon2id, each with a salt of its own', async () => {
    const password = 'the very same password'
    const hashes: string[] = []
    for (const name of ['Ann', 'Bob']) {
      const answer = await post('register', { email: `${randomUUID()}@example.com`, password, name })
      const [row] = await queryDatabase<{ password_hash: string }>(
        server.databaseUrl,
        'SELECT password_hash FROM users WHERE id = $1',
        [answer.body.user.id],
      )
      hashes.push(row?.password_hash ?? '')
    }
    for (const hash of hashes)
      expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
    expect(new Set(hashes).size).toBe(2)
  })
})

describe('trying again and again', () => {
  const LIMIT = 3
  let guarded: TestServer
  beforeAll(async () => {
    guarded = await startServer({ databaseUrl: server.databaseUrl, signInAttemptsPerMinute: LIMIT })
  })
  afterAll(() => guarded.close())

  test.each([
    ['login', { email: 'nobody@example.com', password: 'guess' }],
    ['register', { email: 'not an address' }],
    ['guest', { shareToken: 'guess', name: 'Gus' }],
  ])('A5 · %s is limited, and the answer says when it makes sense again', async (path, body) => {
    const attempt = () => request<Problem>(guarded.url, 'POST', `/api/auth/${path}`, { body })
    for (let nr = 0; nr < LIMIT; nr++) expect((await attempt()).status).not.toBe(429)
    const answer = await attempt()
    expectProblem(answer, 'rate-limited')
    const { retryAfterMs = 0 } = answer.body
    expect(retryAfterMs).toBeGreaterThan(0)
    expect(retryAfterMs).toBeLessThanOrEqual(60_000)
    expect(Number(answer.headers.get('retry-after'))).toBe(Math.ceil(retryAfterMs / 1000))
  })

  test('A5 · the limit cannot be passed by claiming to come from elsewhere', async () => {
    const body = { email: 'nobody@example.com', password: 'guess' }
    for (let nr = 0; nr <= LIMIT; nr++) {
      const headers = { 'x-forwarded-for': `10.0.0.${nr}`, 'x-real-ip': `10.0.0.${nr}` }
      const answer = await request(guarded.url, 'POST', '/api/auth/login', { body, headers })
      if (nr === LIMIT) expectProblem(answer, 'rate-limited')
    }
  })

  test('V3 · who is signed in already goes on undisturbed', async () => {
    const ann = await register(server.url, 'Ann')
    const { cookie } = ann
    for (let nr = 0; nr <= LIMIT; nr++) {
      const me = await request(guarded.url, 'GET', '/api/me', { token: ann.session.accessToken })
      expect(me.status).toBe(200)
    }
    const renewed = await request(guarded.url, 'POST', '/api/auth/refresh', { headers: { cookie } })
    expect(renewed.status).toBe(200)
  })
})

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })
}
