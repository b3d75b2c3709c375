import { type Problem, type ProblemCode, problemSchema } from '../../shared/api/problem.ts'

/** `network`: nobody answered. `unexpected-answer`: somebody answered something that is not our API. */
export type ApiErrorCode = ProblemCode | 'network' | 'unexpected-answer'

/** Everything that can go wrong with a request, with the server's stable code. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: ApiErrorCode
  readonly problem: Problem | null

  constructor(code: ApiErrorCode, message: string, problem: Problem | null = null, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.problem = problem
  }
}

/** Whether trying again later, unchanged, may succeed. */
export function isTemporary(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false
  return ['network', 'unexpected-answer', 'rate-limited', 'internal', 'storage-unavailable'].includes(
    error.code,
  )
}

/** The error that a response which is not a success stands for. */
export async function readProblem(response: Response): Promise<ApiError> {
  const parsed = problemSchema.safeParse(await response.json().catch(() => null))
  if (!parsed.success) return new ApiError('unexpected-answer', `The server answered ${response.status}.`)
  const { code, detail, title } = parsed.data
  return new ApiError(code, detail ?? title, parsed.data)
}

/** A sentence for people about what went wrong. */
export function describeError(error: unknown): string {
  if (!(error instanceof ApiError)) return 'Something went wrong. Please try again.'
  switch (error.code) {
    case 'network':
      return 'The server cannot be reached. Check your connection and try again.'
    case 'invalid-credentials':
      return 'That e-mail and password do not match.'
    case 'email-taken':
      return 'There is already an account with this e-mail.'
    case 'unknown-user':
      return 'Nobody has an account with this e-mail yet. Ask them to register first.'
    case 'already-member':
      return 'This person is a member already.'
    case 'rate-limited':
      return 'Too many attempts. Wait a moment and try again.'
    case 'forbidden':
      return 'You are not allowed to do this.'
    case 'not-found':
      return 'This does not exist, or you may not see it.'
    case 'storage-unavailable':
      return 'The server cannot save at the moment. Please try again soon.'
    case 'invalid-request':
      return error.problem?.errors?.[0]?.message ?? error.message
    default:
      return error.message || 'Something went wrong. Please try again.'
  }
}
