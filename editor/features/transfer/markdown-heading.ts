/** A title as the first line of a Markdown file: its signs mean themselves. */
export function toMarkdownHeading(title: string): string {
  return `# ${title.replace(/[\\`*_[\]<&~]/g, '\\$&').replace(/(^| )(#+)$/, '$1\\$2')}`
}

/** An escaped sign, or code, in which nothing means anything but itself; or ticks without a partner. */
const LITERAL = /\\([!-/:-@[-`{-~])|(`+)(?!`)(.+?)(?<!`)\2(?!`)|`+/g
const SIGN = /[!-/:-@[-`{-~]/g
/** Private signs stand for those that mean themselves, and for the edges of code, so that none is taken for a mark. */
const [HIDDEN, FIRST_HIDDEN, CODE_EDGE] = [/[\uE000-\uE080]/g, 0xe000, '\uE080']
const WORD = '[\\p{L}\\p{N}]'
/** What might be a mark: in words, `_` is a sign as any other. */
const ANY_MARK = `[*\`]|~~|(?<!${WORD})_|_(?!${WORD})`
/** There is no mark in it: what is inside goes first, and those that overlap stay. */
const PLAIN = `((?:(?!${ANY_MARK}).)+)`
/** As in CommonMark: in words, a mark is one if a word is in it; between spaces it is none. */
const paired = (sign: string) =>
  new RegExp(
    `(?:(?<!${WORD})${sign}(?=\\S)|${sign}(?=${WORD}))${PLAIN}(?:(?<=\\S)${sign}(?!${WORD})|(?<=${WORD})${sign})`,
    'gu',
  )
const pairedOutside = (sign: string) =>
  new RegExp(`(?<!${WORD}_*)${sign}(?=\\S)${PLAIN}(?<=\\S)${sign}(?!_*${WORD})`, 'gu')
const MARKS = [
  ...['\\*\\*', '(?<!~)~~(?!~)', '(?<!\\*)\\*(?!\\*)'].map(paired),
  ...['__', '(?<!_)_(?!_)'].map(pairedOutside),
]
const LEFT_MARK = new RegExp(ANY_MARK, 'u')
const LINK = /!?\[([^\]]*)\]\([^)]*\)/g
const TAG = /<[/!?a-z][^<>]*>/gi
/** Links, images, HTML, entities: there is more in it than words. */
const OTHER = /\]\(|!\[|<[/!?a-z]|&[#a-z0-9]+;/i

/** The words of a heading in Markdown, and whether they are all that it says: how they look is not counted. */
export function readMarkdownHeading(source: string): { readonly words: string; readonly isAll: boolean } {
  // What has such signs of its own stays as it is.
  if (source.search(HIDDEN) >= 0) return { words: source, isAll: false }
  let words = source.replace(LITERAL, (found, sign?: string, _ticks?: string, code?: string) => {
    if (sign !== undefined) return hide(sign)
    return code === undefined ? found : CODE_EDGE + hide(code) + CODE_EDGE
  })
  const literal = words
  // A mark in another is laid bare by the next turn.
  for (let before = ''; before !== words; ) {
    before = words
    words = MARKS.reduce((text, mark) => text.replace(mark, '$1'), words)
  }
  const isPlain = !OTHER.test(literal)
  // Which of several are pairs is not sure while some have no partner.
  const isAll = isPlain && (words === literal || !LEFT_MARK.test(words))
  return { words: show(isPlain ? words : words.replace(LINK, '$1').replace(TAG, '')), isAll }
}

const hide = (text: string) =>
  text.replace(SIGN, (sign) => String.fromCharCode(FIRST_HIDDEN + sign.charCodeAt(0)))
const show = (text: string) =>
  text.replace(HIDDEN, (sign) =>
    sign === CODE_EDGE ? '' : String.fromCharCode(sign.charCodeAt(0) - FIRST_HIDDEN),
  )
