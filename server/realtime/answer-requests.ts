import { z } from 'zod'
import type { ProblemCode } from '../../shared/api/problem.ts'
import type { ErrorAck } from '../../shared/protocol/envelope.ts'
import {
  type RequestAck,
  type RequestName,
  type RequestPayload,
  requests,
} from '../../shared/protocol/events.ts'
import { isDatabaseUnavailable } from '../database/errors.ts'
import type { Logger } from '../operations/logger.ts'
import { Refusal } from '../workspace/failures.ts'
import type { ActingSocket } from './acting-socket.ts'
import type { RateLimiter } from './rate-limiter.ts'
import type { Sessions } from './sessions.ts'
import type { RealtimeSocket } from './sockets.ts'

/** How many requests of one socket may wait for their turn: more than any editor has under way at once. */
const MAX_WAITING_REQUESTS = 200
/** When it makes sense to try again behind that many, ms. */
const WAITING_RETRY_MS = 1_000

/**
 * What is done for some of the requests; the payload has been parsed. A handler that throws a `Refusal`
 * refuses with its code and message.
 */
export type RequestHandlers<Names extends RequestName = RequestName> = {
  readonly [Name in Names]: (
    socket: RealtimeSocket,
    payload: RequestPayload<Name>,
  ) => Promise<RequestAck<Name>>
}

/** Answers the requests of one socket after the other. */
export type AnswerRequests = (socket: RealtimeSocket) => void

/**
 * Parses, handles and acknowledges a socket's requests, one after the other: a leave that was sent
 * behind a join also takes effect behind it. Whatever was sent and whatever goes wrong, the client gets
 * an answer if it asked for one.
 */
export function createAnswerRequests(deps: {
  readonly handlers: RequestHandlers
  readonly acting: ActingSocket
  readonly rates: RateLimiter
  readonly sessions: Pick<Sessions, 'hasExpired'>
  readonly logger: Pick<Logger, 'error'>
}): AnswerRequests {
  async function handle(
    socket: RealtimeSocket,
    name: RequestName,
    payload: unknown,
  ): Promise<RequestAck<RequestName>> {
    if (name !== 'renew_token' && deps.sessions.hasExpired(socket))
      return refuse('token-expired', 'The access token has expired. Renew it with renew_token.')
    try {
      const handler = deps.handlers[name] as RequestHandlers[RequestName]
      return await deps.acting.run(socket.id, name, () => handler(socket, payload as never))
    } catch (error) {
      if (error instanceof Refusal) return refuse(error.code, error.message)
      deps.logger.error({ err: error, request: name }, 'a realtime request failed')
      return isDatabaseUnavailable(error)
        ? refuse('storage-unavailable', 'Nothing was changed. Try again in a moment.')
        : refuse('internal', 'The error was logged. Try again; if it stays, ask the operator to look.')
    }
  }

  return (socket) => {
    let waiting = 0
    let last = Promise.resolve()

    socket.onAny((name: string, ...sent: unknown[]) => {
      const reply = toReply(sent.at(-1))
      const { userId } = socket.data.identity
      const isKnown = isRequestName(name)
      const schema: z.ZodType = isKnown ? requests[name].payload : z.never()
      const parsed = schema.safeParse(sent[0])
      const retryAfterMs = deps.rates.take(
        userId,
        isKnown && parsed.success ? requests[name].rate : 'invalid',
      )
      if (retryAfterMs > 0) return reply(refuseForNow('You are asking too often.', retryAfterMs))
      if (!isKnown) return reply(refuse('invalid-request', 'There is no such request.'))
      if (!parsed.success)
        return reply(refuse('invalid-request', parsed.error.issues[0]?.message ?? 'Invalid payload.'))
      if (waiting >= MAX_WAITING_REQUESTS)
        return reply(refuseForNow('Too many requests at once. Wait for the answers first.', WAITING_RETRY_MS))
      waiting++
      last = last.then(async () => {
        waiting--
        if (!socket.connected) return
        reply(await handle(socket, name, parsed.data))
      })
    })
  }
}

/** The refusing acknowledgement. */
export function refuse(code: ProblemCode, message: string): ErrorAck {
  return { ok: false, error: { code, message } }
}

/** The refusing acknowledgement for what may be tried again. */
function refuseForNow(message: string, retryAfterMs: number): ErrorAck {
  return { ok: false, error: { code: 'rate-limited', message, retryAfterMs } }
}

function isRequestName(name: string): name is RequestName {
  return Object.hasOwn(requests, name)
}

/** Socket.IO puts the acknowledgement last, if there is one. */
function toReply(last: unknown): (answer: RequestAck<RequestName>) => void {
  return typeof last === 'function' ? (answer) => last(answer) : () => undefined
}
