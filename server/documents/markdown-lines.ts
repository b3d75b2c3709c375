import { ContentError } from '../../shared/document/content-error.ts'

/** Something in a text that begins so many lines above it. */
export class LineError extends ContentError {
  readonly offset: number

  constructor(offset: number, code: ContentError['code'], message: string) {
    super(code, message)
    this.offset = offset
  }
}

/** Reads what begins in a line of the source, counted from 0; what is wrong there is told with the line's number. */
export function atLine<Result>(line: number, read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof ContentError)) throw error
    const offset = error instanceof LineError ? error.offset : 0
    throw new ContentError(error.code, `Line ${line + offset + 1}: ${error.message}`, { cause: error })
  }
}
