import type { z } from 'zod'
import type { ProblemCode } from '../api/problem.ts'
import type { RateClass } from './rate-limits.ts'

/** One request of the contract: a client sends it and gets exactly one acknowledgement. */
export interface RequestContract {
  /** What it does, one sentence. */
  readonly summary: string
  /** Who may send it, for the documentation; the server decides it anew each time. */
  readonly who: string
  /** What the server parses the payload with. */
  readonly payload: z.ZodType
  /** What the acknowledgement follows: made with `ackSchema`. */
  readonly ack: z.ZodType
  /** What it can be refused with besides what every request can be (`COMMON_ERRORS`). */
  readonly errors: readonly ProblemCode[]
  /** How often it may be sent. */
  readonly rate: RateClass
  /** Facts that its acknowledgement says already: the asking socket does not get them as well. */
  readonly says?: readonly string[]
}

/** Where a fact is sent: a room that the server derives, or one socket alone. */
export type FactRoom = 'page' | 'drive' | 'user' | 'everyone' | 'socket'

/** One fact of the contract: the server sends it in the past tense. */
export interface FactContract {
  /** What has happened, one sentence. */
  readonly summary: string
  /** Who receives it, for the documentation. */
  readonly who: string
  /** The rooms that it goes to; a socket in several of them gets it once. */
  readonly rooms: readonly FactRoom[]
  readonly payload: z.ZodType
}

/** What every request can be refused with. */
export const COMMON_ERRORS = [
  'invalid-request',
  'rate-limited',
  'token-expired',
  'storage-unavailable',
  'internal',
] as const satisfies readonly ProblemCode[]
