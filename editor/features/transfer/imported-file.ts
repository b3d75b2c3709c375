import type { TextFormat } from '../../api/api-client.ts'
import { findHeading } from './find-heading.ts'
import { readMarkdownHeading } from './markdown-heading.ts'

const MAX_TITLE = 200

/** What a file becomes as a page. */
export interface ImportedFile {
  readonly title: string
  readonly format: TextFormat
  /** Each line stands where it stood in the file, so that one can be told from what is said about it. */
  readonly text: string
}

/**
 * The text of a file, which must be UTF-8 or say that it is UTF-16.
 * @throws Error with words for who chose the file
 */
export function decodeFile(bytes: Uint8Array): string {
  const [first, second] = bytes
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8'
  let text: string | undefined
  try {
    text = new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {}
  if (text === undefined || text.includes('\0'))
    throw new Error('The file is no text, or not in UTF-8. Save it as UTF-8 text and import it again.')
  return text
}

/** What a file becomes as a page: its first heading, or else its name, is the title. Nothing that it says is left out. */
export function readImportedFile(name: string, text: string): ImportedFile {
  const content = text.replace(/\r\n?/g, '\n')
  const named = toTitle(name.replace(/\.[^.]+$/, ''))
  if (/\.html?$/i.test(name)) return { ...readHtml(content, named), format: 'html' }
  return { ...readMarkdown(content, named), format: 'markdown' }
}

/** It begins with a field, or with comments and a field: what else is between two rules is text. */
const FRONT_MATTER =
  /^---[ \t]*\n((?=(?:#.*\n)*[\p{L}\p{N}_-]+[ \t]*:[ \t\n])[\s\S]*?\n)(?:---|\.\.\.)[ \t]*(?:\n|$)/u
const TITLE_FIELD = /^title[ \t]*:[ \t]*(.+)$/im

/** The words at the top that programs put there (YAML) stay as code, but for a title. */
function readMarkdown(content: string, named: string): { title: string; text: string } {
  const matter = FRONT_MATTER.exec(content)
  if (matter === null) return readHeading(content, named)
  const fields = matter[1] as string
  const field = TITLE_FIELD.exec(fields)
  const titled = toTitle(field?.[1]?.replace(/^(["'])(.*)\1$/, '$2') ?? '')
  const rest = content.slice(matter[0].length)
  const isTitleAlone =
    titled !== '' && isWhole(titled, field?.[1] ?? '') && fields.trim() === field?.[0].trim()
  const kept = isTitleAlone ? toBlank(matter[0]) : toCode(fields)
  if (titled !== '') return { title: titled, text: kept + rest }
  const { title, text } = readHeading(rest, named)
  return { title, text: kept + text }
}

/** A fence must be longer than those in it. */
function toCode(fields: string): string {
  const longest = [...fields.matchAll(/`+/g)].reduce((most, [ticks]) => Math.max(most, ticks.length), 2)
  const fence = '`'.repeat(longest + 1)
  return `${fence}yaml\n${fields}${fence}\n`
}

function readHeading(content: string, named: string): { title: string; text: string } {
  const heading = findHeading(content)
  if (heading === undefined) return { title: named, text: content }
  const { words, isAll } = readMarkdownHeading(heading.source)
  const title = toTitle(words)
  if (title === '') return { title: named, text: content }
  if (!isAll || heading.isCut || !isWhole(title, words)) return { title, text: content }
  const { start, end } = heading
  return { title, text: content.slice(0, start) + toBlank(content.slice(start, end)) + content.slice(end) }
}

const BLOCKS =
  'address, article, blockquote, details, div, dl, figure, footer, form, h1, h2, h3, h4, h5, h6, header, hr, img, main, nav, ol, p, pre, section, table, ul'

function readHtml(content: string, named: string): { title: string; text: string } {
  const { body, title: ownTitle } = new DOMParser().parseFromString(content, 'text/html')
  const heading = body.querySelector('h1')
  if (heading !== null) closeHeading(heading)
  const words = heading?.textContent ?? ''
  const title = toTitle(words || ownTitle) || named
  // The title stands above the text, not in it as well.
  const isFirst = heading !== null && heading === body.querySelector('h1, h2, h3, h4, h5, h6, p, ul, ol')
  if (isFirst && isWhole(title, words) && heading.querySelector('a, img') === null) heading.remove()
  return { title, text: body.innerHTML }
}

/** A heading that was not closed goes on to the end, for a browser: blocks in it come behind it. */
function closeHeading(heading: Element): void {
  const children = [...heading.childNodes]
  const isBlock = (node: ChildNode) =>
    node instanceof Element && (node.matches(BLOCKS) || node.querySelector(BLOCKS) !== null)
  const first = children.findIndex(isBlock)
  if (first >= 0) heading.after(...children.slice(first))
}

const isWhole = (title: string, words: string) => title === toLine(words)
const toLine = (words: string) => words.replace(/[\p{Cc}\s]+/gu, ' ').trim()
const toTitle = (words: string) =>
  toLine(words)
    .slice(0, MAX_TITLE)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trim()
const toBlank = (lines: string) => lines.replace(/[^\n]+/g, '')
