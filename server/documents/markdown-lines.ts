import type Token from 'markdown-it/lib/token.mjs'
import { ContentError } from '../../shared/document/content-error.ts'

/** Something in a text that begins so many lines above it. */
export class LineError extends ContentError {
  readonly offset: number

  constructor(offset: number, code: ContentError['code'], message: string) {
    super(code, message)
    this.offset = offset
  }
}

/**
 * Reads what begins in a line of the source, counted from 0; what is wrong there is told with the line's number.
 * A line that takes long to count is counted only then.
 */
export function atLine<Result>(line: number | (() => number), read: () => Result): Result {
  return toldWith(read, (offset) => `Line ${(typeof line === 'number' ? line : line()) + offset + 1}`)
}

/** Reads HTML from one line of the source to before another; which of them something is wrong in is not known. */
export function atLines<Result>([from, to]: readonly [number, number], read: () => Result): Result {
  if (to - from <= 1) return atLine(from, read)
  return toldWith(read, () => `In the HTML that begins in line ${from + 1}`)
}

/** Takes so many signs off the start of a text; it begins so many lines further down then. */
export function cutStart(text: Token, length: number): void {
  const lines = countLines(text.content.slice(0, length))
  text.content = text.content.slice(length)
  if (text.map !== null) text.map = [text.map[0] + lines, text.map[1]]
}

/** How many lines end in a text. */
export const countLines = (text: string): number => text.split('\n').length - 1

function toldWith<Result>(read: () => Result, place: (offset: number) => string): Result {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof ContentError)) throw error
    const offset = error instanceof LineError ? error.offset : 0
    throw new ContentError(error.code, `${place(offset)}: ${error.message}`, { cause: error })
  }
}
