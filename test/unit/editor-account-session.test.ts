import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type AccountSession, createAccountSession } from '../../editor/api/account-session.ts'
import { createApiClient } from '../../editor/api/api-client.ts'
import { ApiError } from '../../editor/api/api-error.ts'
import { createMemoryStorage, type KeyValueStore } from '../../editor/api/key-value-store.ts'
import type { Fetch } from '../../editor/api/request.ts'
import { PROBLEM_STATUS, type ProblemCode } from '../../shared/api/problem.ts'

const user = {
  id: randomUUID(),
  kind: 'user',
  name: 'Ada',
  email: 'ada@example.org',
  color: '#1971c2',
} as const
const MINUTE = 60_000

type Answer = { status: number; body?: unknown } | 'network'
const session = (accessToken: string, at: number, of: object = user): Answer => ({
  status: 200,
  body: { user: of, accessToken, expiresAt: new Date(at + 15 * MINUTE).toISOString(), pageId: null },
})
const problem = (code: ProblemCode): Answer => ({
  status: PROBLEM_STATUS[code],
  body: { type: 'about:blank', title: code, status: PROBLEM_STATUS[code], code },
})

let calls: { path: string; token: string | undefined }[]
let answers: Record<string, Answer[]>
let storage: KeyValueStore
const opened: AccountSession[] = []

const fetch: Fetch = async (path, init) => {
  const headers = init.headers as Record<string, string>
  calls.push({ path, token: headers['authorization']?.replace('Bearer ', '') })
  const answer = answers[path]?.shift()
  if (answer === undefined) throw new Error(`Nobody expected ${path}.`)
  if (answer === 'network') throw new TypeError('Failed to fetch')
  return new Response(answer.body === undefined ? null : JSON.stringify(answer.body), {
    status: answer.status,
  })
}

function open(): AccountSession {
  const account = createAccountSession({ fetch, storage, lock: (_name, task) => task(), now: Date.now })
  opened.push(account)
  return account
}

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-01-01T12:00:00Z') })
  calls = []
  answers = {}
  storage = createMemoryStorage()
})
afterEach(() => {
  for (const account of opened.splice(0)) account.close()
  vi.useRealTimers()
})

async function openSignedIn(): Promise<AccountSession> {
  answers['/api/auth/login'] = [session('token-1', Date.now())]
  const account = open()
  await account.signIn({ email: 'ada@example.org', password: 'long enough' })
  return account
}

describe('restoring', () => {
  test('a browser in which nobody signed in asks nobody', async () => {
    const account = open()
    await account.restore()
    expect(account.getState()).toEqual({ kind: 'signed-out', reason: 'never' })
    expect(calls).toEqual([])
  })

  test('a renewal that was left behind on its way is waited for, since it may bring the next cookie', async () => {
    await openSignedIn()
    const left = createAccountSession({
      fetch: () => new Promise(() => undefined),
      ...{ storage, lock: (_name, task) => task(), now: Date.now },
    })
    opened.push(left)
    void left.restore()
    await vi.advanceTimersByTimeAsync(500)
    answers['/api/auth/refresh'] = [session('token-2', Date.now()), session('token-3', Date.now())]
    const next = open()
    void next.restore()
    await vi.advanceTimersByTimeAsync(1_400)
    expect(calls.filter(({ path }) => path === '/api/auth/refresh')).toEqual([])
    await vi.advanceTimersByTimeAsync(100)
    expect(await next.getAccessToken()).toBe('token-2')
    // What was answered is not waited for.
    expect(await next.renewAccessToken()).toBe('token-3')
  })

  test('the cookie of the last visit is enough', async () => {
    await openSignedIn()
    answers['/api/auth/refresh'] = [session('token-2', Date.now())]
    const next = open()
    await next.restore()
    expect(next.getState()).toEqual({ kind: 'signed-in', user, pageId: null })
    expect(await next.getAccessToken()).toBe('token-2')
  })

  test('C2 · without a network the last person is remembered, and signed in when it is back', async () => {
    await openSignedIn()
    answers['/api/auth/refresh'] = ['network', session('token-2', Date.now())]
    const next = open()
    await next.restore()
    expect(next.getState()).toEqual({ kind: 'remembered', user, pageId: null })
    const restored = next.restore()
    // Nobody has answered: it may be that the cookie is on its way.
    await vi.advanceTimersByTimeAsync(2_000)
    await restored
    expect(next.getState().kind).toBe('signed-in')
  })

  test('a guest whose visit ended is not asked for an account', async () => {
    const account = open()
    answers['/api/auth/guest'] = [session('visit', Date.now(), { ...user, kind: 'guest' })]
    await account.enterAsGuest({ shareToken: 'token', name: 'Ada' })
    answers['/api/auth/refresh'] = [problem('session-ended')]
    const next = open()
    await next.restore()
    expect(next.getState()).toEqual({ kind: 'signed-out', reason: 'visit-ended' })
  })

  test('a session that ended meanwhile is forgotten', async () => {
    await openSignedIn()
    answers['/api/auth/refresh'] = [problem('session-ended')]
    const next = open()
    await next.restore()
    expect(next.getState()).toEqual({ kind: 'signed-out', reason: 'ended' })
    answers['/api/auth/refresh'] = []
    const later = open()
    await later.restore()
    expect(later.getState()).toEqual({ kind: 'signed-out', reason: 'never' })
  })
})

describe('tokens', () => {
  test('the token is not written anywhere', async () => {
    await openSignedIn()
    const kept = Array.from({ length: storage.length }, (_, index) =>
      storage.getItem(storage.key(index) ?? ''),
    )
    expect(kept.join()).not.toContain('token-1')
  })

  test('a token is used while it is fresh, and renewed once for all who ask when it is not', async () => {
    const account = await openSignedIn()
    expect(await account.getAccessToken()).toBe('token-1')
    vi.setSystemTime(Date.now() + 14.5 * MINUTE)
    answers['/api/auth/refresh'] = [session('token-2', Date.now())]
    const tokens = await Promise.all([account.getAccessToken(), account.getAccessToken()])
    expect(tokens).toEqual(['token-2', 'token-2'])
    expect(calls.filter(({ path }) => path === '/api/auth/refresh')).toHaveLength(1)
  })

  test('A3 · it is renewed in time by itself, and open connections are told', async () => {
    const account = await openSignedIn()
    const told: string[] = []
    account.onTokenRenewed((token) => told.push(token))
    answers['/api/auth/refresh'] = [session('token-2', Date.now() + 14 * MINUTE)]
    await vi.advanceTimersByTimeAsync(14 * MINUTE + 1000)
    expect(told).toEqual(['token-2'])
  })

  test('a clock that is an hour wrong does not make every request renew', async () => {
    answers['/api/auth/login'] = [session('token-1', Date.now() - 60 * MINUTE)]
    const account = open()
    await account.signIn({ email: 'ada@example.org', password: 'long enough' })
    expect(await account.getAccessToken()).toBe('token-1')
  })

  test('whoever brings a token that was renewed already gets the present one', async () => {
    const account = await openSignedIn()
    expect(await account.renewAccessToken('token-0')).toBe('token-1')
    expect(calls.filter(({ path }) => path === '/api/auth/refresh')).toHaveLength(0)
  })

  test('when the server is away the person stays', async () => {
    const account = await openSignedIn()
    answers['/api/auth/refresh'] = ['network']
    await expect(account.renewAccessToken()).rejects.toMatchObject({ code: 'network' })
    expect(account.getState().kind).toBe('signed-in')
  })
})

describe('signing out', () => {
  test('connections that are put out meanwhile do not ask for a new token', async () => {
    const account = await openSignedIn()
    answers['/api/auth/logout'] = [{ status: 204 }]
    const leaving = account.signOut()
    await expect(account.renewAccessToken()).rejects.toMatchObject({ code: 'unauthenticated' })
    await leaving
    expect(account.getState()).toEqual({ kind: 'signed-out', reason: 'left' })
    expect(storage.length).toBe(0)
  })

  test('fails as a whole when the server cannot be told', async () => {
    const account = await openSignedIn()
    answers['/api/auth/logout'] = ['network']
    await expect(account.signOut()).rejects.toMatchObject({ code: 'network' })
    expect(account.getState().kind).toBe('signed-in')
  })
})

describe('requests', () => {
  test('a request whose token has expired is sent once more with a new one', async () => {
    const account = await openSignedIn()
    answers['/api/drives'] = [problem('token-expired'), { status: 200, body: { items: [] } }]
    answers['/api/auth/refresh'] = [session('token-2', Date.now())]
    expect(await createApiClient(fetch, account).listDrives()).toEqual({ items: [] })
    const used = calls.filter(({ path }) => path === '/api/drives').map(({ token }) => token)
    expect(used).toEqual(['token-1', 'token-2'])
  })

  test('any other refusal is told as it is', async () => {
    const account = await openSignedIn()
    answers['/api/drives'] = [problem('forbidden')]
    await expect(createApiClient(fetch, account).listDrives()).rejects.toMatchObject({ code: 'forbidden' })
  })

  test('an answer that does not follow the contract is an error, not data', async () => {
    const account = await openSignedIn()
    const api = createApiClient(fetch, account)
    answers['/api/drives'] = [
      { status: 200, body: { items: [{ id: 'no' }] } },
      { status: 502, body: 'Bad gateway' },
    ]
    await expect(api.listDrives()).rejects.toMatchObject({ code: 'unexpected-answer' })
    await expect(api.listDrives()).rejects.toBeInstanceOf(ApiError)
  })
})
