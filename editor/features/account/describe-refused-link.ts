import { ApiError, describeError } from '../../api/api-error.ts'

/** A refused link has its own words: the page's own would speak of an account. */
export function describeRefusedLink(error: unknown): string {
  const code = error instanceof ApiError ? error.code : null
  if (code === 'link-password-required')
    return 'This link asks for a password. Whoever gave it to you has it.'
  if (code === 'link-password-wrong') return 'This is not the password of the link.'
  return error instanceof ApiError && error.code === 'not-found'
    ? 'This link does not work any more. It was revoked, or its page was deleted. Ask for a new one.'
    : describeError(error)
}
