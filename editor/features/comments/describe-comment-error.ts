import { ApiError, describeError } from '../../api/api-error.ts'

/** A sentence for people about a comment that was not sent. */
export function describeCommentError(error: unknown): string {
  if (!(error instanceof ApiError)) return describeError(error)
  switch (error.code) {
    case 'network':
      return 'The server cannot be reached. The comment is kept here: try again when you are connected.'
    case 'unknown-anchor':
      return 'The text is not saved yet. Try again when it is.'
    case 'unknown-user':
      return 'Somebody you mention cannot see this page. Share it with them first.'
    case 'forbidden':
      return 'You may not comment on this page any more.'
    case 'not-found':
      return 'This thread was deleted meanwhile.'
    default:
      return describeError(error)
  }
}
