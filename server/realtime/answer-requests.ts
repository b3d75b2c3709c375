import type { Socket } from 'socket.io'
import type { z } from 'zod'
import type { ProblemCode } from '../../shared/api/problem.ts'
import type { ErrorAck } from '../../shared/protocol/envelope.ts'
import {
  type RequestAck,
  type RequestName,
  type RequestPayload,
  requestSchemas,
} from '../../shared/protocol/events.ts'
import type { Logger } from '../operations/logger.ts'

/** How many requests of one socket may wait for their turn: more than any editor has under way at once. */
const MAX_WAITING_REQUESTS = 200

/** What is done for each request; the payload has been parsed. */
export type RequestHandlers = {
  readonly [Name in RequestName]: (payload: RequestPayload<Name>) => Promise<RequestAck<Name>>
}

/**
 * Parses, handles and acknowledges a socket's requests, one after the other: a leave that was sent
 * behind a join also takes effect behind it. Whatever was sent and whatever goes wrong, the client gets
 * an answer if it asked for one.
 */
export function answerRequests(
  socket: Pick<Socket, 'onAny' | 'connected'>,
  handlers: RequestHandlers,
  logger: Pick<Logger, 'error'>,
): void {
  let waiting = 0
  let last = Promise.resolve()

  async function handle(name: RequestName, payload: unknown): Promise<RequestAck<RequestName>> {
    try {
      return await handlers[name](payload as never)
    } catch (error) {
      logger.error({ err: error, request: name }, 'a realtime request failed')
      return refuse('storage-unavailable', 'The server cannot answer at the moment. Try again.')
    }
  }

  socket.onAny((name: string, ...sent: unknown[]) => {
    const reply = toReply(sent.at(-1))
    if (!isRequestName(name)) return reply(refuse('invalid-request', 'There is no such request.'))
    const schema: z.ZodType = requestSchemas[name]
    const parsed = schema.safeParse(sent[0])
    if (!parsed.success)
      return reply(refuse('invalid-request', parsed.error.issues[0]?.message ?? 'Invalid payload.'))
    if (waiting >= MAX_WAITING_REQUESTS)
      return reply(refuse('rate-limited', 'Too many requests at once. Wait for the answers first.'))
    waiting++
    last = last.then(async () => {
      waiting--
      if (socket.connected) reply(await handle(name, parsed.data))
    })
  })
}

/** The refusing acknowledgement. */
export function refuse(code: ProblemCode, message: string): ErrorAck {
  return { ok: false, error: { code, message } }
}

function isRequestName(name: string): name is RequestName {
  return Object.hasOwn(requestSchemas, name)
}

/** Socket.IO puts the acknowledgement last, if there is one. */
function toReply(last: unknown): (answer: RequestAck<RequestName>) => void {
  return typeof last === 'function' ? (answer) => last(answer) : () => undefined
}
