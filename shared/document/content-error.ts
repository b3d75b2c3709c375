/** Content that was sent, or asked for, and cannot be what it should: told to whoever did. */
export class ContentError extends Error {
  override readonly name = 'ContentError'
  /**
   * `unknown-content`: there is something that this format or this server's document schema does not know,
   * and that would be lost. `invalid-content`: it is not a document. `unknown-heading`: there is
   * no such heading to put it behind. `malformed-update`: bytes that are no Yjs update.
   * `history-unavailable`: the rows that said so are trimmed. `history-too-long`: they are too many.
   */
  readonly code:
    | 'unknown-content'
    | 'invalid-content'
    | 'unknown-heading'
    | 'malformed-update'
    | 'history-unavailable'
    | 'history-too-long'

  constructor(code: ContentError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
