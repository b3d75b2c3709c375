import { pino } from 'pino'
import { expect, test } from 'vitest'
import { SAFE_LOGGING } from '../../server/operations/logger.ts'

function log(entry: object): string {
  const lines: string[] = []
  pino(SAFE_LOGGING, { write: (line: string) => void lines.push(line) }).error(entry, 'it failed')
  return lines.join('')
}

test('a failed statement is logged without its parameters and without the row it names', () => {
  const driver = Object.assign(
    new Error('duplicate key value violates unique constraint "users_email_key"'),
    {
      code: '23505',
      detail: 'Key (lower(email))=(ann@example.com) already exists.',
    },
  )
  const wrapped = Object.assign(
    new Error('Failed query: insert …\nparams: ann@example.com,$argon2id$hash', { cause: driver }),
    {
      query: 'insert …',
      params: ['ann@example.com', '$argon2id$hash'],
    },
  )
  const line = log({ err: wrapped })
  expect(line).toContain('users_email_key')
  expect(line).toContain('23505')
  expect(line).not.toContain('ann@example.com')
  expect(line).not.toContain('argon2id')
})

test('the causes of an error are kept, without secrets on the way', () => {
  const line = log({
    err: new Error('cannot commit', { cause: new Error('connection refused') }),
    req: { headers: { authorization: 'Bearer abc', cookie: 'copydesk_refresh=def' } },
    body: { password: 'ghi', token: 'jkl' },
  })
  expect(line).toContain('connection refused')
  for (const secret of ['abc', 'def', 'ghi', 'jkl']) expect(line).not.toContain(secret)
})
