import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { MAX_CONTENT_BYTES } from '../../shared/api/content.ts'
import { type Problem, type ProblemCode, problemSchema } from '../../shared/api/problem.ts'
import { type Answer, createPage, firstDrive, type Person, register, request } from '../support/people.ts'
import { listRoutes, type Route, sampleBody } from '../support/routes.ts'
import { startServer } from '../support/start-server.ts'

// Started here rather than in beforeAll: the routes to test are read from the server's own description.
const server = await startServer({ signInAttemptsPerMinute: 100_000 })
const ROUTES = await listRoutes(server.url)
const ann = await register(server.url, 'Ann')
const bob = await register(server.url, 'Bob')
const page = await createPage(ann)
const drive = await firstDrive(ann)
afterAll(() => server.close())

// A5 · whatever a test has sent, others are served.
afterEach(async () => {
  expect((await bob.request('GET', '/api/me')).status).toBe(200)
})

const named = (routes: readonly Route[]): [string, Route][] =>
  routes.map((route) => [`${route.method} ${route.path}`, route])
/** Whatever comes with it, this one signs Ann out of all the tests. */
const signsOut = ({ method, path }: Route) => method === 'DELETE' && path === '/api/me/sessions'
/** This one takes an API key and no token; it has tests of its own. */
const takesKey = ({ path }: Route) => path.endsWith('/service-token')
const SENDING = named(
  ROUTES.filter((route) => route.method !== 'GET' && !signsOut(route) && !takesKey(route)),
)
/** What reads other bytes than JSON has tests of its own. */
const takesBytes = ({ path }: Route) => path.endsWith('/sync') || path.endsWith('/files')
const SENDING_JSON = SENDING.filter(([, route]) => !takesBytes(route))
const WITH_BODY = named(ROUTES.filter(({ body }) => body !== undefined))
const WITH_PARAMETERS = named(ROUTES.filter(({ pathParameters }) => pathParameters.length > 0))

const isId = (parameter: string) => parameter.endsWith('Id')

/** The route's address: Ann's drive and page, and ids that nobody has for the rest; or what is given. */
function addressOf({ method, path }: Route, values: Record<string, string> = {}): string {
  // What these tests need is not deleted; that the request is well-formed is looked at before in any case.
  const kept = method === 'DELETE' ? {} : { driveId: drive.id, pageId: page.id }
  const known = { emoji: '👍', ...kept, ...values }
  const address = path.replace(
    /\{(\w+)\}/g,
    (_braces, name: string) => new Map(Object.entries(known)).get(name) ?? randomUUID(),
  )
  // The one query that is asked for.
  return method === 'PATCH' && path.endsWith('/content') ? `${address}?place=end` : address
}

function send(route: Route, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const { accessToken: token } = ann.session
  return request(server.url, route.method, addressOf(route), { body, token, headers })
}

/** An error body is a problem with the right status, and lets nothing slip out. */
function expectProblem(answer: Answer, ...codes: ProblemCode[]): Problem {
  const problem = problemSchema.strict().parse(answer.body)
  expect(codes).toContain(problem.code)
  expect(answer.status).toBe(problem.status)
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/)
  expectNoLeak(JSON.stringify(answer.body))
  return problem
}

function expectNoLeak(text: string): void {
  expect(text).not.toMatch(
    /node_modules|\.[jt]s:\d+|Failed query|\b(select|insert|update) .*\b(from|into|set)\b/i,
  )
  for (const secret of secretsOf(ann)) expect(text).not.toContain(secret)
}

const secretsOf = ({ session, cookie, password }: Person) => [
  session.accessToken,
  cookie.split('=')[1] ?? cookie,
  password,
]

/** Anything but a success or a server error: for input whose exact verdict differs from route to route. */
function expectRefused(answer: Answer): void {
  expect(answer.status).toBeLessThan(500)
  if (answer.status >= 400) expectProblem(answer, problemSchema.parse(answer.body).code)
}

test('the description has routes to test', () => {
  expect(ROUTES.length).toBeGreaterThanOrEqual(20)
  expect(WITH_BODY.length).toBeGreaterThanOrEqual(8)
  expect(WITH_PARAMETERS.length).toBeGreaterThanOrEqual(12)
})

describe('A5 · a body that is not JSON', () => {
  test.each(SENDING_JSON)('%s', async (_name, route) => {
    for (const body of ['{"a":', 'nonsense', '{"a":1}}', "{'a':1}", '\u0000', '{"a":1}\u0000', 'NaN', ' ']) {
      expectProblem(await send(route, body), 'invalid-json')
    }
    const empty = await send(route, undefined, { 'content-type': 'application/json' })
    expectProblem(empty, 'invalid-json')
  })
})

describe('A5 · a body of another type', () => {
  test.each(SENDING)('%s', async (_name, route) => {
    const body = JSON.stringify(sampleBody(route))
    for (const type of [
      ...['text/plain', 'text/plain;charset=UTF-8', 'application/x-www-form-urlencoded', 'application/xml'],
      ...['multipart/form-data; boundary=x', 'application/jsonp', 'text/json', 'nonsense', '*/*'],
    ]) {
      expectProblem(await send(route, body, { 'content-type': type }), 'unsupported-media-type')
    }
  })
})

/** More bytes than the route reads: a page's content may be larger than anything else. */
const tooLarge = ({ path }: Route) => (path.endsWith('/content') ? MAX_CONTENT_BYTES : 256 * 1024) + 64 * 1024

describe('A5 · a body that is too large', () => {
  test.each(SENDING_JSON)('%s', async (_name, route) => {
    const body = { ...sampleBody(route), padding: 'x'.repeat(tooLarge(route)) }
    expectProblem(await send(route, body), 'payload-too-large')
  })

  test.each(SENDING_JSON)('%s, without saying so beforehand', async (_name, route) => {
    const chunk = new TextEncoder().encode('x'.repeat(64 * 1024))
    const response = await fetch(server.url + addressOf(route), {
      method: route.method,
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${ann.session.accessToken}`,
      },
      body: new ReadableStream({
        start(controller) {
          for (let nr = 0; nr * chunk.length < tooLarge(route); nr++) controller.enqueue(chunk)
          controller.close()
        },
      }),
      duplex: 'half',
    } as RequestInit)
    expect(response.status).toBe(413)
    expect(problemSchema.parse(await response.json()).code).toBe('payload-too-large')
  })
})

/** What is not of the wrong type after all, as JSON. */
const RIGHT_FOR: Record<string, string[]> = {
  array: ['[]'],
  integer: ['4'],
  number: ['4'],
  boolean: ['true'],
}

describe('A5 · JSON of the wrong shape', () => {
  test.each(WITH_BODY)('%s: not an object', async (_name, route) => {
    for (const body of ['[]', '"text"', '4', 'null', 'true', '[{}]']) {
      expect(expectProblem(await send(route, body), 'invalid-request').errors).not.toHaveLength(0)
    }
    expectProblem(await send(route, undefined), 'invalid-request')
  })

  test.each(WITH_BODY)(
    '%s: every field of the wrong type is named',
    async (_name, route) => {
      for (const [field, { type }] of Object.entries(route.body?.properties ?? {})) {
        for (const wrong of [{ wrong: 1 }, [], ['x'], 4, true]) {
          if (RIGHT_FOR[type ?? '']?.includes(JSON.stringify(wrong))) continue
          const answer = await send(route, { ...sampleBody(route), [field]: wrong })
          const { errors } = expectProblem(answer, 'invalid-request')
          expect(errors?.map(({ path }) => path.split('.').slice(0, 2).join('.'))).toContain(`body.${field}`)
        }
      }
    },
    60_000,
  )

  test.each(WITH_BODY)('%s: every field that is missing is named', async (_name, route) => {
    for (const field of route.body?.required ?? []) {
      const body = { ...sampleBody(route), [field]: undefined }
      const { errors } = expectProblem(await send(route, body), 'invalid-request')
      expect(errors?.map(({ path }) => path)).toEqual([`body.${field}`])
    }
  })

  test.each(WITH_BODY)('%s: text beyond all measure', async (_name, route) => {
    for (const [field, schema] of Object.entries(route.body?.properties ?? {})) {
      const tooLong = 'x'.repeat((schema.maxLength ?? 50) + 1)
      for (const wrong of [tooLong, 'x'.repeat(200_000), `${'a.'.repeat(100_000)}@example.com`]) {
        const answer = await send(route, { ...sampleBody(route), [field]: wrong })
        const { errors } = expectProblem(answer, 'invalid-request')
        expect(errors?.map(({ path }) => path)).toContain(`body.${field}`)
        expect(JSON.stringify(answer.body).length).toBeLessThan(5_000)
      }
    }
  })
})

describe('A5 · characters that a database or a parser may choke on', () => {
  const CHARACTERS = [
    '\u0000',
    '\ud800',
    '\udfff\ud800',
    '\ufffe',
    '\u202e',
    '\r\n',
    "'; DROP TABLE users; --",
  ]

  test.each(WITH_BODY)(
    '%s',
    async (_name, route) => {
      for (const field of Object.keys(route.body?.properties ?? {})) {
        const fine = sampleBody(route)[field]
        for (const character of CHARACTERS) {
          const text = typeof fine === 'string' ? fine : randomUUID()
          for (const wrong of [
            character,
            `${text}${character}`,
            `${text.slice(0, 3)}${character}${text.slice(3)}`,
          ]) {
            expectRefused(await send(route, { ...sampleBody(route), [field]: wrong }))
          }
        }
      }
    },
    60_000,
  )

  test('NUL is refused by name where text is stored', async () => {
    const attempts: [string, string, string, Record<string, unknown>][] = [
      ['title', 'POST', `/api/drives/${drive.id}/pages`, { title: 'a\u0000b' }],
      ['title', 'PATCH', `/api/pages/${page.id}`, { title: 'a\u0000b' }],
      ['name', 'POST', '/api/drives', { name: 'a\u0000b' }],
      ['email', 'POST', '/api/auth/login', { email: 'a\u0000b@example.com', password: 'x' }],
      ['email', 'POST', `/api/drives/${drive.id}/members`, { email: 'a\u0000b@example.com', role: 'viewer' }],
    ]
    for (const [field, method, path, body] of attempts) {
      const { errors } = expectProblem(await ann.request(method, path, body), 'invalid-request')
      expect(errors?.map((error) => error.path)).toEqual([`body.${field}`])
    }
  })

  test('what is accepted comes back as it was sent', async () => {
    for (const title of [
      '🧑‍🤝‍🧑 Ünïcödé',
      'שלום',
      '<script>alert(1)</script>',
      "Robert'); DROP TABLE pages;--",
    ]) {
      const { body } = await ann.request<{ title: string }>('PATCH', `/api/pages/${page.id}`, { title })
      expect(body.title).toBe(title)
      const read = await ann.request<{ title: string }>('GET', `/api/pages/${page.id}`)
      expect(read.body.title).toBe(title)
    }
  })
})

describe('A5 · bodies that are built to hurt', () => {
  test.each(SENDING)('%s: keys that would change every object', async (_name, route) => {
    for (const evil of [
      '"__proto__":{"polluted":1}',
      '"constructor":{"prototype":{"polluted":1}}',
      '"\\u005f_proto__":{"polluted":1}',
    ]) {
      expectRefused(await send(route, `{${evil}}`))
      const sample = JSON.stringify(sampleBody(route))
      expectRefused(await send(route, sample === '{}' ? `{${evil}}` : `{${evil},${sample.slice(1)}`))
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    }
  })

  test.each(SENDING_JSON)('%s: nested a hundred thousand deep', async (_name, route) => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    if (route.body !== undefined) expectProblem(await send(route, deep), 'invalid-request')
    for (const field of Object.keys(route.body?.properties ?? { other: 1 })) {
      expectRefused(await send(route, `{"${field}":${deep}}`))
    }
    expectProblem(await send(route, '{"a":'.repeat(40_000)), 'invalid-json')
  })

  test('a number that is too large to be one, and a field given twice', async () => {
    const path = `/api/pages/${page.id}`
    expectProblem(await ann.request('PATCH', path, `{"title":${'9'.repeat(1000)}}`), 'invalid-request')
    const twice = await ann.request<{ title: string }>('PATCH', path, '{"title":"one","title":"two"}')
    expect(twice.body.title).toBe('two')
  })
})

describe('A5 · ids that are none', () => {
  const MALFORMED = [
    ...['x', 'null', 'undefined', '0', '-1', '%20', '%00', 'a%00b', '%F0%9F%99%82', '..%2F..%2Fetc%2Fpasswd'],
    ...["'%20OR%20true%20--", '{}', '__proto__', 'constructor', '%7B%22a%22%3A1%7D', 'x'.repeat(150)],
  ]

  test.each(WITH_PARAMETERS)('%s', async (_name, route) => {
    const token = ann.session.accessToken
    for (const name of route.pathParameters.filter(isId)) {
      for (const wrong of [...MALFORMED, `${randomUUID()}%00`, randomUUID().slice(1), `${randomUUID()}x`]) {
        const path = addressOf(route, { [name]: wrong })
        const body = route.body === undefined ? {} : { body: sampleBody(route) }
        const answer = await request(server.url, route.method, path, { token, ...body })
        const { errors } = expectProblem(answer, 'invalid-request')
        expect(errors?.map((error) => error.path)).toContain(`params.${name}`)
      }
    }
  })

  test.each(WITH_PARAMETERS)('%s: beyond all measure, not decodable, or of nobody', async (_name, route) => {
    const token = ann.session.accessToken
    for (const name of route.pathParameters.filter(isId)) {
      for (const wrong of ['x'.repeat(500), 'x'.repeat(10_000), '%ff', '%', '%E0%A4%A']) {
        const path = addressOf(route, { [name]: wrong })
        const body = route.body === undefined ? {} : { body: sampleBody(route) }
        const answer = await request(server.url, route.method, path, { token, ...body })
        expectProblem(answer, 'invalid-request', 'route-not-found')
      }
      for (const nobodys of ['00000000-0000-0000-0000-000000000000', randomUUID()]) {
        const path = addressOf(route, { [name]: nobodys })
        const body = route.body === undefined ? {} : { body: sampleBody(route) }
        const answer = await request(server.url, route.method, path, { token, ...body })
        // A file is looked at for its type first; without one it is not asked whose page it is for.
        expectProblem(
          answer,
          'not-found',
          ...(path.endsWith('/files') ? ['unsupported-media-type' as const] : []),
        )
      }
    }
  })
})

describe('A5 · query strings', () => {
  test.each(named(ROUTES.filter((route) => !signsOut(route))))(
    '%s: junk is ignored or refused',
    async (_name, route) => {
      const token = ann.session.accessToken
      for (const query of [
        '?__proto__[a]=1',
        '?a=%00',
        '?a=%ff',
        `?${'a&'.repeat(2_000)}`,
        '?=&&==&%',
        '?[]=1&[a][b]=2',
      ]) {
        const body = route.body === undefined ? {} : { body: sampleBody(route) }
        expectRefused(await request(server.url, route.method, addressOf(route) + query, { token, ...body }))
      }
    },
  )

  test.each(['xml', '', 'text&format=json', '%00', 'TEXT'])(
    'a format "%s" of content is refused',
    async (format) => {
      const answer = await ann.request('GET', `/api/pages/${page.id}/content?format=${format}`)
      expect(expectProblem(answer, 'invalid-request').errors?.[0]?.path).toBe('querystring.format')
    },
  )
})

describe('A4 · without a token', () => {
  test.each(named(ROUTES.filter(({ path }) => !path.startsWith('/api/auth/'))))(
    '%s is refused before anything is looked at',
    async (_name, route) => {
      const body = route.method === 'GET' ? {} : { body: 'not even JSON' }
      const answer = await request(
        server.url,
        route.method,
        addressOf(route, { pageId: 'x', driveId: 'x' }),
        body,
      )
      expectProblem(answer, 'unauthenticated')
    },
  )
})

describe('routes that do not exist', () => {
  test.each([
    ['GET', '/api'],
    ['GET', '/api/nothing'],
    ['GET', '/api/pages'],
    ['GET', `/api/pages/${randomUUID()}/nothing`],
    ['GET', '/api/../api/nothing'],
    ['GET', '/api/auth/register'],
    ['POST', '/api/me'],
    ['PUT', `/api/pages/${randomUUID()}`],
    ['POST', '/'],
    ['DELETE', '/anything'],
    ['POST', '/healthz'],
    ['GET', '/collaboration'],
    ['OPTIONS', '/api/me'],
  ])('A5 · %s %s', async (method, path) => {
    const token = ann.session.accessToken
    expectProblem(await request(server.url, method, path, { token }), 'route-not-found')
  })

  test.each(['TRACE', 'PROPFIND', 'QUERY'])('A5 · %s', async (method) => {
    const { status, body } = await sendRaw(
      `${method} /api/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    )
    expect([400, 404]).toContain(status)
    problemSchema.parse(JSON.parse(body))
  })
})

describe('A5 · what is not even HTTP', () => {
  const get = (rest: string) => `GET /api/me HTTP/1.1\r\nHost: x\r\n${rest}`
  const post = (rest: string) =>
    `POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${rest}`

  test.each([
    ['garbage', 'garbage\r\n\r\n'],
    ['a TLS hello', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\r\n\r\n'],
    ['a version that does not exist', 'GET / HTTP/9.9\r\nHost: x\r\n\r\n'],
    ['a header with NUL', get('X-Evil: a\u0000b\r\n\r\n')],
    ['a header without a colon', get('nonsense\r\n\r\n')],
    ['two lengths', post('Content-Length: 2\r\nContent-Length: 20\r\n\r\n{}')],
    [
      'a length and chunks',
      post('Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n'),
    ],
    ['a negative length', post('Content-Length: -1\r\n\r\n')],
    ['chunks that are none', post('Transfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n')],
    ['a header beyond all measure', get(`X-Long: ${'x'.repeat(100_000)}\r\n\r\n`)],
    ['a token beyond all measure', get(`Authorization: Bearer ${'x'.repeat(50_000)}\r\n\r\n`)],
    ['an address beyond all measure', `GET /${'x'.repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`],
  ])('%s', async (_what, sent) => {
    const { status, body } = await sendRaw(sent)
    expect([400, 431]).toContain(status)
    expectNoLeak(body)
    expect(problemSchema.strict().parse(JSON.parse(body)).code).toBe('invalid-request')
  })

  test('a peer that asks for an upgrade and resets the connection', async () => {
    for (const path of ['/nowhere', '/collaboration', '/socket.io/?EIO=4&transport=websocket', '/api/me']) {
      for (let round = 0; round < 5; round++) {
        await new Promise<void>((resolve, reject) => {
          const { port } = new URL(server.url)
          const socket = connect(Number(port), '127.0.0.1', () => {
            socket.write(
              `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
                'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
              () => {
                socket.resetAndDestroy()
                resolve()
              },
            )
          })
          socket.on('error', reject)
        })
      }
      expect((await bob.request('GET', '/api/me')).status).toBe(200)
    }
  })

  test('a peer that breaks off in the middle of a body', async () => {
    const { port } = new URL(server.url)
    for (let round = 0; round < 5; round++) {
      await new Promise<void>((resolve, reject) => {
        const socket = connect(Number(port), '127.0.0.1', () => {
          socket.write(post('Content-Length: 1000\r\n\r\n{"email":'), () => {
            socket.resetAndDestroy()
            resolve()
          })
        })
        socket.on('error', reject)
      })
    }
  })
})

/** Sends bytes as they are and answers what came back until the server closed. */
function sendRaw(sent: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(server.url)
    let received = ''
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(sent, 'latin1'))
    socket.setTimeout(10_000, () => socket.destroy(new Error(`no end after: ${received}`)))
    socket.on('data', (data) => {
      received += data.toString('latin1')
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // The server may well reset the connection of somebody who goes on sending; what it said has arrived.
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error)
    })
    socket.on('close', () => {
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(received)?.[1] ?? 0)
      resolve({ status, body: received.slice(received.indexOf('\r\n\r\n') + 4) })
    })
  })
}
