import type { Mark, Node } from '@tiptap/pm/model'
import type { CalloutKind } from './callout.ts'
import { ContentError } from './content-error.ts'
import { toHtmlLine, toInlineHtmlLine } from './content-html.ts'
import { toFilePath } from './image-address.ts'
import { CALLOUT_WORDS, columnAlign, needsHtml } from './markdown-blocks.ts'

/**
 * A document as Markdown: CommonMark with tables, task lists, `~~strike~~`, `> [!NOTE]` and `<details>`; what
 * Markdown has no sign for (underline, colours, alignment, merged cells) is written as the HTML that it allows.
 * It is read back as the same document, except that spaces at the edges of bold, italic or struck text are not.
 * @throws ContentError `unknown-content` for what Markdown cannot say
 */
export function toMarkdown(doc: Node): string {
  const blocks = renderBlocks(doc)
  return blocks === '' ? '' : `${blocks}\n`
}

function renderBlocks(parent: Node): string {
  const parts: string[] = []
  parent.forEach((node, _offset, index) => {
    // Two lists of one kind in a row would be read as one.
    if (index > 0 && isSameKindOfList(parent.child(index - 1), node)) parts.push(LIST_SEPARATOR)
    parts.push(renderBlock(node))
  })
  return parts.join('\n\n')
}

/** Stands between two lists, and stands for nothing else. */
export const LIST_SEPARATOR = '<!-- -->'
/** A paragraph with nothing in it. */
export const EMPTY_PARAGRAPH = '&nbsp;'

const isBullet = (node: Node) => node.type.name === 'bulletList' || node.type.name === 'taskList'
const isSameKindOfList = (before: Node, node: Node) =>
  (isBullet(before) && isBullet(node)) ||
  (before.type.name === 'orderedList' && node.type.name === 'orderedList')

function renderBlock(node: Node): string {
  if (needsHtml(node)) return toHtmlLine(node)
  switch (node.type.name) {
    case 'paragraph':
      return node.childCount === 0 ? EMPTY_PARAGRAPH : renderInline(node)
    case 'heading':
      return `${'#'.repeat(node.attrs['level'] as number)} ${renderInline(node).replace(/(?<!\\)#$/, '\\#')}`
    case 'codeBlock':
      return renderCodeBlock(node)
    case 'blockquote':
      return prefixLines(renderBlocks(node), '> ', '> ')
    case 'horizontalRule':
      return '---'
    case 'bulletList':
      return renderItems(node, () => '- ')
    case 'taskList':
      return renderItems(node, (item) => `- [${item.attrs['checked'] === true ? 'x' : ' '}] `, '  ')
    case 'orderedList':
      return renderItems(node, (_item, index) => `${orderedStart(node) + index}. `)
    case 'table':
      return renderTable(node)
    case 'callout':
      return renderCallout(node)
    case 'details':
      return renderDetails(node)
    case 'image':
      return renderImage(node)
    default:
      throw new ContentError('unknown-content', `Markdown cannot say what a "${node.type.name}" is.`)
  }
}

function orderedStart(list: Node): number {
  const start = (list.attrs['start'] as number | null) ?? 1
  const last = start + list.childCount - 1
  if (start < 0 || last > 999_999_999)
    throw new ContentError('unknown-content', 'Markdown numbers lists from 0 to 999999999.')
  if (list.attrs['type'] !== null && list.attrs['type'] !== '1')
    throw new ContentError('unknown-content', 'Markdown numbers lists with digits only.')
  return start
}

function renderItems(list: Node, markerOf: (item: Node, index: number) => string, indent?: string): string {
  const items: string[] = []
  list.forEach((item, _offset, index) => {
    const marker = markerOf(item, index)
    items.push(prefixLines(renderBlocks(item), marker, indent ?? ' '.repeat(marker.length)))
  })
  return items.join('\n')
}

function renderTable(table: Node): string {
  const [header, ...rows] = table.children.map(
    (row) => `| ${row.children.map((cell) => renderCell(cell)).join(' | ')} |`,
  )
  const rules = table.firstChild?.children.map((_cell, column) => RULES[columnAlign(table, column) ?? 'none'])
  return [header, `| ${rules?.join(' | ')} |`, ...rows].join('\n')
}

const RULES: Record<string, string> = { none: '---', left: ':--', center: ':-:', right: '--:' }

const renderCell = (cell: Node) =>
  cell.firstChild === null ? '' : renderLine(cell.firstChild).replaceAll('|', '\\|')

function renderCallout(callout: Node): string {
  const word = `[!${CALLOUT_WORDS[callout.attrs['kind'] as CalloutKind]}]`
  const blocks = renderBlocks(callout)
  const isLine = callout.firstChild?.type.name === 'paragraph' && /^\p{L}/u.test(blocks)
  return prefixLines(`${word}${isLine ? '\n' : '\n\n'}${blocks}`, '> ', '> ')
}

function renderDetails(details: Node): string {
  const [summary, content] = details.children
  if (summary === undefined || content === undefined) return toHtmlLine(details)
  return [
    `<details>\n<summary>${toInlineHtmlLine(summary)}</summary>`,
    renderBlocks(content),
    '</details>',
  ].join('\n\n')
}

function renderImage({ attrs }: Node): string {
  const { fileId, src, alt, title } = attrs as Record<string, string | null>
  return `![${keepEdges(escapeText(alt ?? ''))}]${renderTarget(fileId == null ? (src ?? '') : toFilePath(fileId), title ?? null)}`
}

function prefixLines(text: string, first: string, rest: string): string {
  return text
    .split('\n')
    .map((line, index) => (index === 0 ? first : line === '' ? rest.trimEnd() : rest) + line)
    .join('\n')
}

function renderCodeBlock(node: Node): string {
  const text = node.textContent
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const language = (node.attrs['language'] as string | null) ?? ''
  if (/[`\s]/.test(language))
    throw new ContentError('unknown-content', `Markdown cannot name the language "${language}".`)
  const fence = '`'.repeat(longest + 1)
  return `${fence}${language}\n${text === '' ? '' : `${text}\n`}${fence}`
}

/** The text of a block, marks around it; neighbours share the marks that they have in common. */
function renderInline(block: Node): string {
  const inline = renderLine(block)
  // Only at the start of a line do these begin something else.
  return inline
    .split('\n')
    .map((line) => line.replace(/^(#{1,6}(?=\s|$)|[-+>=]|\d{1,9}(?=[.)]))/, escapeLineStart))
    .join('\n')
}

const renderLine = (block: Node) => keepEdges(renderRun(block.children, 0))

/** Spaces at the edges of a line would be taken for none. */
const keepEdges = (line: string) => line.replace(/^\s|\s$/g, toReference)

const escapeLineStart = (start: string) => (/^\d/.test(start) ? `${start}\\` : `\\${start}`)

function renderRun(nodes: readonly Node[], depth: number): string {
  let markdown = ''
  for (let start = 0; start < nodes.length; ) {
    const first = nodes[start] as Node
    const mark = first.marks[depth]
    let end = start + 1
    if (mark === undefined) markdown += renderLeaf(first)
    else {
      while (end < nodes.length && nodes[end]?.marks[depth]?.eq(mark)) end++
      markdown += renderMark(mark, nodes.slice(start, end), depth, markdown)
    }
    start = end
  }
  return markdown
}

function renderLeaf(node: Node): string {
  if (node.type.name === 'hardBreak') return '<br>'
  if (node.type.name === 'mention') return toHtmlLine(node)
  if (!node.isText) throw new ContentError('unknown-content', `Markdown cannot say a "${node.type.name}".`)
  return escapeText(node.text ?? '')
}

/**
 * Tags rather than stars where stars would be read otherwise: next to a sign or other stars. Next to a space as
 * well, so that spaces at the edges stand outside of them, where they look the same.
 */
function renderMark(mark: Mark, nodes: readonly Node[], depth: number, before: string): string {
  if (mark.type.name === 'code') return renderCode(nodes)
  const inner = renderRun(nodes, depth + 1)
  if (mark.type.name === 'link') return renderLink(mark, inner)
  const sign = SIGNS[mark.type.name]
  if (sign === undefined)
    throw new ContentError('unknown-content', `Markdown cannot say what "${mark.type.name}" is.`)
  if (sign.plain !== undefined) {
    const text = inner.trim()
    if (text === '') return inner
    const start = inner.indexOf(text)
    const head = inner.slice(0, start)
    if (isPlainlyMarked(text) && !/[*~]$/.test(before + head))
      return head + sign.plain + text + sign.plain + inner.slice(start + text.length)
  }
  return `<${sign.tag}${sign.attributes?.(mark) ?? ''}>${inner}</${sign.tag}>`
}

interface Sign {
  readonly plain?: string
  readonly tag: string
  readonly attributes?: (mark: Mark) => string
}

const SIGNS: Record<string, Sign> = {
  bold: { plain: '**', tag: 'strong' },
  italic: { plain: '*', tag: 'em' },
  strike: { plain: '~~', tag: 's' },
  underline: { tag: 'u' },
  highlight: { tag: 'mark', attributes: ({ attrs }) => ` data-color="${attrs['color']}"` },
  textColor: { tag: 'span', attributes: ({ attrs }) => ` data-text-color="${attrs['color']}"` },
}

const isPlainlyMarked = (inner: string) => /^[\p{L}\p{N}]$|^[\p{L}\p{N}][^*~<]*[\p{L}\p{N}]$/u.test(inner)

function renderCode(nodes: readonly Node[]): string {
  const text = nodes.map((node) => node.text ?? '').join('')
  if (/[\n\r\t]|^ | $/.test(text) || nodes.some((node) => !node.isText))
    return `<code>${nodes.map(renderLeaf).join('')}</code>`
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  const pad = text.startsWith('`') || text.endsWith('`') ? ' ' : ''
  return fence + pad + text + pad + fence
}

function renderLink(mark: Mark, inner: string): string {
  const { href, title } = mark.attrs as { href: string | null; title: string | null }
  return `[${inner}]${renderTarget(href ?? '', title)}`
}

function renderTarget(address: string, title: string | null): string {
  const escapePart = (value: string) => value.replace(/[\\<>"&]/g, '\\$&').replace(CONTROLS, toReference)
  return `(<${escapePart(address)}>${title === null ? '' : ` "${escapePart(title)}"`})`
}

function escapeText(text: string): string {
  return text.replace(/[\\`*_[\]<>&~]|!$/g, '\\$&').replace(CONTROLS, toReference)
}

/** Line breaks and tabs inside a text, which Markdown would take for something else. */
const CONTROLS = /[\n\r\t]/g
const toReference = (char: string) => `&#${char.charCodeAt(0)};`
