import { createHmac, generateKeyPairSync, randomUUID } from 'node:crypto'
import jwt from 'jsonwebtoken'
import { describe, expect, test } from 'vitest'
import { ExternalKeyError, type FindKey, loadFixedKey } from '../../server/auth/external/external-keys.ts'
import {
  CLOCK_TOLERANCE_S,
  createExternalTokens,
  MAX_EXTERNAL_TOKEN_AGE_S,
} from '../../server/auth/external/external-tokens.ts'
import { byKey, HOST_AUDIENCE, HOST_ISSUER, makeHostKey, signHostToken } from '../support/host-application.ts'

const KEYS = { RS256: makeHostKey('RS256'), ES256: makeHostKey('ES256') }
const NOW_S = 1_800_000_000

/** The check with one key, at a fixed time. */
function tokensOf(algorithm: 'RS256' | 'ES256', findKey: FindKey = async () => KEYS[algorithm].publicKey) {
  const settings = byKey(KEYS[algorithm])
  return createExternalTokens(settings, findKey, () => NOW_S * 1000)
}

/** A good token at that time, with changes. */
function sign(
  algorithm: 'RS256' | 'ES256',
  claims: object = {},
  header: Record<string, unknown> = {},
): string {
  return signHostToken(KEYS[algorithm], { iat: NOW_S, exp: NOW_S + 600, ...claims }, header)
}

const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url')
const goodClaims = { iss: HOST_ISSUER, aud: HOST_AUDIENCE, sub: 'x', iat: NOW_S, exp: NOW_S + 600 }

describe.each(['RS256', 'ES256'] as const)('a token signed with %s', (algorithm) => {
  const other = algorithm === 'RS256' ? 'ES256' : 'RS256'

  test('says who it is', async () => {
    const check = await tokensOf(algorithm).verify(
      sign(algorithm, { sid: 'host-session', email: 'Ann@Example.com', email_verified: true }),
    )
    expect(check).toEqual({
      kind: 'valid',
      claims: {
        issuer: HOST_ISSUER,
        subject: 'person-1',
        family: 'host-session',
        name: 'Ann Host',
        email: 'ann@example.com',
        issuedAt: new Date(NOW_S * 1000),
        expiresAt: new Date((NOW_S + 600 + CLOCK_TOLERANCE_S) * 1000),
        narrowing: undefined,
      },
    })
  })

  test.each([
    ['another key of the same kind', () => signHostToken(makeHostKey(algorithm), goodClaims)],
    ['a key of the other kind', () => sign(other)],
    ['no signature', () => `${encode({ alg: 'none' })}.${encode(goodClaims)}.`],
    ['no signature under the right name', () => `${encode({ alg: algorithm })}.${encode(goodClaims)}.`],
    ['the public key as a shared secret', () => confuse('HS256')],
    ['the public key as a shared secret, named as expected', () => confuse(algorithm)],
    ['an extension that must be understood', () => sign(algorithm, {}, { crit: ['b64'], b64: false })],
    ['another issuer', () => sign(algorithm, { iss: 'https://else.example.com' })],
    ['no issuer', () => sign(algorithm, { iss: undefined })],
    ['another audience', () => sign(algorithm, { aud: 'else.example.com' })],
    ['no audience', () => sign(algorithm, { aud: undefined })],
    ['no subject', () => sign(algorithm, { sub: undefined })],
    ['an empty subject', () => sign(algorithm, { sub: '' })],
    ['a subject with a NUL', () => sign(algorithm, { sub: 'a\u0000b' })],
    ['no end', () => sign(algorithm, { exp: undefined })],
    ['no beginning', () => sign(algorithm, { iat: undefined })],
    ['a beginning in the future', () => sign(algorithm, { iat: NOW_S + CLOCK_TOLERANCE_S + 1 })],
    ['a time before which it does not count', () => sign(algorithm, { nbf: NOW_S + CLOCK_TOLERANCE_S + 1 })],
    ['bounds that are no bounds', () => sign(algorithm, { copydesk: 'viewer' })],
    ['a role that does not exist', () => sign(algorithm, { copydesk: { role: 'reader' } })],
    ['a bound that we do not know', () => sign(algorithm, { copydesk: { folders: ['x'] } })],
    ['a page that is no id', () => sign(algorithm, { copydesk: { pages: ['*'] } })],
    [
      'more pages than are read',
      () => sign(algorithm, { copydesk: { pages: Array.from({ length: 201 }, () => randomUUID()) } }),
    ],
    ['more text than is read', () => sign(algorithm, { more: 'x'.repeat(16_000) })],
    ['garbage', () => 'a.b.c'],
    ['nothing', () => ''],
  ])('A4 · is refused with %s', async (_what, make) => {
    expect(await tokensOf(algorithm).verify(make())).toEqual({ kind: 'invalid' })
  })

  /** Signed with HMAC by what everybody knows: it counts only where the token may choose the algorithm. */
  function confuse(alg: string): string {
    const signed = `${encode({ alg, typ: 'JWT' })}.${encode(goodClaims)}`
    const hmac = createHmac('sha256', KEYS[algorithm].publicPem).update(signed).digest('base64url')
    return `${signed}.${hmac}`
  }
})

describe('time', () => {
  test('A3 · an end counts, with a tolerance for the clocks', async () => {
    const tokens = tokensOf('ES256')
    const check = async (exp: number) => (await tokens.verify(sign('ES256', { iat: NOW_S - 900, exp }))).kind
    expect(await check(NOW_S - CLOCK_TOLERANCE_S + 1)).toBe('valid')
    expect(await check(NOW_S - CLOCK_TOLERANCE_S)).toBe('expired')
  })

  test('A3 · a token that says it lives for years counts for a day', async () => {
    const tokens = tokensOf('ES256')
    const exp = NOW_S + 10 * 365 * 86_400
    const valid = await tokens.verify(sign('ES256', { exp }))
    expect(valid.kind === 'valid' && valid.claims.expiresAt.getTime() / 1000).toBe(
      NOW_S + MAX_EXTERNAL_TOKEN_AGE_S + CLOCK_TOLERANCE_S,
    )
    const iat = NOW_S - MAX_EXTERNAL_TOKEN_AGE_S - CLOCK_TOLERANCE_S
    expect((await tokens.verify(sign('ES256', { iat, exp }))).kind).toBe('expired')
  })
})

describe('what somebody is called', () => {
  test.each([
    [{ name: '  Ann\u0000\n B ' }, 'Ann   B'],
    [{ name: 'x'.repeat(200) }, 'x'.repeat(80)],
    [{ name: ' ', preferred_username: 'ann' }, 'ann'],
    [{ name: 7, email: 'ann@example.com' }, 'ann'],
    [{ name: undefined }, 'Somebody'],
  ])('%j', async (claims, name) => {
    const check = await tokensOf('ES256').verify(sign('ES256', claims))
    if (check.kind !== 'valid') throw new Error(check.kind)
    expect(check.claims.name.replaceAll(/ +/g, ' ')).toBe(name.replaceAll(/ +/g, ' '))
  })

  test.each([
    [{ email: 'ann@example.com' }],
    [{ email: 'ann@example.com', email_verified: false }],
    [{ email: 'ann@example.com', email_verified: 'yes' }],
    [{ email: 'nonsense', email_verified: true }],
  ])('an address that nobody has verified is not taken: %j', async (claims) => {
    const check = await tokensOf('ES256').verify(sign('ES256', claims))
    expect(check.kind === 'valid' && check.claims.email).toBeNull()
  })
})

test('a token for which the key cannot be had is neither valid nor invalid', async () => {
  expect(await tokensOf('ES256', async () => 'unavailable').verify(sign('ES256'))).toEqual({
    kind: 'unavailable',
  })
  expect(await tokensOf('ES256', async () => 'unknown').verify(sign('ES256'))).toEqual({ kind: 'invalid' })
})

test('A5 · no key is looked for on behalf of a token with another algorithm', async () => {
  let looked = 0
  const tokens = tokensOf('ES256', async () => {
    looked++
    return 'unknown'
  })
  await tokens.verify(sign('RS256'))
  expect(looked).toBe(0)
})

test('only tokens that name the issuer are looked at', () => {
  const tokens = tokensOf('ES256')
  expect(tokens.isFor(sign('ES256'))).toBe(true)
  expect(tokens.isFor(sign('ES256', { iss: 'copydesk' }))).toBe(false)
  for (const token of ['', 'x', 'a.b.c', jwt.sign('text', 'secret')]) expect(tokens.isFor(token)).toBe(false)
})

describe('the configured key', () => {
  const pem = (key: { export(options: { type: string; format: 'pem' }): string | Buffer }, type: string) =>
    key.export({ type, format: 'pem' }).toString()

  test('can be a PEM', async () => {
    const find = await loadFixedKey({ kind: 'pem', pem: KEYS.RS256.publicPem }, 'RS256')
    expect(await find(undefined)).toMatchObject({ type: 'public', asymmetricKeyType: 'rsa' })
  })

  test.each([
    ['a key for the other algorithm', () => KEYS.ES256.publicPem],
    [
      'an RSA key that is too short',
      () => pem(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey as never, 'spki'),
    ],
    [
      'an RSA-PSS key',
      () => pem(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey as never, 'spki'),
    ],
    ['a private key', () => pem(KEYS.RS256.privateKey as never, 'pkcs8')],
    ['text', () => 'secret'],
  ])('cannot be %s', async (_what, make) => {
    await expect(loadFixedKey({ kind: 'pem', pem: make() }, 'RS256')).rejects.toThrow(ExternalKeyError)
  })

  test('cannot be on another curve', async () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' })
    const loading = loadFixedKey({ kind: 'pem', pem: pem(publicKey as never, 'spki') }, 'ES256')
    await expect(loading).rejects.toThrow(/P-256/)
  })

  test('cannot be a file that is not there', async () => {
    const loading = loadFixedKey({ kind: 'file', path: '/nowhere/key.pem' }, 'ES256')
    await expect(loading).rejects.toThrow(/EXTERNAL_JWT_PUBLIC_KEY_FILE cannot be read: \/nowhere\/key.pem/)
  })
})
