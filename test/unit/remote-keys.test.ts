import { generateKeyPairSync } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  createRemoteKeys,
  FETCH_INTERVAL_AFTER_FAILURE_MS,
  FETCH_INTERVAL_MS,
  KEYS_FRESH_MS,
  KEYS_USABLE_MS,
  MAX_KEY_SET_BYTES,
} from '../../server/auth/external/remote-keys.ts'
import { type KeySetServer, makeHostKey, startKeySetServer } from '../support/host-application.ts'
import { until } from '../support/until.ts'

const first = makeHostKey('ES256', 'first')
const second = makeHostKey('ES256', 'second')
let keySet: KeySetServer
let nowMs: number
let warnings: unknown[]

beforeEach(async () => {
  keySet = await startKeySetServer([first.jwk])
  nowMs = 1_000_000
  warnings = []
})
afterEach(() => keySet.close())

function createKeys(fetchTimeoutMs = 5_000) {
  return createRemoteKeys({
    ...{ url: keySet.url, algorithm: 'ES256', fetchTimeoutMs },
    now: () => nowMs,
    logger: { warn: (details) => warnings.push(details) },
  })
}

test('keys are fetched once, however many ask for them', async () => {
  const find = createKeys()
  const found = await Promise.all(Array.from({ length: 50 }, () => find('first')))
  for (const key of found) expect(key).toMatchObject({ type: 'public', asymmetricKeyType: 'ec' })
  expect(keySet.asked()).toBe(1)
})

test('a new key is found when a token names it, and the old one goes when it is taken back', async () => {
  const find = createKeys()
  await find('first')
  keySet.serveKeys([second.jwk])
  nowMs += FETCH_INTERVAL_MS
  expect(await find('second')).toMatchObject({ type: 'public' })
  expect(await find('first')).toBe('unknown')
  expect(keySet.asked()).toBe(2)
})

test('A5 · tokens that name unknown keys make us ask no more often than the interval allows', async () => {
  const find = createKeys()
  for (let nr = 0; nr < 100; nr++) expect(await find(`made up ${nr}`)).toBe('unknown')
  expect(keySet.asked()).toBe(1)
  nowMs += FETCH_INTERVAL_MS
  for (let nr = 0; nr < 100; nr++) await find(`made up ${nr}`)
  expect(keySet.asked()).toBe(2)
})

test('keys are renewed behind a use, which does not wait', async () => {
  const find = createKeys()
  await find('first')
  keySet.serveKeys([second.jwk])
  nowMs += KEYS_FRESH_MS + 1
  expect(await find('first')).toMatchObject({ type: 'public' })
  await until(async () => (await find('first')) === 'unknown')
  expect(keySet.asked()).toBe(2)
})

test('keys still count for a while when they cannot be renewed, and then no longer', async () => {
  const find = createKeys()
  await find('first')
  await keySet.close()
  nowMs += KEYS_USABLE_MS
  expect(await find('first')).toMatchObject({ type: 'public' })
  nowMs += 1
  expect(await find('first')).toBe('unavailable')
  expect(warnings[0]).toMatchObject({ code: 'external-keys-unavailable' })
})

test('without keys nothing can be said, and it is tried again soon', async () => {
  keySet.serve((_request, response) => response.writeHead(500).end())
  const find = createKeys()
  expect(await find('first')).toBe('unavailable')
  expect(await find('first')).toBe('unavailable')
  expect(keySet.asked()).toBe(1)
  keySet.serveKeys([first.jwk])
  nowMs += FETCH_INTERVAL_AFTER_FAILURE_MS
  expect(await find('first')).toMatchObject({ type: 'public' })
})

describe('A5 · a key set that must not be taken', () => {
  test.each([
    ['too large', JSON.stringify({ keys: [first.jwk], more: 'x'.repeat(MAX_KEY_SET_BYTES) })],
    ['too many keys', JSON.stringify({ keys: Array.from({ length: 51 }, () => first.jwk) })],
    ['not JSON', '<html>'],
    ['not a key set', '[]'],
  ])('%s', async (_what, body) => {
    keySet.serve((_request, response) => response.end(body))
    expect(await createKeys()('first')).toBe('unavailable')
  })

  test('one that never ends is given up where it has become too large', async () => {
    let sent = 0
    let isGone = false
    keySet.serve((_request, response) => {
      const pump = () => {
        while (!isGone && sent < 100 * MAX_KEY_SET_BYTES) {
          sent += 65_536
          if (!response.write(' '.repeat(65_536))) return
        }
      }
      response.on('drain', pump).on('close', () => {
        isGone = true
      })
      pump()
    })
    expect(await createKeys(20_000)('first')).toBe('unavailable')
    await until(() => isGone)
    expect(sent).toBeLessThan(100 * MAX_KEY_SET_BYTES)
  })

  test.each([
    ['that is not answered', () => {}],
    ['whose body does not come', (response: { write(text: string): void }) => response.write('{"keys":[')],
  ])('one %s is given up in time', async (_what, answer) => {
    keySet.serve((_request, response) => void answer(response))
    expect(await createKeys(200)('first')).toBe('unavailable')
  })

  test('one elsewhere: nobody is followed to another address', async () => {
    const elsewhere = await startKeySetServer([first.jwk])
    try {
      keySet.serve((_request, response) => response.writeHead(302, { location: elsewhere.url }).end())
      expect(await createKeys()('first')).toBe('unavailable')
      expect(elsewhere.asked()).toBe(0)
    } finally {
      await elsewhere.close()
    }
  })
})

test('of a set only keys for the algorithm and for signatures count', async () => {
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'jwk' })
  keySet.serveKeys([
    { ...makeHostKey('RS256').jwk, kid: 'rsa' },
    { ...first.jwk, kid: 'encryption', use: 'enc' },
    { ...first.jwk, kid: 'other algorithm', alg: 'ES384' },
    { ...first.jwk, kid: 'signs only', key_ops: ['sign'] },
    { ...p384, kid: 'other curve' },
    { kty: 'oct', k: 'c2VjcmV0', kid: 'secret' },
    { kid: 'empty' },
    first.jwk,
  ])
  const find = createKeys()
  for (const kid of ['rsa', 'encryption', 'other algorithm', 'signs only', 'other curve', 'secret', 'empty'])
    expect(await find(kid)).toBe('unknown')
  expect(await find('first')).toMatchObject({ type: 'public' })
})

test('a token that names no key means the only one, and none of several', async () => {
  const find = createKeys()
  expect(await find(undefined)).toMatchObject({ type: 'public' })
  keySet.serveKeys([first.jwk, second.jwk])
  nowMs += FETCH_INTERVAL_MS
  await find('second')
  expect(await find(undefined)).toBe('unknown')
})
