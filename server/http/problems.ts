import type { Socket } from 'node:net'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { PROBLEM_STATUS, type Problem, type ProblemCode } from '../../shared/api/problem.ts'
import { isDatabaseUnavailable } from '../database/errors.ts'
import { Refusal } from '../workspace/failures.ts'

/** What each code means, in general; `detail` says what it means here. */
const TITLES: Record<ProblemCode, string> = {
  'invalid-request': 'The request is not valid',
  'invalid-json': 'The body is not valid JSON',
  unauthenticated: 'Sign in first',
  'token-invalid': 'The access token is not valid',
  'token-expired': 'The access token has expired',
  'session-ended': 'The session has ended',
  'invalid-credentials': 'The e-mail address or the password is wrong',
  'refresh-token-missing': 'There is no session to renew',
  'refresh-token-reused': 'The session has ended',
  forbidden: 'Not allowed',
  'origin-not-allowed': 'Requests from this origin are not allowed',
  'subpages-not-editable': 'Something below the page is not theirs to edit',
  'link-password-required': 'The link asks for a password',
  'link-password-wrong': 'The link’s password is wrong',
  'not-found': 'Not found',
  'route-not-found': 'There is no such route',
  'email-taken': 'The e-mail address is taken',
  'id-taken': 'The id is taken',
  'already-member': 'Already a member',
  'is-owner': 'This is the owner of the drive',
  'owns-drives': 'The account still owns drives',
  'page-restricted': 'The page is restricted',
  'page-inside-itself': 'A page cannot lie inside itself',
  'sibling-not-found': 'The neighbour is not there',
  'not-in-trash': 'The page is not in the trash',
  'too-many-favourites': 'There are too many favourites',
  'weak-password': 'The password is easily guessed',
  'tree-too-deep': 'The pages are nested too deeply',
  'copy-too-large': 'There is too much to copy at once',
  'stream-ended': 'The stream has ended',
  'stream-cancelled': 'The stream was cancelled',
  'chunk-out-of-order': 'A chunk is missing before this one',
  'unknown-user': 'No such account',
  'limit-reached': 'There is no room for more',
  'unknown-content': 'The content holds something that would be lost',
  'invalid-content': 'The content is not a document',
  'nested-too-deep': 'Elements are nested too deep',
  'unknown-heading': 'There is no such heading',
  'editor-outdated': 'A newer version of the editor is needed to write',
  'unknown-anchor': 'There is no such place in the text',
  'malformed-update': 'The update does not decode',
  'history-unavailable': 'The history does not reach back that far',
  'history-too-long': 'The history is too long to be read at once',
  'history-busy': 'Too many are reading histories',
  outdated: 'The page has changed meanwhile',
  'payload-too-large': 'The body is too large',
  'page-too-large': 'The page is too large to grow',
  'stream-too-long': 'The stream is too long to grow',
  'unsupported-media-type': 'The body is of a type that is not read here',
  'client-outdated': 'This client is too old',
  'rate-limited': 'Too many attempts',
  'too-many-connections': 'Too many connections',
  'too-many-uploads': 'Too many uploads at once',
  internal: 'Something went wrong here',
  'page-unreadable': 'The page cannot be read',
  'storage-unavailable': 'The database cannot be reached',
  'identity-unavailable': 'The access token cannot be checked',
  'server-stopping': 'The server is being restarted',
}

/** Codes that Fastify gives to requests it cannot read. */
const FASTIFY_CODES: Record<string, ProblemCode> = {
  FST_ERR_CTP_INVALID_JSON_BODY: 'invalid-json',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'invalid-json',
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'invalid-request',
  FST_ERR_BAD_URL: 'invalid-request',
}

/** Codes of errors from `documents`, which this folder does not import. */
const DOCUMENT_CODES: Record<string, ProblemCode> = {
  'page-deleted': 'not-found',
  'page-not-found': 'not-found',
  'access-changed': 'forbidden',
  'session-ended': 'session-ended',
  'page-unreadable': 'page-unreadable',
  'page-too-large': 'page-too-large',
  'storage-unavailable': 'storage-unavailable',
  'unknown-content': 'unknown-content',
  'invalid-content': 'invalid-content',
  'nested-too-deep': 'nested-too-deep',
  'unknown-heading': 'unknown-heading',
  'malformed-update': 'malformed-update',
  'history-unavailable': 'history-unavailable',
  'history-too-long': 'history-too-long',
  'history-busy': 'history-busy',
  'folding-stopped': 'history-busy',
}

/** Builds a problem body from a code and what to say about this case. */
export function toProblem(code: ProblemCode, detail?: string, extra: Partial<Problem> = {}): Problem {
  return {
    type: 'about:blank',
    title: TITLES[code],
    status: PROBLEM_STATUS[code],
    code,
    ...(detail === undefined ? {} : { detail }),
    ...extra,
  }
}

/** Answers with a problem. */
export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  if (problem.retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(problem.retryAfterMs / 1000))
  return reply.code(problem.status).type('application/problem+json').send(problem)
}

/** The one place where an error becomes an answer. What we did not foresee is logged and told to nobody. */
export function handleError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = mapError(error)
  if (problem.status >= 500) request.log.error({ err: error }, 'request failed')
  return sendProblem(reply, problem)
}

/** Answers bytes that Node could not read as HTTP: there is no request yet, only the connection. */
export function handleClientError({ code }: Error & { code?: string }, socket: Socket): void {
  if (code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const body = JSON.stringify(
    toProblem('invalid-request', CLIENT_ERRORS[code ?? ''] ?? 'This is not a valid HTTP request.'),
  )
  socket.write(
    'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: application/problem+json\r\n' +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
  socket.destroySoon()
}

/** What can be said about Node's codes for such bytes. */
const CLIENT_ERRORS: Record<string, string> = {
  HPE_HEADER_OVERFLOW: 'The headers are too large.',
  ERR_HTTP_REQUEST_TIMEOUT: 'The request took too long to arrive.',
}

function mapError(error: FastifyError): Problem {
  if (error instanceof Refusal) {
    const { code, message, retryAfterMs } = error
    return toProblem(code, message, retryAfterMs === undefined ? {} : { retryAfterMs })
  }
  if (error instanceof RateLimited)
    return toProblem('rate-limited', error.message, { retryAfterMs: error.retryAfterMs })
  if (hasZodFastifySchemaValidationErrors(error)) {
    const errors = error.validation.map((issue) => ({
      path: [error.validationContext, ...issue.instancePath.split('/').filter(Boolean)].join('.'),
      message: issue.message ?? 'is not valid',
    }))
    return toProblem('invalid-request', errors[0]?.message, { errors })
  }
  const code = FASTIFY_CODES[error.code] ?? DOCUMENT_CODES[error.code]
  if (code !== undefined) return toProblem(code, error.message, retryOf(error))
  if (isDatabaseUnavailable(error))
    return toProblem('storage-unavailable', 'Nothing was changed. Try again in a moment.')
  if (error.statusCode !== undefined && error.statusCode < 500)
    return toProblem('invalid-request', error.message)
  return toProblem('internal', 'The error was logged. Try again; if it stays, ask the operator to look.')
}

/** When an error says that it makes sense to try again. */
function retryOf(error: Error & { retryAfterMs?: unknown }): Pick<Problem, 'retryAfterMs'> {
  return typeof error.retryAfterMs === 'number' ? { retryAfterMs: error.retryAfterMs } : {}
}

/** Too many attempts from one address. */
export class RateLimited extends Error {
  override readonly name = 'RateLimited'
  readonly statusCode = 429
  readonly retryAfterMs: number

  constructor(retryAfterMs: number) {
    super(`Wait ${Math.ceil(retryAfterMs / 1000)} seconds before trying again.`)
    this.retryAfterMs = retryAfterMs
  }
}
