import type { JSONContent } from '@tiptap/core'
import { ContentError } from './content-error.ts'
import { EMPTY_PARAGRAPH, LIST_SEPARATOR } from './content-markdown.ts'
import { parseInlineMarkdown } from './parse-markdown-inline.ts'

/**
 * Markdown as TipTap JSON: the blocks of CommonMark without reference links, raw HTML blocks and setext
 * headings, and task lists. What pages have no place for (images, HTML) is refused.
 * @throws ContentError `unknown-content`, `invalid-content`
 */
export function parseMarkdown(markdown: string): JSONContent {
  const lines = markdown.replace(/\r\n?/g, '\n').split('\n')
  return { type: 'doc', content: parseBlocks(lines, 0) }
}

const MAX_DEPTH = 50
const HEADING = /^ {0,3}(#{1,6})(?=[ \t]|$)(.*)$/
const RULE = /^ {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$/
const FENCE = /^( {0,3})(`{3,}|~{3,})([^`]*)$/
const QUOTE = /^ {0,3}> ?/
const ITEM = /^( {0,3})([-+*]|\d{1,9}[.)])(?:( {1,4})(?=\S)| |$)(.*)$/
const TASK = /^\[([ xX])\](?:[ \t]+|$)/

function parseBlocks(lines: readonly string[], depth: number): JSONContent[] {
  if (depth > MAX_DEPTH) throw new ContentError('invalid-content', 'The Markdown is nested too deeply.')
  const blocks: JSONContent[] = []
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] as string
    if (isBlank(line) || trimSpaces(line) === LIST_SEPARATOR) {
      at++
      continue
    }
    const read =
      readHeading(line) ??
      readFence(lines, at) ??
      (RULE.test(line) ? { block: { type: 'horizontalRule' }, lines: 1 } : undefined) ??
      readQuote(lines, at, depth) ??
      readList(lines, at, depth) ??
      readParagraph(lines, at)
    blocks.push(read.block)
    at += read.lines
  }
  return blocks
}

type Read = { readonly block: JSONContent; readonly lines: number }

function readHeading(line: string): Read | undefined {
  const [, signs, text] = HEADING.exec(line) ?? []
  if (signs === undefined) return undefined
  return {
    block: textblock('heading', withoutClosing(trimSpaces(text ?? '')), { level: signs.length }),
    lines: 1,
  }
}

function readFence(lines: readonly string[], at: number): Read | undefined {
  const [, indent = '', fence, info = ''] = FENCE.exec(lines[at] as string) ?? []
  if (fence === undefined) return undefined
  const end = new RegExp(`^ {0,3}${fence[0]}{${fence.length},}[ \\t]*$`)
  let to = at + 1
  while (to < lines.length && !end.test(lines[to] as string)) to++
  const text = lines
    .slice(at + 1, to)
    .map((line) => line.replace(new RegExp(`^ {0,${indent.length}}`), ''))
    .join('\n')
  const content = text === '' ? {} : { content: [{ type: 'text', text }] }
  const language = info.trim().split(/\s/)[0] || null
  return { block: { type: 'codeBlock', attrs: { language }, ...content }, lines: to + 1 - at }
}

function readQuote(lines: readonly string[], at: number, depth: number): Read | undefined {
  if (!QUOTE.test(lines[at] as string)) return undefined
  let to = at
  while (to < lines.length && QUOTE.test(lines[to] as string)) to++
  const content = parseBlocks(
    lines.slice(at, to).map((line) => line.replace(QUOTE, '')),
    depth + 1,
  )
  const block = { type: 'blockquote', content: content.length > 0 ? content : [{ type: 'paragraph' }] }
  return { block, lines: to - at }
}

/** Items of one kind in a row; what is indented to an item's text belongs to it. */
function readList(lines: readonly string[], at: number, depth: number): Read | undefined {
  const first = readMarker(lines[at])
  if (first === undefined) return undefined
  const items: JSONContent[] = []
  let from = at
  for (let marker = readMarker(lines[from]); marker?.kind === first.kind; marker = readMarker(lines[from])) {
    const { width } = marker
    let to = from + 1
    while (to < lines.length && (isBlank(lines[to]) || indentOf(lines[to]) >= width)) to++
    const own = [marker.rest, ...lines.slice(from + 1, to).map((line) => line.slice(width))]
    items.push(toItem(own, first.kind, depth))
    from = to
    // Blank lines after the last item are not the list's; one before its next item is.
    if (isBlank(lines[from])) break
    if (RULE.test(lines[from] ?? '')) break
  }
  const isTasks = first.kind === 'task'
  const block =
    first.start === null
      ? { type: isTasks ? 'taskList' : 'bulletList', content: items }
      : { type: 'orderedList', attrs: { start: first.start }, content: items }
  return { block, lines: from - at }
}

const isBlank = (line: string | undefined) => line !== undefined && trimSpaces(line) === ''
const indentOf = (line = '') => line.length - line.replace(/^[ \t]+/, '').length

type Marker = { kind: string; start: number | null; width: number; rest: string }

function readMarker(line: string | undefined): Marker | undefined {
  const [, indent = '', sign, space = ' ', rest = ''] = ITEM.exec(line ?? '') ?? []
  if (sign === undefined || RULE.test(line as string)) return undefined
  const isOrdered = /^\d/.test(sign)
  const kind = isOrdered ? (sign.at(-1) as string) : TASK.test(rest) ? 'task' : sign
  const width = indent.length + sign.length + space.length
  return { kind, start: isOrdered ? Number.parseInt(sign, 10) : null, width, rest }
}

function toItem(lines: string[], kind: string, depth: number): JSONContent {
  const isTask = kind === 'task'
  const checked = isTask && /^\[[xX]/.test(lines[0] as string)
  const content = parseBlocks(
    isTask ? [(lines[0] as string).replace(TASK, ''), ...lines.slice(1)] : lines,
    depth + 1,
  )
  if (content[0]?.type !== 'paragraph') content.unshift({ type: 'paragraph' })
  return isTask ? { type: 'taskItem', attrs: { checked }, content } : { type: 'listItem', content }
}

/** Lines up to a blank one, or to one that begins something else. */
function readParagraph(lines: readonly string[], at: number): Read {
  let to = at + 1
  while (to < lines.length && !isBlank(lines[to]) && !beginsBlock(lines[to] as string)) to++
  const own = lines.slice(at, to).map((line, index) => (index === 0 ? line : line.replace(/^[ \t]+/, '')))
  const text = trimSpaces(own.join('\n'))
  return { block: textblock('paragraph', text === EMPTY_PARAGRAPH ? '' : text), lines: to - at }
}

const beginsBlock = (line: string) =>
  HEADING.test(line) || FENCE.test(line) || RULE.test(line) || QUOTE.test(line) || isItemWithText(line)
const isItemWithText = (line: string) => (readMarker(line)?.rest ?? '') !== ''

function textblock(type: string, source: string, attrs?: JSONContent['attrs']): JSONContent {
  const content = parseInlineMarkdown(source)
  return { type, ...(attrs === undefined ? {} : { attrs }), ...(content.length > 0 ? { content } : {}) }
}

/** A heading may be closed by signs as well. */
function withoutClosing(text: string): string {
  let end = text.length
  while (text[end - 1] === '#') end--
  return end === text.length || (end > 0 && !isSpace(text[end - 1])) ? text : trimSpaces(text.slice(0, end))
}

const isSpace = (char: string | undefined) => char === ' ' || char === '\t'

/** Not `trim()`: a no-break space is a character that somebody wrote. */
function trimSpaces(text: string): string {
  let start = 0
  let end = text.length
  while (isSpace(text[start])) start++
  while (end > start && isSpace(text[end - 1])) end--
  return text.slice(start, end)
}
