import type { z } from 'zod'
import { ApiError, readProblem } from './api-error.ts'

export type Fetch = (input: string, init: RequestInit) => Promise<Response>

export interface RequestOptions<T> {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  body?: unknown
  token?: string
  /** What the answer must look like; `null` when it has no body. */
  schema: z.ZodType<T> | null
}

const TIMEOUT_MS = 15_000

/** One HTTP exchange with the API: throws an ApiError for everything but the promised answer. */
export async function sendRequest<T>(fetch: Fetch, path: string, options: RequestOptions<T>): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (options.body !== undefined) headers['content-type'] = 'application/json'
  if (options.token) headers['authorization'] = `Bearer ${options.token}`

  let response: Response
  try {
    response = await fetch(path, {
      method: options.method ?? 'GET',
      headers,
      credentials: 'same-origin',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    })
  } catch (cause) {
    throw new ApiError('network', 'The server cannot be reached.', null, { cause })
  }
  if (!response.ok) throw await readProblem(response)
  if (options.schema === null) return undefined as T

  const parsed = options.schema.safeParse(await response.json().catch(() => null))
  if (parsed.success) return parsed.data
  throw new ApiError('unexpected-answer', 'The server answered something unexpected.', null, {
    cause: parsed.error,
  })
}
