import type { z } from 'zod'
import { ApiError, readProblem } from './api-error.ts'

export type Fetch = (input: string, init: RequestInit) => Promise<Response>

export interface RequestOptions<T> {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  body?: unknown
  token?: string
  /** What the answer must look like; `null` when it has no body. */
  schema: z.ZodType<T> | null
  /** What is here already and its entity tag: the answer if the server says that it is still so. */
  known?: { tag: string; value: T } | undefined
}

const TIMEOUT_MS = 15_000
const NOT_MODIFIED = 304

/** One HTTP exchange with the API: throws an ApiError for everything but the promised answer. */
export async function sendRequest<T>(fetch: Fetch, path: string, options: RequestOptions<T>): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (options.body !== undefined) headers['content-type'] = 'application/json'
  if (options.known) headers['if-none-match'] = options.known.tag
  const response = await exchange(fetch, path, options.token, {
    method: options.method ?? 'GET',
    headers,
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  })
  if (options.known && response.status === NOT_MODIFIED) return options.known.value
  if (options.schema === null) return undefined as T

  const parsed = options.schema.safeParse(await response.json().catch(() => null))
  if (parsed.success) return parsed.data
  throw new ApiError('unexpected-answer', 'The server answered something unexpected.', null, {
    cause: parsed.error,
  })
}

/** The same for a POST of bytes that is answered with bytes; `signal` ends it, and each piece is reported. */
export async function sendBytes(
  fetch: Fetch,
  path: string,
  options: { body: Uint8Array; token: string; signal: AbortSignal; onProgress: () => void },
): Promise<Uint8Array> {
  const type = 'application/octet-stream'
  const response = await exchange(fetch, path, options.token, {
    method: 'POST',
    headers: { accept: `${type}, application/problem+json`, 'content-type': type },
    signal: options.signal,
    body: new Uint8Array(options.body),
  })
  try {
    return await readBytes(response, options.onProgress)
  } catch (cause) {
    throw toNetworkError(cause)
  }
}

async function readBytes(response: Response, onProgress: () => void): Promise<Uint8Array> {
  const reader = response.body?.getReader()
  const pieces: Uint8Array<ArrayBuffer>[] = []
  for (;;) {
    const piece = await reader?.read()
    if (piece?.value === undefined) break
    onProgress()
    pieces.push(piece.value)
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer())
}

async function exchange(
  fetch: Fetch,
  path: string,
  token: string | undefined,
  init: RequestInit & { headers: Record<string, string> },
): Promise<Response> {
  const authorization: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {}
  const headers = { ...init.headers, ...authorization }
  const response = await fetch(path, { ...init, headers, credentials: 'same-origin' }).catch(
    (cause: unknown) => Promise.reject(toNetworkError(cause)),
  )
  if (!response.ok && response.status !== NOT_MODIFIED) throw await readProblem(response)
  return response
}

function toNetworkError(cause: unknown): ApiError {
  return new ApiError('network', 'The server cannot be reached.', null, { cause })
}
