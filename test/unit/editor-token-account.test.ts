import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createTokenAccount, readOwnUser, type TokenSource } from '../../editor/component/token-account.ts'

beforeEach(() => void vi.useFakeTimers({ now: 0 }))
afterEach(() => void vi.useRealTimers())

/** A token that expires so many seconds after the beginning. */
const token = (seconds: number) => `head.${btoa(JSON.stringify({ exp: seconds }))}.sign`
const open = (source: TokenSource) => createTokenAccount(source, Date.now)

test('A3 · a function is asked for the next token before the present one expires, and connections hear of it', async () => {
  const tokens = [token(900), token(1800)]
  const ask = vi.fn(() => tokens.shift() ?? '')
  const account = open(ask)
  const heard: string[] = []
  account.onTokenRenewed((renewed) => heard.push(renewed))
  expect(await account.getAccessToken()).toBe(token(900))
  expect(await account.getAccessToken()).toBe(token(900))
  expect(ask).toHaveBeenCalledTimes(1)
  await vi.advanceTimersByTimeAsync(841_000)
  expect(heard).toEqual([token(1800)])
  account.close()
  expect(vi.getTimerCount()).toBe(0)
})

test('A3 · a refused token is asked for anew; the same one again means that the person is signed out', async () => {
  const tokens = ['first', 'second', 'second']
  const account = open(() => tokens.shift() ?? '')
  await account.getAccessToken()
  expect(await account.renewAccessToken('first')).toBe('second')
  expect(await account.renewAccessToken('first')).toBe('second')
  await expect(account.renewAccessToken('second')).rejects.toMatchObject({ problem: { status: 401 } })
  account.close()
})

test('A3 · another token from the host prolongs what is open', async () => {
  const account = open('one')
  const heard: string[] = []
  account.onTokenRenewed((renewed) => heard.push(renewed))
  await account.getAccessToken()
  account.setSource('one')
  account.setSource('two')
  await vi.advanceTimersByTimeAsync(0)
  expect(heard).toEqual(['two'])
  expect(await account.getAccessToken()).toBe('two')
  account.close()
})

test('A3 · what the host says now counts, also where an earlier question is answered late', async () => {
  let answer = (_token: string): void => undefined
  const late = () =>
    new Promise<string>((resolve) => {
      answer = resolve
    })
  const account = open(late)
  const asked = account.getAccessToken()
  await vi.advanceTimersByTimeAsync(0)
  account.setSource('new')
  answer('old')
  expect(await asked).toBe('new')
  expect(await account.getAccessToken()).toBe('new')
  account.close()
})

test('A3 · a renewal that fails, also by throwing, is tried again until the host has a token', async () => {
  let asked = 0
  const account = open(() => {
    asked++
    if (asked === 2) throw new Error('no session at the moment')
    if (asked === 3) return Promise.reject(new Error('no network'))
    return token(900 * asked)
  })
  const heard: string[] = []
  account.onTokenRenewed((renewed) => heard.push(renewed))
  await account.getAccessToken()
  await vi.advanceTimersByTimeAsync(841_000)
  expect(heard).toEqual([])
  await vi.advanceTimersByTimeAsync(20_000)
  expect(heard).toEqual([token(3600)])
  account.close()
  expect(vi.getTimerCount()).toBe(0)
})

test('A4 · a token of another person is not taken, but told of', async () => {
  const of = (sub: string) => `head.${btoa(JSON.stringify({ iss: 'host', sub }))}.sign`
  const onOtherPerson = vi.fn()
  const account = createTokenAccount(of('ann'), Date.now, onOtherPerson)
  const heard = vi.fn()
  account.onTokenRenewed(heard)
  await account.getAccessToken()
  account.setSource(of('bob'))
  await vi.advanceTimersByTimeAsync(0)
  expect(onOtherPerson).toHaveBeenCalledOnce()
  expect(heard).not.toHaveBeenCalled()
  expect(await account.getAccessToken()).toBe(of('ann'))
  account.close()
})

test('A4 · who a token of the server’s own speaks of is read from it; another application’s is not', () => {
  const claims = { iss: 'copydesk', sub: '6f9619ff-8b86-4d01-b42d-00cf4fc964ff', kind: 'user', name: 'Zoë' }
  const encode = (payload: object) =>
    `head.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.sign`
  expect(readOwnUser(encode(claims))).toMatchObject({ id: claims.sub, kind: 'user', name: 'Zoë' })
  expect(readOwnUser(encode({ ...claims, iss: 'host' }))).toBeNull()
  expect(readOwnUser('no token')).toBeNull()
})
