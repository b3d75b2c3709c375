import type { JSONContent } from '@tiptap/core'
import type { StateBlock } from 'markdown-it'
import type Token from 'markdown-it/lib/token.mjs'
import { ContentError } from '../../shared/document/content-error.ts'
import { atLine } from './markdown-lines.ts'
import { parseHtml } from './parse-html.ts'
import { keepsUnknown, readIfKnown } from './unknown-markup.ts'

/** Elements that stand for blocks of a page; they reach to the next empty line. */
const BLOCK_TAG = /^<(p|h[1-6]|div|table|ul|ol|blockquote|pre|details|figure|img|hr)(?=[\s/>])/i
const DETAILS_LINE = /^<details(?: open(?:="")?)?>[ \t]*(?:<summary>(.*)<\/summary>)?[ \t]*$/i
const SUMMARY_LINE = /^<summary>(.*)<\/summary>[ \t]*$/i
const DETAILS_START = /^<details[\s>]/i
const DETAILS_END = /^<\/details>[ \t]*$/i
/** Details that are written on one line are over where they begin. */
const ENDS_THERE = /<\/details>[ \t]*$/i

const lineOf = (state: StateBlock, line: number) =>
  state.src.slice((state.bMarks[line] as number) + (state.tShift[line] as number), state.eMarks[line])

const isBlank = (state: StateBlock, line: number) =>
  (state.bMarks[line] as number) + (state.tShift[line] as number) >= (state.eMarks[line] as number)

const isCode = (state: StateBlock, line: number) => (state.sCount[line] as number) - state.blkIndent >= 4

/** A block that is written as HTML: one token `html_block` with its source, or a paragraph of it as text. */
export function readHtmlBlock(state: StateBlock, start: number, end: number, silent: boolean): boolean {
  if (isCode(state, start)) return false
  const tag = BLOCK_TAG.exec(lineOf(state, start))?.[1]?.toLowerCase()
  if (tag === undefined) return false
  if (silent) return true
  let line = start
  const isPre = tag === 'pre'
  while (
    line < end &&
    (isPre || !isBlank(state, line)) &&
    (state.sCount[line] as number) >= state.blkIndent
  ) {
    line++
    if (isPre && /<\/pre>/i.test(lineOf(state, line - 1))) break
  }
  state.line = line
  const content = state.getLines(start, line, state.blkIndent, true)
  const read = keepsUnknown(state) ? readIfKnown(() => parseHtml(content)) : undefined
  const map: [number, number] = [start, line]
  if (read !== null) {
    const token = state.push('html_block', '', 0)
    Object.assign(token, { map, content, meta: { read } })
    return true
  }
  // All of it: whoever begins anew at its next line reads it once for each.
  Object.assign(push(state, 'paragraph_open', 1), { map })
  Object.assign(push(state, 'inline', 0), { map, content: content.trim(), children: [] })
  push(state, 'paragraph_close', -1)
  return true
}

/**
 * Details as they are written for GitHub: `<details>` and `<summary>` on lines of their own, then Markdown.
 * @throws ContentError `invalid-content` if they have no end
 */
export function readDetails(state: StateBlock, start: number, end: number, silent: boolean): boolean {
  if (isCode(state, start)) return false
  const opening = DETAILS_LINE.exec(lineOf(state, start))
  if (opening === null) return false
  let line = start + 1
  let summary = opening[1]
  if (summary === undefined) {
    summary = line < end ? SUMMARY_LINE.exec(lineOf(state, line))?.[1] : undefined
    if (summary === undefined) return false
    line++
  }
  if (silent) return true
  const close = atLine(start, () => findEnd(state, start, line, end))
  push(state, 'details_open', 1)
  const read = keepsUnknown(state)
    ? (readIfKnown(() => readInlineHtml(summary)) ?? asText(summary))
    : undefined
  const meta = { read }
  Object.assign(push(state, 'details_summary_html', 0), { content: summary, map: [line - 1, line], meta })
  push(state, 'details_content_open', 1)
  const { lineMax, parentType } = state
  state.lineMax = close
  state.md.block.tokenize(state, line, close)
  state.lineMax = lineMax
  state.parentType = parentType
  push(state, 'details_content_close', -1)
  push(state, 'details_close', -1)
  state.line = close + 1
  return true
}

const push = (state: StateBlock, type: string, nesting: -1 | 0 | 1): Token => state.push(type, '', nesting)

/** The line with the end of the details that began at `start`, at the same indent. */
function findEnd(state: StateBlock, start: number, from: number, end: number): number {
  let depth = 1
  for (let line = from; line < end; line++) {
    if (state.sCount[line] !== state.sCount[start] || isBlank(state, line)) continue
    const text = lineOf(state, line)
    if (DETAILS_START.test(text)) depth += ENDS_THERE.test(text) ? 0 : 1
    else if (DETAILS_END.test(text) && --depth === 0) return line
  }
  throw new ContentError('invalid-content', '<details> has no end.')
}

/** HTML in a line, as the paragraph that it makes. */
export function readInlineHtml(html: string): JSONContent {
  const [paragraph, ...others] = parseHtml(`<p>${html}</p>`).content ?? []
  if (paragraph?.type !== 'paragraph' || others.length > 0)
    throw new ContentError('invalid-content', 'There is more than a line of HTML where only that can be.')
  return paragraph
}

const asText = (text: string): JSONContent => ({ content: [{ type: 'text', text }] })
