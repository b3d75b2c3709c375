import MarkdownIt, { type StateBlock, type StateCore, type StateInline, type Token } from 'markdown-it'
import { isDocumentColor } from '../../shared/document/colors.ts'
import { ContentError } from '../../shared/document/content-error.ts'
import { EMPTY_PARAGRAPH, LIST_SEPARATOR } from '../../shared/document/content-markdown.ts'
import { DEFAULT_HIGHLIGHT } from '../../shared/document/highlight.ts'
import { fitCallouts, fitCells, splitImages } from './markdown-fit.ts'
import { readDetails, readHtmlBlock } from './markdown-html.ts'
import { atLine, countLines, cutStart, LineError } from './markdown-lines.ts'
import { flattenMarks, refuseImage } from './markdown-marks.ts'
import { requireNoSurplusCells } from './markdown-table.ts'
import { keepsUnknown, writeImage, writeLoneTags, writeLostImages } from './unknown-markup.ts'

/**
 * markdown-it as pages need it: its tokens name only what the document schema has a place for, and
 * everything else is refused while it is read, or stays text.
 */
export function createMarkdownTokenizer(): MarkdownIt {
  const tokenizer = new MarkdownIt()
  // A definition that nothing refers to would vanish; what refers to one stays the text it is written as.
  tokenizer.disable(['reference', 'html_block'])
  // Addresses stay as they are written; which of them may be linked is decided for every format alike.
  tokenizer.normalizeLink = (address) => address
  tokenizer.normalizeLinkText = (text) => text
  tokenizer.validateLink = () => true

  const { block, inline, core } = tokenizer
  core.ruler.before(
    'block',
    'block_nesting',
    ({ md }) => void md.set({ maxNesting: MAX_LEVEL + 2 } as object),
  )
  // Also between the rows of a table, which are read in one go.
  block.ruler.before('table', 'bounds', requireBounds, { alt: ['blockquote'] })
  block.ruler.before('paragraph', 'list_separator', skipListSeparator, { alt: ['paragraph'] })
  const alt = ['paragraph', 'reference', 'blockquote', 'list']
  block.ruler.before('paragraph', 'details', readDetails, { alt })
  block.ruler.before('paragraph', 'page_html', readHtmlBlock, { alt })
  inline.ruler.at('html_inline', readTag)
  core.ruler.before('inline', 'pages', fitBlocks)
  core.ruler.at('inline', ({ tokens, env }) =>
    forEachInline(tokens, (token, line) => {
      inline.parse(token.content, tokenizer, env, token.children ?? [])
      for (const child of token.children ?? [])
        if (child.type === 'mention_html') child.map = [line, line + 1]
    }),
  )
  core.ruler.push('images', (state) => {
    if (keepsUnknown(state)) {
      writeLostImages(state.tokens)
      writeLoneTags(state.tokens)
    }
    state.tokens = splitImages(state.tokens, state.Token)
  })
  core.ruler.push('marks', (state) =>
    forEachInline(state.tokens, (token) => {
      token.children = flattenMarks(token.children ?? [], keepsUnknown(state) ? writeImage : refuseImage)
    }),
  )
  return tokenizer
}

/** markdown-it leaves out what lies deeper than it may go: it never comes to it. A list and its item are two. */
const MAX_LEVEL = 98
/** A paragraph is three, an item with its paragraph five; a page may have fewer, see `content-node.ts`. */
const MAX_TOKENS = 100_000
/** Each is read by itself, a second's work for all. */
const MAX_HTML_BLOCKS = 20_000
/** What is nested deeper in a line is text: brackets inside brackets cost as many looks at what is in them. */
const MAX_INLINE_LEVEL = 20
/** How much of one text block may mean something: what pairs it up looks back from each to those before. */
const MAX_SIGNS = 20_000

function requireBounds({ level, tokens }: Pick<StateBlock, 'level' | 'tokens'>): false {
  if (level >= MAX_LEVEL) throw new ContentError('invalid-content', 'The Markdown is nested too deeply.')
  if (tokens.length > MAX_TOKENS)
    throw new ContentError('invalid-content', 'The Markdown has too many blocks.')
  return false
}

function skipListSeparator(state: StateBlock, line: number, _end: number, silent: boolean): boolean {
  const from = (state.bMarks[line] as number) + (state.tShift[line] as number)
  const to = state.eMarks[line] as number
  if (to - from < LIST_SEPARATOR.length || to - from > LIST_SEPARATOR.length + 80) return false
  if (state.src.slice(from, to).trimEnd() !== LIST_SEPARATOR) return false
  if (!silent) state.line = line + 1
  return true
}

const MARK_TAG = /<(\/?)(strong|b|em|i|s|del|strike|u|ins|code|kbd|samp|tt)>/iy
/** The same with a colour; a `<mark>` without one has the usual. */
const COLOR_TAG =
  /<(?:(mark)(?: data-color="([^"<>]*)")?|(span) data-text-color="([^"<>]*)")>|<\/(mark|span)>/iy
/** A mention as a whole, as it is in HTML. */
const MENTION = /<span data-type="mention"[^<>]*>[^<>]*<\/span>/iy
const BREAK_TAG = /<br *\/?>/iy
/** Up to the next bracket and no further: each is looked at once, however many there are. */
const OTHER_TAG = /<[/!?]?[a-z][^<>]*>|<!--|<!\[|<\?/iy

/** Tags of marks, which keep their place among the other signs; other HTML would be lost. */
function readTag(state: StateInline, silent: boolean): boolean {
  const match = (pattern: RegExp) => {
    pattern.lastIndex = state.pos
    return pattern.exec(state.src)
  }
  const mention = match(MENTION)
  if (mention !== null) {
    const { src, pos } = state
    if (!silent) {
      const token = state.push('mention_html', '', 0)
      Object.assign(token, { content: mention[0], meta: { linesAbove: () => countLines(src.slice(0, pos)) } })
    }
    state.pos += mention[0].length
    return true
  }
  const color = match(COLOR_TAG)
  if (color !== null) return readColorTag(state, color, silent)
  const found = match(MARK_TAG) ?? match(BREAK_TAG)
  if (found === null) {
    const other = match(OTHER_TAG)
    if (other !== null && !keepsUnknown(state))
      throw lost(nameTag(other[0]), countLines(state.src.slice(0, state.pos)))
    return false
  }
  const [source, slash, tag] = found
  if (!silent) {
    if (tag === undefined) state.push('hardbreak', 'br', 0)
    else {
      const token = state.push('mark_tag', tag.toLowerCase(), 0)
      Object.assign(token, { markup: source, meta: { isClosing: slash === '/' } })
    }
  }
  state.pos += source.length
  return true
}

function readColorTag(state: StateInline, found: RegExpExecArray, silent: boolean): boolean {
  const tag = (found[1] ?? found[3] ?? found[5] ?? '').toLowerCase()
  const color = found[2] ?? found[4] ?? DEFAULT_HIGHLIGHT
  const isClosing = found[5] !== undefined
  if (!isClosing && !isDocumentColor(color)) {
    if (keepsUnknown(state)) return false
    throw lost(`the colour "${color}"`)
  }
  const meta = isClosing ? { isClosing } : { isClosing, color }
  if (!silent) Object.assign(state.push('mark_tag', tag, 0), { markup: found[0], meta })
  state.pos += found[0].length
  return true
}

/** Blocks that mean something else here than in CommonMark: empty paragraphs, task lists, cells, callouts. */
function fitBlocks(state: StateCore): void {
  requireBounds({ level: 0, tokens: state.tokens })
  if (state.tokens.filter(({ type }) => type === 'html_block').length > MAX_HTML_BLOCKS)
    throw new ContentError('invalid-content', 'The Markdown has too many blocks of HTML.')
  for (const token of state.tokens) {
    if (token.type !== 'inline') continue
    if (token.content === EMPTY_PARAGRAPH) token.content = ''
    if (token.content.length > MAX_SIGNS && countSigns(token.content) > MAX_SIGNS)
      throw new ContentError('invalid-content', `A text block has more than ${MAX_SIGNS} signs.`)
  }
  requireNoSurplusCells(state)
  state.md.set({ maxNesting: MAX_INLINE_LEVEL } as object)
  state.tokens = fitCells(fitCallouts(splitTaskLists(state)), state.Token)
}

function countSigns(text: string): number {
  let count = 0
  for (const _sign of text.matchAll(/[[\]!*_~`<&\\\n]/g)) count++
  return count
}

const TASK = /^\[([ xX])\](?:[ \t\n]+|$)/

/** Items that begin with `[ ]` or `[x]` become a task list of their own, also among others. */
function splitTaskLists({ tokens, Token: TokenClass }: StateCore): Token[] {
  const split: Token[] = []
  // The kind of each open list: null before its first item.
  const kinds: ('bullet_list' | 'task_list' | 'ordered_list' | null)[] = []
  const emit = (type: string, nesting: 1 | -1) => split.push(new TokenClass(type, 'ul', nesting))
  tokens.forEach((token, index) => {
    const kind = kinds.at(-1)
    switch (token.type) {
      case 'bullet_list_open':
        kinds.push(null)
        return
      case 'bullet_list_close':
        emit(`${kinds.pop()}_close`, -1)
        return
      case 'ordered_list_open':
        kinds.push('ordered_list')
        break
      case 'ordered_list_close':
        kinds.pop()
        break
      case 'list_item_open': {
        if (kind === 'ordered_list') break
        const isTask = readTask(token, tokens, index)
        const wanted = isTask ? 'task_list' : 'bullet_list'
        if (isTask) token.type = 'task_item_open'
        if (kind === wanted) break
        if (kind !== null) emit(`${kind}_close`, -1)
        emit(`${wanted}_open`, 1)
        kinds[kinds.length - 1] = wanted
        break
      }
      case 'list_item_close':
        if (kind === 'task_list') token.type = 'task_item_close'
        break
    }
    split.push(token)
  })
  return split
}

/** Takes the box off an item that begins with one. */
function readTask(item: Token, tokens: readonly Token[], index: number): boolean {
  const text = tokens[index + 1]?.type === 'paragraph_open' ? tokens[index + 2] : undefined
  const box = TASK.exec(text?.content ?? '')
  if (text === undefined || box === null) return false
  cutStart(text, box[0].length)
  if (text.content === EMPTY_PARAGRAPH) text.content = ''
  item.meta = { checked: box[1] !== ' ' }
  return true
}

/** Says in which line of the source a text stands that cannot be read. */
function forEachInline(tokens: readonly Token[], read: (token: Token, line: number) => void): void {
  let line = 0
  for (const token of tokens) {
    line = token.map?.[0] ?? line
    if (token.type === 'inline') atLine(line, () => read(token, line))
  }
}

const lost = (what: string, lineInBlock = 0) =>
  new LineError(lineInBlock, 'unknown-content', `Pages have no place for ${what}. ${ADVICE}`)

const ADVICE = 'Write it between backticks, as code, or leave it out.'
/** `<sub class="x">` as `<sub>`; of what is no element, its first signs. */
const nameTag = (source: string) =>
  (/^<\/?[a-z][\w-]*/i.exec(source)?.[0] ?? source.slice(0, 4)) +
  (source.startsWith('<!') || source.startsWith('<?') ? '' : '>')
