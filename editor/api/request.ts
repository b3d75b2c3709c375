import type { z } from 'zod'
import { ApiError, readProblem } from './api-error.ts'

export type Fetch = (input: string, init: RequestInit) => Promise<Response>

export interface RequestOptions<T> {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  body?: unknown
  token?: string
  /** What the answer must look like; `null` when it has no body. */
  schema: z.ZodType<T> | null
  /** What is here already and its entity tag: the answer if the server says that it is still so. */
  known?: { tag: string; value: T } | undefined
  /** The browser finishes it also when the page is left meanwhile. */
  keepalive?: boolean
}

const TIMEOUT_MS = 15_000
const NOT_MODIFIED = 304
/** Files may be large and lines slow. */
const FILE_TIMEOUT_MS = 120_000

/** One HTTP exchange with the API: throws an ApiError for everything but the promised answer. */
export async function sendRequest<T>(fetch: Fetch, path: string, options: RequestOptions<T>): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (options.body !== undefined) headers['content-type'] = 'application/json'
  if (options.known) headers['if-none-match'] = options.known.tag
  const response = await exchange(fetch, path, options.token, {
    method: options.method ?? 'GET',
    headers,
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(options.keepalive && { keepalive: true }),
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

/** Fetches a text, such as a page as Markdown. */
export async function fetchText(fetch: Fetch, path: string, token: string): Promise<string> {
  const response = await exchange(fetch, path, token, {
    method: 'GET',
    headers: { accept: 'text/*, application/problem+json' },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  return response.text().catch((cause: unknown) => Promise.reject(toNetworkError(cause)))
}

/** Sends a text of a type, such as `text/markdown`, in the place of the one that is there. */
export async function putText(
  fetch: Fetch,
  path: string,
  { text, type, token }: { text: string; type: string; token: string },
): Promise<void> {
  await exchange(fetch, path, token, {
    method: 'PUT',
    headers: { accept: 'application/json, application/problem+json', 'content-type': type },
    signal: AbortSignal.timeout(TIMEOUT_MS),
    body: text,
  })
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

/** Fetches bytes with their type. */
export async function fetchBlob(fetch: Fetch, path: string, token: string): Promise<Blob> {
  const response = await exchange(fetch, path, token, {
    method: 'GET',
    headers: { accept: '*/*' },
    signal: AbortSignal.timeout(FILE_TIMEOUT_MS),
  })
  try {
    return await response.blob()
  } catch (cause) {
    throw toNetworkError(cause)
  }
}

/** What is used of an XMLHttpRequest: described here, since this also compiles where there is no browser. */
interface UploadRequest {
  readonly upload: { onprogress: ((progress: { loaded: number; total: number }) => void) | null }
  readonly status: number
  readonly responseText: string
  onload: (() => void) | null
  onerror: (() => void) | null
  onabort: (() => void) | null
  open(method: string, path: string): void
  setRequestHeader(name: string, value: string): void
  send(body: Blob): void
  abort(): void
}

/**
 * Sends a file; `onProgress` is told the part that is sent, 0 to 1. By XMLHttpRequest, since fetch does not say.
 * @throws ApiError; an abort of `signal` counts as a lost network
 */
export function uploadFile<T>(
  path: string,
  options: {
    body: Blob
    token: string
    schema: z.ZodType<T>
    signal: AbortSignal
    onProgress: (part: number) => void
  },
): Promise<T> {
  return new Promise((resolve, reject) => {
    const { body, token, schema, signal, onProgress } = options
    const { XMLHttpRequest } = globalThis as unknown as { XMLHttpRequest: new () => UploadRequest }
    const request = new XMLHttpRequest()
    request.open('POST', path)
    request.setRequestHeader('authorization', `Bearer ${token}`)
    request.setRequestHeader('content-type', 'application/octet-stream')
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0)
    const fail = () => reject(toNetworkError(new Error('the upload was cut off')))
    request.onerror = fail
    request.onabort = fail
    request.onload = () => {
      const { status, responseText } = request
      const response = new Response(responseText === '' ? null : responseText, { status })
      if (!response.ok) void readProblem(response).then(reject)
      else
        response
          .json()
          .then((json) => resolve(schema.parse(json)))
          .catch((cause: unknown) =>
            reject(
              new ApiError('unexpected-answer', 'The server answered something unexpected.', null, { cause }),
            ),
          )
    }
    signal.addEventListener('abort', () => request.abort(), { once: true })
    request.send(body)
  })
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
