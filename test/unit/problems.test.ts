import { type FastifyInstance, fastify } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HistoryBusyError } from '../../server/documents/errors.ts'
import { handleError, RateLimited, toProblem } from '../../server/http/problems.ts'
import { Refusal } from '../../server/workspace/failures.ts'
import { PROBLEM_STATUS, type ProblemCode, problemSchema } from '../../shared/api/problem.ts'

const CODES = Object.keys(PROBLEM_STATUS) as ProblemCode[]

/** What the route of the app below throws next. */
let thrown: unknown
let app: FastifyInstance

beforeAll(() => {
  app = fastify()
  app.setErrorHandler(handleError)
  app.get('/', () => {
    throw thrown
  })
})
afterAll(() => app.close())

async function answerTo(error: unknown) {
  thrown = error
  const response = await app.inject('/')
  expect(response.headers['content-type']).toMatch(/^application\/problem\+json/)
  return { response, problem: problemSchema.parse(response.json()) }
}

describe('every code', () => {
  test.each(CODES)('%s has a title, its status, and survives the wire', async (code) => {
    const problem = toProblem(code, 'Details.')
    expect(problemSchema.parse(problem)).toEqual(problem)
    expect(problem.title).toMatch(/\S/)
    const { response } = await answerTo(new Refusal(code, 'Details.'))
    expect(response.statusCode).toBe(PROBLEM_STATUS[code])
    expect(response.json()).toEqual(problem)
  })
})

describe('what was not foreseen', () => {
  test.each([
    ['an error', new Error('password=hunter2')],
    ['an error with a status of its own', Object.assign(new Error('hunter2'), { statusCode: 500 })],
    ['a broken statement', Object.assign(new Error('syntax error near "hunter2"'), { code: '42601' })],
  ])('A5 · %s is "internal", and its message is told to nobody', async (_what, error) => {
    const { response, problem } = await answerTo(error)
    expect(response.statusCode).toBe(500)
    expect(problem.code).toBe('internal')
    expect(response.body).not.toMatch(/hunter2|\bat .*:\d+/)
  })
})

test.each([
  ['refused connection', Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })],
  ['server going down', Object.assign(new Error('terminating'), { code: '57P01' })],
  ['full disk', Object.assign(new Error('could not extend file'), { code: '53100' })],
  ['standby', Object.assign(new Error('cannot execute INSERT'), { code: '25006' })],
  [
    'wrapped by drizzle',
    new Error('Failed query: …', { cause: Object.assign(new Error('x'), { code: '08006' }) }),
  ],
])(
  'D3 · a database that is away (%s) is said to be, and the request may be repeated',
  async (_what, error) => {
    const { response, problem } = await answerTo(error)
    expect(response.statusCode).toBe(503)
    expect(problem.code).toBe('storage-unavailable')
  },
)

test('V3 · a busy folding thread says when to come back', async () => {
  const { response, problem } = await answerTo(new HistoryBusyError())
  expect(response.statusCode).toBe(503)
  expect(problem.code).toBe('history-busy')
  expect(response.headers['retry-after']).toBe('5')
})

test('too many attempts say when to come back, in milliseconds and as Retry-After', async () => {
  const { response, problem } = await answerTo(new RateLimited(1500))
  expect(response.statusCode).toBe(429)
  expect(problem).toMatchObject({ code: 'rate-limited', retryAfterMs: 1500 })
  expect(response.headers['retry-after']).toBe('2')
})
