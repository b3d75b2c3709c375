import { z } from 'zod'
import { PROBLEM_STATUS, type ProblemCode } from '../api/problem.ts'

/** The Socket.IO namespace that carries everything which is not document text. */
export const REALTIME_NAMESPACE = '/realtime'

/** The refusing half of every acknowledgement: the same stable codes as REST. */
export const errorAckSchema = z.object({
  ok: z.literal(false),
  error: z.object({
    code: z.enum(Object.keys(PROBLEM_STATUS) as [ProblemCode, ...ProblemCode[]]),
    message: z.string(),
  }),
})
export type ErrorAck = z.infer<typeof errorAckSchema>

/** The acknowledgement of a request that answers `shape` when it succeeds. */
export const ackSchema = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.discriminatedUnion('ok', [z.object({ ok: z.literal(true), ...shape }), errorAckSchema])

/** What a client may pass in the Socket.IO handshake. */
export const handshakeAuthSchema = z.object({ token: z.string().min(1).max(4096) })
