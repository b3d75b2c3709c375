import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ProblemCode, problemSchema } from '../../shared/api/problem.ts'
import { queryDatabase } from '../support/database.ts'
import { openDocument } from '../support/document-client.ts'
import { FORGED_TOKENS } from '../support/forged-tokens.ts'
import {
  type Answer,
  createPage,
  createShareLink,
  enterAsGuest,
  register,
  request,
} from '../support/people.ts'
import { openRealtime } from '../support/realtime-client.ts'
import { listRoutes } from '../support/routes.ts'
import { startServer, type TestServer } from '../support/start-server.ts'

const ALLOWED = 'https://tools.example.com'
const FOREIGN = 'https://evil.example.com'
const INDEX =
  '<!doctype html><meta name="csp-nonce" content="__CSP_NONCE__"><style nonce="__CSP_NONCE__"></style>'

/** An asset that it is worth to compress. */
const LARGE = '.a{color:red}'.repeat(100)
/** An editor that was built, as far as the server can tell. */
let editorDirectory: string
let server: TestServer
beforeAll(async () => {
  editorDirectory = await mkdtemp(join(tmpdir(), 'copydesk-editor-'))
  await mkdir(join(editorDirectory, 'assets'))
  await writeFile(join(editorDirectory, 'index.html'), INDEX)
  await writeFile(join(editorDirectory, 'sw.js'), '// worker')
  await writeFile(join(editorDirectory, 'assets', 'index-abc123.js'), '// app')
  await writeFile(join(editorDirectory, 'assets', 'large-abc123.css'), LARGE)
  await writeFile(join(editorDirectory, 'assets', 'large-abc123.css.gz'), gzipSync(LARGE))
  await writeFile(`${editorDirectory}-secret`, 'a file beside the editor')
  server = await startServer({ allowedOrigins: [ALLOWED] }, { editorDirectory })
})
afterAll(async () => {
  await server.close()
  await rm(editorDirectory, { recursive: true })
  await rm(`${editorDirectory}-secret`)
})

const get = (path: string, headers: Record<string, string> = {}) =>
  request<string>(server.url, 'GET', path, { headers })

function expectProblem(answer: Answer, code: ProblemCode): void {
  expect(problemSchema.parse(answer.body)).toMatchObject({ code, status: answer.status })
}

/** The directives of a policy, by name. */
function policyOf(answer: Answer): Record<string, string> {
  const header = answer.headers.get('content-security-policy') ?? ''
  return Object.fromEntries(
    header.split(';').map((directive) => {
      const [name = '', ...values] = directive.trim().split(/\s+/)
      return [name, values.join(' ')]
    }),
  )
}

describe('the editor’s page', () => {
  test.each(['/', '/share', `/pages/${randomUUID()}`, '/some/where/else', '/?q=1', '/index.html', '/apiary'])(
    'is answered for %s, under a policy that lets nothing in but our own files',
    async (path) => {
      const answer = await get(path)
      expect(answer.status).toBe(200)
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
      expect(answer.headers.get('cache-control')).toBe('no-cache')
      const policy = policyOf(answer)
      expect(policy).toMatchObject({
        ...{ 'default-src': "'none'", 'script-src': "'self'", 'connect-src': "'self'", 'base-uri': "'none'" },
        ...{ 'frame-ancestors': "'none'", 'form-action': "'self'", 'img-src': "'self' data: blob:" },
      })
      expect(Object.values(policy).join(' ')).not.toMatch(/unsafe|\*|https?:/)
    },
  )

  test('has a nonce of its own with every request, the same in the policy and in the page', async () => {
    const nonces = new Set<string>()
    for (let nr = 0; nr < 5; nr++) {
      const answer = await get('/')
      const [, nonce = ''] = /^'self' 'nonce-([\w+/=]{24})'$/.exec(policyOf(answer)['style-src'] ?? '') ?? []
      expect(answer.body).toBe(INDEX.replaceAll('__CSP_NONCE__', nonce))
      nonces.add(nonce)
    }
    expect(nonces.size).toBe(5)
  })

  test('loads assets that never change and a worker that may', async () => {
    const asset = await get('/assets/index-abc123.js')
    expect(asset).toMatchObject({ status: 200, body: '// app' })
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    const worker = await get('/sw.js')
    expect(worker).toMatchObject({ status: 200, body: '// worker' })
    expect(worker.headers.get('cache-control')).toBe('no-cache')
    expect(policyOf(worker)['connect-src']).toBe("'self'")
  })

  test('sends assets gzipped to whoever takes that, and as they are to others', async () => {
    const ask = (encoding: string) =>
      request(server.url, 'GET', '/assets/large-abc123.css', { headers: { 'accept-encoding': encoding } })
    for (const encoding of ['gzip', 'identity']) {
      const answer = await ask(encoding)
      expect(answer).toMatchObject({ status: 200, body: LARGE })
      expect(answer.headers.get('content-encoding')).toBe(encoding === 'gzip' ? 'gzip' : null)
      expect(answer.headers.get('content-type')).toBe('text/css; charset=utf-8')
      expect(answer.headers.get('vary')?.toLowerCase()).toContain('accept-encoding')
      expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    }
    expectProblem(await get('/assets/large-abc123.css.gz'), 'route-not-found')
  })

  test('an asset of an earlier build is a problem, not the page', async () => {
    expectProblem(await get('/assets/index-old.js'), 'route-not-found')
  })

  test('A5 · no file beside it can be had', async () => {
    const beside = editorDirectory.split('/').at(-1) ?? ''
    for (const path of [
      `/../${beside}-secret`,
      `/..%2f${beside}-secret`,
      `/%2e%2e/${beside}-secret`,
      `/assets/../../${beside}-secret`,
      `/assets/..%2f..%2f${beside}-secret`,
      `/..%5c${beside}-secret`,
      `//${editorDirectory}-secret`,
      '/../../../../../../etc/passwd',
      '/assets/..%00/index-abc123.js',
      '/.env',
      '/package.json',
    ]) {
      const { status, text } = await getAsIs(path)
      expect([path, text]).toEqual([path, expect.not.stringMatching(/a file beside|root:|"dependencies"/)])
      expect(status).toBeLessThan(500)
    }
  })

  test('asks for HEAD like GET', async () => {
    const answer = await request(server.url, 'HEAD', '/')
    expect(answer).toMatchObject({ status: 200, body: '' })
  })
})

describe('every answer', () => {
  test('of the API forbids being framed, sniffed or run as a page', async () => {
    for (const path of ['/api/me', '/api/nothing', '/api/openapi.json', '/healthz', '/metrics']) {
      const answer = await get(path)
      expect(policyOf(answer)).toEqual({ 'default-src': "'none'", 'frame-ancestors': "'none'" })
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    }
  })

  test('tells nothing about what it is made with', async () => {
    for (const path of ['/', '/api/me', '/nothing.js', '/socket.io/?EIO=4&transport=polling']) {
      const { headers } = await getAsIs(path)
      expect(headers['x-powered-by']).toBeUndefined()
      expect(headers['server']).toBeUndefined()
    }
  })

  test('sends no referrer on, and leaves TLS to the proxy', async () => {
    const { headers } = await get('/')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('strict-transport-security')).toBeNull()
  })

  test('that carries a token is kept by nobody', async () => {
    const ann = await register(server.url, 'Ann')
    const body = { email: ann.email, password: ann.password }
    const login = await request(server.url, 'POST', '/api/auth/login', { body })
    const page = await createPage(ann)
    const link = await ann.request('POST', `/api/pages/${page.id}/share-links`, { role: 'viewer' })
    for (const answer of [login, link]) expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  test('that carries a page’s text is kept by its reader alone, who asks each time whether it still holds', async () => {
    const ann = await register(server.url, 'Ann')
    const page = await createPage(ann)
    const content = await ann.request('GET', `/api/pages/${page.id}/content?format=text`)
    expect(content.headers.get('cache-control')).toBe('private, no-cache')
    expect(content.headers.get('etag')).toMatch(/^"\d+"$/)
  })
})

describe('from other origins', () => {
  const preflight = (url: string, origin: string) =>
    request(url, 'OPTIONS', '/api/me', {
      headers: {
        origin,
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'authorization,content-type',
      },
    })
  const corsHeaders = ({ headers }: Answer) =>
    [...headers.keys()].filter((name) => name.startsWith('access-control-'))

  test('V1 · an allowed one may use the API, but not with somebody’s cookie', async () => {
    const answer = await get('/api/me', { origin: ALLOWED })
    expect(answer.headers.get('access-control-allow-origin')).toBe(ALLOWED)
    const asked = await preflight(server.url, ALLOWED)
    expect(asked.status).toBe(204)
    expect(asked.headers.get('access-control-allow-origin')).toBe(ALLOWED)
    expect(asked.headers.get('access-control-allow-methods')).toMatch(/PATCH/)
    expect(asked.headers.get('access-control-allow-headers')).toMatch(/authorization/i)
    for (const one of [answer, asked]) {
      expect(one.headers.get('access-control-allow-credentials')).toBeNull()
      expect(one.headers.get('vary')).toMatch(/Origin/)
    }
  })

  test('A5 · a foreign one gets no permission from us', async () => {
    for (const origin of [FOREIGN, 'null', `${ALLOWED}.evil.com`, 'http://tools.example.com', 'file://']) {
      for (const answer of [await get('/api/me', { origin }), await preflight(server.url, origin)]) {
        expect(answer.headers.get('access-control-allow-origin')).toBeNull()
      }
    }
  })

  test('A5 · with nobody allowed there is no CORS at all', async () => {
    const closed = await startServer({ databaseUrl: server.databaseUrl })
    try {
      for (const origin of [ALLOWED, FOREIGN]) {
        const headers = { origin }
        expect(corsHeaders(await request(closed.url, 'GET', '/api/me', { headers }))).toEqual([])
        expect(corsHeaders(await preflight(closed.url, origin))).toEqual([])
      }
    } finally {
      await closed.close()
    }
  })

  test('A4 · a foreign page can neither renew nor end a session, nor start one', async () => {
    const ann = await register(server.url, 'Ann')
    const { cookie, email, password } = ann
    const bodies: Record<string, unknown> = {
      login: { email, password },
      register: { email: `${randomUUID()}@example.com`, password, name: 'Eve' },
      guest: { shareToken: 'x', name: 'Eve' },
    }
    for (const origin of [FOREIGN, 'null', server.url.replace('127.0.0.1', 'localhost')]) {
      for (const path of ['refresh', 'logout', 'login', 'register', 'guest']) {
        const answer = await request(server.url, 'POST', `/api/auth/${path}`, {
          headers: { origin, cookie },
          ...(bodies[path] === undefined ? {} : { body: bodies[path] }),
        })
        expectProblem(answer, 'origin-not-allowed')
        expect(answer.headers.getSetCookie()).toEqual([])
      }
    }
    expect((await ann.request('GET', '/api/me')).status).toBe(200)
    const headers = { origin: server.url, cookie }
    expect((await request(server.url, 'POST', '/api/auth/refresh', { headers })).status).toBe(200)
  })
})

describe('behind a proxy', () => {
  const login = async (url: string, headers: Record<string, string>) => {
    const body = { email: `${randomUUID()}@example.com`, password: 'correct horse', name: 'Ann' }
    return (await request(url, 'POST', '/api/auth/register', { body, headers })).headers.getSetCookie()[0]
  }

  test('what it says about TLS counts only if it is trusted', async () => {
    const headers = { 'x-forwarded-proto': 'https' }
    expect(await login(server.url, headers)).not.toMatch(/Secure/)
    const trusting = await startServer({ databaseUrl: server.databaseUrl, trustedProxies: 1 })
    try {
      expect(await login(trusting.url, headers)).toMatch(/Secure/)
      expect(await login(trusting.url, {})).not.toMatch(/Secure/)
    } finally {
      await trusting.close()
    }
  })
})

describe('for operators and integrators', () => {
  test('the API describes itself, each route with a summary', async () => {
    const description = (
      await request<{ openapi: string; paths: object }>(server.url, 'GET', '/api/openapi.json')
    ).body
    expect(description.openapi).toBe('3.1.0')
    const routes = (await listRoutes(server.url)).map(({ method, path }) => `${method} ${path}`)
    for (const route of [
      'POST /api/auth/register',
      'GET /api/me',
      'GET /api/drives',
      'PATCH /api/pages/{pageId}',
    ]) {
      expect(routes).toContain(route)
    }
    for (const operations of Object.values(description.paths) as object[]) {
      for (const operation of Object.values(operations)) {
        expect(operation).toMatchObject({ summary: expect.stringMatching(/\S/) })
      }
    }
  })

  test('the description can be browsed, also without TLS, and loads nothing from elsewhere', async () => {
    const answer = await get('/api/docs')
    expect(answer.status).toBe(200)
    const policy = answer.headers.get('content-security-policy') ?? ''
    expect(policy).not.toMatch(/unsafe|upgrade-insecure-requests|https:/)
    const files = [...answer.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file = '']) => file)
    expect(files.length).toBeGreaterThan(3)
    for (const file of files) {
      expect(file).toMatch(/^\/api\/docs\//)
      expect((await get(file)).status).toBe(200)
    }
  })

  test('health, readiness and figures can be had without a token', async () => {
    expect((await request(server.url, 'GET', '/healthz')).body).toEqual({ status: 'alive' })
    expect((await request(server.url, 'GET', '/readyz')).body).toEqual({ status: 'ready' })
    const metrics = (await get('/metrics')).body
    for (const name of [
      'copydesk_realtime_sockets',
      'copydesk_document_sockets',
      'copydesk_commit_seconds',
    ]) {
      expect(metrics).toContain(name)
    }
  })

  test('A1 · the figures name nobody', async () => {
    const ann = await register(server.url, 'Annabelle')
    const page = await createPage(ann, 'A very secret title')
    const metrics = (await get('/metrics')).body
    for (const text of ['Annabelle', ann.email, ann.session.user.id, page.id, page.title]) {
      expect(metrics).not.toContain(text)
    }
  })
})

describe('what is logged', () => {
  test('A5 · holds no password, no token and nothing they could be found from, also when things go wrong', async () => {
    const noisy = await startServer({ logLevel: 'trace', allowedOrigins: [ALLOWED] }, { editorDirectory })
    const secrets: string[] = []
    try {
      const ann = await register(noisy.url, 'Ann')
      const bob = await register(noisy.url, 'Bob')
      const page = await createPage(ann)
      const link = await createShareLink(ann, page.id, 'editor')
      const guest = await enterAsGuest(noisy.url, link.token, 'Gus')
      secrets.push(link.token)
      for (const { session, password, cookie } of [ann, bob, guest]) {
        secrets.push(session.accessToken, cookie.split('=')[1] ?? '')
        if (session.user.kind === 'user') secrets.push(password)
      }
      const hashes = await queryDatabase<{ hash: string }>(
        noisy.databaseUrl,
        `SELECT password_hash AS hash FROM users WHERE password_hash IS NOT NULL
         UNION SELECT encode(token_hash, 'hex') FROM refresh_tokens
         UNION SELECT encode(token_hash, 'hex') FROM share_links`,
      )
      secrets.push(...hashes.map(({ hash }) => hash))

      const post = (path: string, body?: unknown, headers: Record<string, string> = {}) =>
        request(noisy.url, 'POST', `/api/auth/${path}`, { body, headers })
      const everything = async () => {
        await post('login', { email: ann.email, password: ann.password })
        await post('login', { email: ann.email, password: 'a wrong password' })
        await post('register', {
          email: `${randomUUID()}@example.com`,
          password: 'a new password',
          name: 'New',
        })
        await post('register', `{"password":"a broken password"`)
        await post('guest', { shareToken: link.token, name: 'Gil' })
        await post('refresh', undefined, { cookie: bob.cookie })
        await post('refresh', undefined, { cookie: bob.cookie })
        await ann.request('POST', `/api/pages/${page.id}/share-links`, { role: 'viewer' })
        await request(noisy.url, 'GET', `/api/me?token=${ann.session.accessToken}`)
        for (const { make } of FORGED_TOKENS) {
          const token = make(ann, bob)
          if (!token.includes('.')) continue
          secrets.push(token)
          await request(noisy.url, 'GET', '/api/me', { token })
          await openRealtime(noisy.url, token).then(
            (client) => client.close(),
            () => undefined,
          )
        }
        const socket = await openRealtime(noisy.url, ann.session.accessToken).catch(() => undefined)
        await socket?.request('join_page', { pageId: page.id })
        await socket?.request('join_page', ann.session.accessToken)
        socket?.close()
      }
      secrets.push('a wrong password', 'a new password', 'a broken password')
      await everything()
      const document = openDocument(noisy.url, page.id, ann.session.accessToken)
      await document.synced()
      document.write('A sentence that is nobody else’s business')
      await document.saved()
      document.close()
      secrets.push('nobody else’s business')

      const before = noisy.logs.length
      for (const table of ['users', 'refresh_tokens', 'share_links', 'pages']) {
        await queryDatabase(noisy.databaseUrl, `ALTER TABLE ${table} RENAME TO away`)
        await everything()
        await queryDatabase(noisy.databaseUrl, `ALTER TABLE away RENAME TO ${table}`)
      }
      expect(noisy.logs.slice(before).map(({ msg }) => msg)).toContain('request failed')
    } finally {
      await noisy.close()
    }
    const logged = noisy.logs.map((line) => JSON.stringify(line)).join('\n')
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(10)
      expect(logged).not.toContain(secret)
    }
    // A hash or a token as the bytes that it was sent to the database as.
    expect(logged).not.toMatch(/\$argon2|"type":"Buffer"/)
  })
})

/** Asks for a path without tidying it up first, as a browser or `fetch` would. */
function getAsIs(path: string): Promise<{ status: number; headers: IncomingHttpHeaders; text: string }> {
  const { hostname, port } = new URL(server.url)
  return new Promise((resolve, reject) => {
    const asking = httpRequest({ hostname, port, path }, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (part: string) => {
        text += part
      })
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }))
    })
    asking.on('error', reject)
    asking.end()
  })
}
