/** A name that is being written after an `@`, and where that stands in the text. */
export interface MentionQuery {
  readonly start: number
  readonly typed: string
}

interface Named {
  readonly userId: string
  readonly name: string
}

/** How long a name can be that is looked for. */
const MAX_TYPED = 40

/** What is written after the last `@` before the caret; null where no name is being written. */
export function readMentionQuery(text: string, caret: number): MentionQuery | null {
  const start = text.lastIndexOf('@', caret - 1)
  if (start < 0 || (start > 0 && !/[\s(]/.test(text[start - 1] ?? ''))) return null
  const typed = text.slice(start + 1, caret)
  return typed.length > MAX_TYPED || /\n|^\s/.test(typed) ? null : { start, typed }
}

/** Those whose names, or one of their words, begin with what was typed. */
export function findNamed<Person extends Named>(
  people: readonly Person[],
  typed: string,
  limit: number,
): Person[] {
  const wanted = typed.toLocaleLowerCase()
  return people
    .filter(({ name }) => {
      const lower = name.toLocaleLowerCase()
      return lower.startsWith(wanted) || lower.split(/\s+/).some((word) => word.startsWith(wanted))
    })
    .slice(0, limit)
}

/** The ids of those who are named in a text with an `@`. */
export function listMentioned(text: string, people: readonly Named[]): string[] {
  return people.filter(({ name }) => text.includes(`@${name}`)).map(({ userId }) => userId)
}

/** A text in pieces, of which those are names that are mentions. */
export function splitMentions(
  text: string,
  names: readonly string[],
): { readonly text: string; readonly isMention: boolean }[] {
  if (names.length === 0) return [{ text, isMention: false }]
  const longestFirst = [...names].sort((a, b) => b.length - a.length)
  const pattern = new RegExp(`(@(?:${longestFirst.map(escapePattern).join('|')}))`, 'u')
  return text
    .split(pattern)
    .map((piece, index) => ({ text: piece, isMention: index % 2 === 1 }))
    .filter((piece) => piece.text !== '')
}

const escapePattern = (name: string) => name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
