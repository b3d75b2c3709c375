import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Problem } from '../../shared/api/problem.ts'
import { type Answer, type Person, register, request } from '../support/people.ts'
import { startServer, type TestServer } from '../support/start-server.ts'

const LIMITS = { requestsPerMinute: 5, requestsPerMinutePerAddress: 12, searchesPerMinute: 2 }

let server: TestServer
let [ann, bob, cem]: Person[] = []
beforeAll(async () => {
  server = await startServer()
  ;[ann, bob, cem] = await Promise.all(['Ann', 'Bob', 'Cem'].map((name) => register(server.url, name)))
})
afterAll(() => server.close())

/** Runs with a server of its own, on the same database, that allows little. */
async function withLimits(run: (url: string) => Promise<void>): Promise<void> {
  const limited = await startServer({ databaseUrl: server.databaseUrl, ...LIMITS })
  try {
    await run(limited.url)
  } finally {
    await limited.close()
  }
}

/** The statuses of so many requests, one after the other. */
async function ask(url: string, who: Person | undefined, count: number, path = '/api/me'): Promise<number[]> {
  const statuses: number[] = []
  for (let nr = 0; nr < count; nr++) {
    const token = who?.session.accessToken ?? 'guessed'
    statuses.push((await request(url, 'GET', path, { token })).status)
  }
  return statuses
}

const all = (count: number, status: number): number[] => Array.from({ length: count }, () => status)

function expectLimited(answer: Answer<Problem>): void {
  expect([answer.status, answer.body.code]).toEqual([429, 'rate-limited'])
  const { retryAfterMs = 0 } = answer.body
  expect(retryAfterMs).toBeGreaterThan(0)
  expect(retryAfterMs).toBeLessThanOrEqual(60_000)
  expect(Number(answer.headers.get('retry-after'))).toBe(Math.ceil(retryAfterMs / 1000))
}

test('A5 · one person’s requests are limited, over all routes and sessions, and nobody beside them pays for it', () =>
  withLimits(async (url) => {
    expect(await ask(url, ann, 3)).toEqual(all(3, 200))
    expect(await ask(url, ann, 2, '/api/drives')).toEqual(all(2, 200))
    expect(await ask(url, ann, 30)).toEqual(all(30, 429))
    const body = { email: ann?.email, password: ann?.password }
    const again = await request<Person['session']>(url, 'POST', '/api/auth/login', { body })
    expectLimited(await request<Problem>(url, 'GET', '/api/me', { token: again.body.accessToken }))

    expect(await ask(url, bob, 5)).toEqual(all(5, 200))
    // Of what the address has, two are left.
    expect(await ask(url, cem, 3)).toEqual([200, 200, 429])
  }))

test('A5 · strangers have a limit by address, which those who are signed in do not feel', () =>
  withLimits(async (url) => {
    expect(await ask(url, undefined, 8)).toEqual(all(8, 401))
    expect((await request(url, 'GET', '/api/openapi.json')).status).toBe(200)
    for (let nr = 0; nr < 3; nr++)
      expect((await request(url, 'POST', '/api/auth/refresh', { body: {} })).status).toBe(401)
    for (const path of ['/api/me', '/api/openapi.json', '/api/docs/'])
      expectLimited(await request<Problem>(url, 'GET', path))
    expectLimited(await request<Problem>(url, 'POST', '/api/auth/refresh', { body: {} }))
    expectLimited(await request<Problem>(url, 'POST', '/api/auth/service-token', { token: 'guessed' }))
    expect(await ask(url, ann, 5)).toEqual(all(5, 200))
    expect((await request(url, 'GET', '/healthz')).status).toBe(200)
  }))

test('A5 · searches are limited more tightly', () =>
  withLimits(async (url) => {
    expect(await ask(url, ann, 3, '/api/search?q=anything')).toEqual([200, 200, 429])
    expect(await ask(url, ann, 2)).toEqual(all(2, 200))
    expect(await ask(url, bob, 1, '/api/search?q=anything')).toEqual([200])
  }))
