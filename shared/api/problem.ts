import { z } from 'zod'

/**
 * The stable codes of everything that REST and Socket.IO can answer besides success, with the HTTP
 * status each maps to. Clients branch on the code, never on the message.
 */
export const PROBLEM_STATUS = {
  'invalid-request': 400,
  'invalid-json': 400,
  'malformed-update': 400,
  unauthenticated: 401,
  'token-invalid': 401,
  'token-expired': 401,
  'session-ended': 401,
  'invalid-credentials': 401,
  'refresh-token-missing': 401,
  'refresh-token-reused': 401,
  forbidden: 403,
  'origin-not-allowed': 403,
  'subpages-not-editable': 403,
  'link-password-required': 403,
  'link-password-wrong': 403,
  'not-found': 404,
  'route-not-found': 404,
  'email-taken': 409,
  'id-taken': 409,
  'already-member': 409,
  'is-owner': 409,
  'owns-drives': 409,
  'page-restricted': 409,
  'page-inside-itself': 409,
  'sibling-not-found': 409,
  'not-in-trash': 409,
  'too-many-favourites': 409,
  'stream-ended': 409,
  'stream-cancelled': 409,
  'chunk-out-of-order': 409,
  'weak-password': 422,
  'tree-too-deep': 422,
  'copy-too-large': 422,
  'unknown-user': 422,
  'limit-reached': 422,
  'unknown-content': 422,
  'invalid-content': 422,
  'nested-too-deep': 422,
  'unknown-heading': 422,
  'unknown-anchor': 422,
  'history-unavailable': 410,
  'history-too-long': 422,
  outdated: 412,
  'payload-too-large': 413,
  'page-too-large': 413,
  'stream-too-long': 413,
  'unsupported-media-type': 415,
  'client-outdated': 426,
  'editor-outdated': 426,
  'rate-limited': 429,
  'too-many-connections': 429,
  'too-many-uploads': 429,
  internal: 500,
  'page-unreadable': 500,
  'storage-unavailable': 503,
  'identity-unavailable': 503,
  'server-stopping': 503,
  'history-busy': 503,
} as const satisfies Record<string, number>

export type ProblemCode = keyof typeof PROBLEM_STATUS

/** An error body, `application/problem+json` as in RFC 9457, with Copydesk's `code` and field errors. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.enum(Object.keys(PROBLEM_STATUS) as [ProblemCode, ...ProblemCode[]]),
  detail: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  retryAfterMs: z.int().optional(),
  /** Where the page stands, when that is what was wrong. */
  seq: z.int().optional(),
})
export type Problem = z.infer<typeof problemSchema>
