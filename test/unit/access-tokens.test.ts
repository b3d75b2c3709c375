import { createHmac, randomUUID } from 'node:crypto'
import jwt from 'jsonwebtoken'
import { describe, expect, test } from 'vitest'
import { ACCESS_TOKEN_LIFETIME_S, createAccessTokens } from '../../server/auth/access-tokens.ts'

const SECRET = 'a secret for tests, long enough to be accepted'
const NOW_MS = Date.UTC(2026, 0, 1, 12, 0, 0, 500)
const NOW_S = Math.floor(NOW_MS / 1000)
const subject = { userId: randomUUID(), sessionId: randomUUID(), kind: 'user', name: 'Ann' } as const

let nowMs = NOW_MS
const tokens = createAccessTokens(SECRET, () => nowMs)

function at<Result>(ms: number, work: () => Result): Result {
  nowMs = ms
  try {
    return work()
  } finally {
    nowMs = NOW_MS
  }
}

const claims = {
  sub: subject.userId,
  sid: subject.sessionId,
  kind: 'user',
  name: 'Ann',
  iat: NOW_S,
  exp: NOW_S + 60,
  iss: 'copydesk',
  aud: 'copydesk',
}
const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url')

/** A token with any header and claims, signed with our secret as HMAC-SHA256 whatever the header says. */
function forge(header: object, payload: unknown, secret = SECRET): string {
  const signed = `${encode(header)}.${encode(payload)}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

describe('a token of ours', () => {
  test('says whose it is and lives for fifteen minutes', () => {
    const { token, expiresAt } = tokens.sign(subject)
    expect(ACCESS_TOKEN_LIFETIME_S).toBe(900)
    expect(expiresAt).toEqual(new Date((NOW_S + 900) * 1000))
    expect(tokens.verify(token)).toEqual({ kind: 'valid', claims: { ...subject, expiresAt } })
  })

  test('A3 · counts until it expires and not a second longer', () => {
    const { token, expiresAt } = tokens.sign(subject)
    expect(at(expiresAt.getTime() - 1000, () => tokens.verify(token)).kind).toBe('valid')
    expect(at(expiresAt.getTime(), () => tokens.verify(token))).toEqual({ kind: 'expired' })
  })

  test('carries nothing but what the design lists', () => {
    const payload = jwt.decode(tokens.sign(subject).token) as object
    expect(Object.keys(payload).sort()).toEqual(['aud', 'exp', 'iat', 'iss', 'kind', 'name', 'sid', 'sub'])
  })

  test('the forger of these tests could make one, so that its failures mean something', () => {
    expect(tokens.verify(forge({ alg: 'HS256', typ: 'JWT' }, claims)).kind).toBe('valid')
  })
})

describe('a token that is not ours, or says something else', () => {
  const without = (name: keyof typeof claims) =>
    Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name))
  const { token } = tokens.sign(subject)
  const [header, payload, signature] = token.split('.') as [string, string, string]

  test.each([
    ['nothing', ''],
    ['garbage', 'garbage'],
    ['three dots', '...'],
    ['a truncated token', token.slice(0, -5)],
    ['no signature', `${header}.${payload}.`],
    ['two parts', `${header}.${payload}`],
    ['another secret', forge({ alg: 'HS256' }, claims, 'another secret, just as long as the first one')],
    ['alg none', `${encode({ alg: 'none' })}.${payload}.`],
    ['alg None with a signature', `${encode({ alg: 'None' })}.${payload}.${signature}`],
    ['HS384', jwt.sign(claims, SECRET, { algorithm: 'HS384' })],
    ['HS512', jwt.sign(claims, SECRET, { algorithm: 'HS512' })],
    ['an RS256 label on an HMAC', forge({ alg: 'RS256' }, claims)],
    ['no algorithm', forge({ typ: 'JWT' }, claims)],
    ['another audience', forge({ alg: 'HS256' }, { ...claims, aud: 'other' })],
    ['no audience', forge({ alg: 'HS256' }, without('aud'))],
    ['another issuer', forge({ alg: 'HS256' }, { ...claims, iss: 'other' })],
    ['no issuer', forge({ alg: 'HS256' }, without('iss'))],
    ['no expiry', forge({ alg: 'HS256' }, without('exp'))],
    ['an expiry that is not a number', forge({ alg: 'HS256' }, { ...claims, exp: 'never' })],
    ['no subject', forge({ alg: 'HS256' }, without('sub'))],
    ['a subject that is not an id', forge({ alg: 'HS256' }, { ...claims, sub: "' OR 1=1 --" })],
    ['no session', forge({ alg: 'HS256' }, without('sid'))],
    ['an unknown kind', forge({ alg: 'HS256' }, { ...claims, kind: 'root' })],
    ['not yet valid', forge({ alg: 'HS256' }, { ...claims, nbf: NOW_S + 30 })],
    ['text instead of claims', forge({ alg: 'HS256' }, 'text')],
    ['a list instead of claims', forge({ alg: 'HS256' }, [claims])],
    ['expired and wrongly signed', forge({ alg: 'HS256' }, { ...claims, exp: NOW_S - 60 }, 'another secret')],
    ['claims changed afterwards', `${header}.${encode({ ...claims, name: 'Bob' })}.${signature}`],
  ])('A4 · %s is not accepted', (_what, forged) => {
    expect(tokens.verify(forged)).toEqual({ kind: 'invalid' })
  })
})
