import { ApiError } from '../../api/api-error.ts'

/** What the API says about a page that it will not show; null if nothing but the way there failed. */
export function readRefusal(error: Error | null): 'page-not-found' | 'forbidden' | null {
  if (!(error instanceof ApiError)) return null
  if (error.code === 'not-found' || error.code === 'invalid-request') return 'page-not-found'
  return error.code === 'forbidden' ? 'forbidden' : null
}
