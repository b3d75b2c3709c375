/** A piece of what a message says. */
export type TextPiece =
  | { readonly kind: 'text' | 'mention'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly href: string }

const LINK = /\bhttps?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}]/gu

/** What a message says, with its addresses and the names of those it mentions told apart. */
export function splitMessage(body: string, mentionedNames: readonly string[]): TextPiece[] {
  // Longer names first: one may begin with another.
  const names = [...mentionedNames].sort((left, right) => right.length - left.length)
  const pieces: TextPiece[] = []
  let at = 0
  for (const match of body.matchAll(LINK)) {
    pieces.push(...splitNames(body.slice(at, match.index), names))
    pieces.push({ kind: 'link', text: match[0], href: match[0] })
    at = match.index + match[0].length
  }
  pieces.push(...splitNames(body.slice(at), names))
  return pieces
}

function splitNames(text: string, names: readonly string[]): TextPiece[] {
  const pieces: TextPiece[] = []
  let plain = ''
  for (let at = 0; at < text.length; ) {
    const name = text[at] === '@' ? names.find((one) => text.startsWith(one, at + 1)) : undefined
    if (name === undefined) {
      plain += text[at]
      at++
      continue
    }
    if (plain !== '') pieces.push({ kind: 'text', text: plain })
    plain = ''
    pieces.push({ kind: 'mention', text: `@${name}` })
    at += name.length + 1
  }
  if (plain !== '') pieces.push({ kind: 'text', text: plain })
  return pieces
}

/** The people of whom a text says `@` and their name. */
export function findMentioned<Somebody extends { readonly name: string; readonly userId: string }>(
  text: string,
  people: readonly Somebody[],
): string[] {
  const mentioned = new Set(
    splitNames(
      text,
      [...people.map(({ name }) => name)].sort((left, right) => right.length - left.length),
    )
      .filter(({ kind }) => kind === 'mention')
      .map((piece) => piece.text.slice(1)),
  )
  return people.filter(({ name }) => mentioned.has(name)).map(({ userId }) => userId)
}

/** What stands behind the last `@` before the caret: the beginning of a name, or null. */
export function findMentionQuery(textBeforeCaret: string): string | null {
  const match = /(?:^|[\s(])@([\p{L}\p{N}._'’-]*(?: [\p{L}\p{N}._'’-]*)?)$/u.exec(textBeforeCaret)
  return match?.[1] ?? null
}
