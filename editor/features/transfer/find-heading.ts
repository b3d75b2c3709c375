/** What is longer than this is read no further: expressions take long for long lines, and a title is short. */
const MAX_SOURCE = 1000

const HEADING = /^ {0,3}#[ \t]+(\S.*)$/
const CLOSING_SIGNS = /(?:^|[ \t])[ \t]*#+$/
const UNDERLINE = /^ {0,3}=+[ \t]*$/
/** More than three spaces make code of a line. */
const INDENTED = /^(?: {4}| {0,3}\t)/
/** Such a line is no text that could be underlined: code, quotes, items, tables, headings, rules, HTML. */
const OTHER_BLOCK =
  /^ {0,3}(?:```|~~~|[>|]|(?:[-+*]|\d{1,9}[.)])(?:[ \t]|$)|#{1,6}(?:[ \t]|$)|(?:[-*_][ \t]*){3,}$|<[/!?a-z])/i

/** The heading that a Markdown text begins with. */
export interface FoundHeading {
  /** What it says, as it is written. */
  readonly source: string
  /** Whether it says more than that. */
  readonly isCut: boolean
  readonly start: number
  readonly end: number
}

/** Finds the heading that a Markdown text begins with, however long its lines are. */
export function findHeading(content: string): FoundHeading | undefined {
  const first = content.search(/\S/)
  if (first < 0) return undefined
  const start = content.lastIndexOf('\n', first) + 1
  const end = endOfLine(content, start)
  // An indent is not read either if it is longer than all that is.
  const line = content.slice(start, Math.min(end, start + MAX_SOURCE)).trimEnd()
  const isCut = end - start > MAX_SOURCE
  const source = HEADING.exec(line)?.[1]
  if (source !== undefined)
    return { source: isCut ? source : source.replace(CLOSING_SIGNS, '').trimEnd(), isCut, start, end }
  if (INDENTED.test(line) || OTHER_BLOCK.test(line) || end === content.length) return undefined
  const endBelow = endOfLine(content, end + 1)
  if (!UNDERLINE.test(content.slice(end + 1, endBelow))) return undefined
  return { source: line.trimStart(), isCut, start, end: endBelow }
}

function endOfLine(content: string, from: number): number {
  const end = content.indexOf('\n', from)
  return end < 0 ? content.length : end
}
