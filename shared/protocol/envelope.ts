import { z } from 'zod'
import { PROBLEM_STATUS, type ProblemCode } from '../api/problem.ts'
import { PROTOCOL_VERSION } from './version.ts'

/** The Socket.IO namespace that carries everything which is not document text. */
export const REALTIME_NAMESPACE = '/realtime'

/** The refusing half of every acknowledgement: the same stable codes as REST. */
export const errorAckSchema = z.object({
  ok: z.literal(false),
  error: z.object({
    code: z.enum(Object.keys(PROBLEM_STATUS) as [ProblemCode, ...ProblemCode[]]),
    message: z.string(),
    /** With `rate-limited`: when it makes sense to try again. */
    retryAfterMs: z.int().min(0).optional(),
  }),
})
export type ErrorAck = z.infer<typeof errorAckSchema>

/** The acknowledgement of a request that answers `shape` when it succeeds. */
export const ackSchema = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.discriminatedUnion('ok', [z.object({ ok: z.literal(true), ...shape }), errorAckSchema])

/** An access token, as long as one can be. */
export const tokenSchema = z.string().min(1).max(4096)

/**
 * What a client passes in the Socket.IO handshake. `protocol` is the version of the contract that it was
 * written for; who does not say is taken to speak the current one, and what is no version counts as an old one.
 */
export const handshakeAuthSchema = z.object({
  token: tokenSchema,
  protocol: z.int().min(0).default(PROTOCOL_VERSION).catch(0),
})
