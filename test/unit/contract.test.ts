import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { describeEvents, hashContract } from '../../scripts/describe-events.ts'
import { COMMON_ERRORS, type FactContract, type RequestContract } from '../../shared/protocol/contract.ts'
import { facts, requests } from '../../shared/protocol/events.ts'
import { CONTRACT_HASH, OLDEST_PROTOCOL_VERSION, PROTOCOL_VERSION } from '../../shared/protocol/version.ts'

test('docs/EVENTS.md says what the schemas say', async () => {
  const written = await readFile(new URL('../../docs/EVENTS.md', import.meta.url), 'utf8')
  expect(written, 'run `npm run docs:events`').toBe(describeEvents())
})

test('the contract is the one that its version stands for', () => {
  expect(
    hashContract(),
    'The contract changed: raise PROTOCOL_VERSION in shared/protocol/version.ts, unless this version has not been ' +
      'released yet; raise OLDEST_PROTOCOL_VERSION to the same if older clients cannot go on; and put the new hash there.',
  ).toBe(CONTRACT_HASH)
  expect(OLDEST_PROTOCOL_VERSION).toBeLessThanOrEqual(PROTOCOL_VERSION)
})

test('names follow the pattern: facts in the past tense, nothing is both a request and a fact', () => {
  const requestNames = Object.keys(requests)
  const factNames = Object.keys(facts)
  for (const name of [...requestNames, ...factNames]) expect(name).toMatch(/^[a-z]+(_[a-z]+)+$/)
  expect(requestNames.filter((name) => factNames.includes(name))).toEqual([])
})

test('every fact has an eventId, and every request only says facts that exist', () => {
  for (const [name, { payload }] of Object.entries<FactContract>(facts)) {
    const accepted = payload.safeParse({})
    const missing = accepted.error?.issues.map(({ path }) => path.join('.')) ?? []
    expect([name, missing]).toEqual([name, expect.arrayContaining(['eventId'])])
  }
  for (const { says = [], errors } of Object.values<RequestContract>(requests)) {
    expect(Object.keys(facts)).toEqual(expect.arrayContaining([...says]))
    expect(errors.filter((code) => (COMMON_ERRORS as readonly string[]).includes(code))).toEqual(
      errors.filter((code) => code === 'token-expired'),
    )
  }
})
