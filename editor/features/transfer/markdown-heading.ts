/** A title as the first line of a Markdown file: its signs mean themselves. */
export function toMarkdownHeading(title: string): string {
  return `# ${title.replace(/[\\`*_[\]<&~]/g, '\\$&').replace(/(^| )(#+)$/, '$1\\$2')}`
}

const ESCAPED = /\\([!-/:-@[-`{-~])/g
/** Private signs stand for escaped ones, so that those are not taken for marks. */
const [HIDDEN, FIRST_HIDDEN] = [/[\uE000-\uE07F]/g, 0xe000]
const MARKS = /(\*\*|__|~~|`|(?<![\p{L}\p{N}])_|\*)(?=\S)(.*?\S)\1/gu
/** Links, images, HTML, entities: there is more in it than words. */
const OTHER = /\]\(|!\[|<[/!?a-z]|&[#a-z0-9]+;/i

/** The words of a heading in Markdown, and whether they are all that it says: how they look is not counted. */
export function readMarkdownHeading(source: string): { readonly words: string; readonly isAll: boolean } {
  let words = source.replace(ESCAPED, (_, sign: string) =>
    String.fromCharCode(FIRST_HIDDEN + sign.charCodeAt(0)),
  )
  const isAll = !OTHER.test(words)
  // A mark in another is laid bare by the next turn.
  for (let before = ''; before !== words; ) {
    before = words
    words = words.replace(MARKS, '$2')
  }
  words = words.replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/<[^<>]*>/g, '')
  const shown = words.replace(HIDDEN, (sign) => String.fromCharCode(sign.charCodeAt(0) - FIRST_HIDDEN))
  return { words: shown, isAll }
}
