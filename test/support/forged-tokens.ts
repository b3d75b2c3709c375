import { createHmac, randomUUID } from 'node:crypto'
import jwt from 'jsonwebtoken'
import type { ProblemCode } from '../../shared/api/problem.ts'
import type { Person } from './people.ts'
import { JWT_SECRET } from './start-server.ts'

/** A token that must not be accepted, and the code it is refused with. */
export interface ForgedToken {
  readonly what: string
  readonly code: ProblemCode
  /** Makes it from the valid token of `person`; `other` is somebody else with a living session. */
  make(person: Person, other: Person): string
}

const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url')

/** A token with the person's claims, changed, under any header; signed as HMAC-SHA256 whatever that says. */
function forge(person: Person, changes: object, header: object = {}, secret = JWT_SECRET): string {
  const claims = jwt.decode(person.session.accessToken) as object
  const signed = `${encode({ alg: 'HS256', typ: 'JWT', ...header })}.${encode({ ...claims, ...changes })}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

const nowS = () => Math.floor(Date.now() / 1000)

/** The same person with a token that outlasts a proof of hours. */
export function outlasting(person: Person): Person {
  const accessToken = forge(person, { exp: nowS() + 24 * 60 * 60 })
  return { ...person, session: { ...person.session, accessToken } }
}

/** The control: what the forger makes when it changes nothing, which must be accepted. */
export const reforge = (person: Person) => forge(person, {})

export const FORGED_TOKENS: readonly ForgedToken[] = [
  { what: 'garbage', code: 'token-invalid', make: () => 'garbage' },
  {
    what: 'an expired one',
    code: 'token-expired',
    make: (person) => forge(person, { exp: nowS() - 1 }),
  },
  {
    what: 'one signed with another secret',
    code: 'token-invalid',
    make: (person) => forge(person, {}, {}, 'another secret, which is just as long as ours'),
  },
  {
    what: 'one with alg none',
    code: 'token-invalid',
    make: (person) =>
      `${encode({ alg: 'none', typ: 'JWT' })}.${person.session.accessToken.split('.')[1] ?? ''}.`,
  },
  {
    what: 'one for another audience',
    code: 'token-invalid',
    make: (person) => forge(person, { aud: 'another' }),
  },
  {
    what: 'one from another issuer',
    code: 'token-invalid',
    make: (person) => forge(person, { iss: 'another' }),
  },
  {
    what: 'one signed with HS512',
    code: 'token-invalid',
    make: (person) =>
      jwt.sign(jwt.decode(person.session.accessToken) as object, JWT_SECRET, { algorithm: 'HS512' }),
  },
  {
    what: 'one labelled RS256',
    code: 'token-invalid',
    make: (person) => forge(person, {}, { alg: 'RS256' }),
  },
  {
    what: 'one whose subject was changed',
    code: 'token-invalid',
    make: (person, other) => forge(person, { sub: other.session.user.id }),
  },
  {
    what: 'one of a session that never was',
    code: 'token-invalid',
    make: (person) => forge(person, { sid: randomUUID() }),
  },
  {
    what: 'one with a subject that is not an id',
    code: 'token-invalid',
    make: (person) => forge(person, { sub: "' OR true --" }),
  },
]
