import { setTimeout as delay } from 'node:timers/promises'
import type { z } from 'zod'
import { type Problem, problemSchema } from '../../shared/api/problem.ts'
import { SimulatorError } from './errors.ts'

/** A request that takes longer than this has no answer. */
const REQUEST_TIMEOUT_MS = 30_000
/** Servers let one address register only so often; past this much waiting in all, many agents are too many. */
const MAX_RATE_LIMIT_WAIT_MS = 300_000
/** A server that is busy for the moment (503, nothing was changed) is asked again this soon, and this often in a row. */
const BUSY_WAIT_MS = 1_000
const MAX_BUSY_TRIES = 60
const REFRESH_COOKIE = 'copydesk_refresh'

export interface RestRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below the server's address, from the slash on. */
  readonly path: string
  readonly body?: unknown
  readonly accessToken?: string
  readonly refreshToken?: string
}

/** Copydesk's REST API as the simulator needs it. It holds no session; callers pass their tokens. */
export interface Rest {
  /** Sends a request and parses the JSON answer. Throws a `SimulatorError` for anything but success. */
  json<T>(request: RestRequest, schema: z.ZodType<T>): Promise<{ value: T; refreshToken: string | undefined }>
  /** Sends a request once and returns whatever was answered. Throws a `SimulatorError` when nothing was. */
  attempt(request: RestRequest): Promise<Response>
}

export interface RestDeps {
  readonly baseUrl: URL
  /** Called before the pause that a rate limit asks for. */
  readonly onRateLimited: (waitMs: number) => void
}

export function createRest({ baseUrl, onRateLimited }: RestDeps): Rest {
  let rateLimitWaitMs = 0

  async function send(request: RestRequest): Promise<Response> {
    for (let tries = 1; ; tries++) {
      const response = await sendOnce(request)
      if (response.ok) return response
      if (response.status === 503 && tries < MAX_BUSY_TRIES) {
        await response.arrayBuffer()
        await delay(BUSY_WAIT_MS)
        continue
      }
      const problem = await readProblem(response)
      const waitMs = problem?.code === 'rate-limited' ? Math.max(problem.retryAfterMs ?? 0, 1_000) : undefined
      rateLimitWaitMs += waitMs ?? 0
      if (waitMs === undefined || rateLimitWaitMs > MAX_RATE_LIMIT_WAIT_MS) {
        throw new SimulatorError('server-refused', describeRefusal(request, response, problem))
      }
      onRateLimited(waitMs)
      await delay(waitMs)
    }
  }

  async function sendOnce(request: RestRequest): Promise<Response> {
    const headers = new Headers()
    if (request.body !== undefined) headers.set('content-type', 'application/json')
    if (request.accessToken !== undefined) headers.set('authorization', `Bearer ${request.accessToken}`)
    if (request.refreshToken !== undefined) headers.set('cookie', `${REFRESH_COOKIE}=${request.refreshToken}`)
    try {
      return await fetch(new URL(request.path, baseUrl), {
        method: request.method,
        headers,
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      })
    } catch (error) {
      throw new SimulatorError('server-unreachable', describeUnreachable(baseUrl, error), { cause: error })
    }
  }

  return {
    attempt: sendOnce,
    async json(request, schema) {
      const response = await send(request)
      const parsed = schema.safeParse(await response.json().catch(() => undefined))
      if (!parsed.success) {
        throw new SimulatorError(
          'server-refused',
          `${request.method} ${request.path} answered something else than expected. Is ${baseUrl.origin} a Copydesk server?`,
          { cause: parsed.error },
        )
      }
      return { value: parsed.data, refreshToken: readRefreshToken(response) }
    },
  }
}

function readRefreshToken(response: Response): string | undefined {
  const prefix = `${REFRESH_COOKIE}=`
  const cookie = response.headers.getSetCookie().find((line) => line.startsWith(prefix))
  return cookie?.slice(prefix.length).split(';')[0]
}

/** What happened, and what to do about it. */
export function describeUnreachable(baseUrl: URL, error: unknown): string {
  const isTimeout = error instanceof DOMException && error.name === 'TimeoutError'
  const reason = isTimeout ? `no answer within ${REQUEST_TIMEOUT_MS / 1000} s` : describeCause(error)
  const isMistrust = /certificate/i.test(reason)
  const advice = isMistrust
    ? 'Name who signed it, if you trust them: NODE_EXTRA_CA_CERTS=authority.pem npm run simulate -- …'
    : 'Start the server with "npm start", or pass its address with --target.'
  return `Cannot reach ${baseUrl.origin} (${reason}). ${advice}`
}

/** `fetch` says only "fetch failed"; what happened is in the cause. */
function describeCause(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (!(cause instanceof Error)) return String(cause)
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined
  return cause.message || (code ?? cause.name)
}

async function readProblem(response: Response): Promise<Problem | undefined> {
  return problemSchema.safeParse(await response.json().catch(() => undefined)).data
}

function describeRefusal({ method, path }: RestRequest, { status }: Response, problem?: Problem): string {
  const reason =
    problem === undefined
      ? 'without a reason; is this a Copydesk server?'
      : `${problem.code}: ${problem.detail ?? problem.title}`
  return `${method} ${path} was refused with ${status} (${reason})`
}
