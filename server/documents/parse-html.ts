import type { JSONContent } from '@tiptap/core'
import { defaultTreeAdapter } from 'parse5'
import { isCalloutKind } from '../../shared/document/callout.ts'
import { isDocumentColor } from '../../shared/document/colors.ts'
import { ContentError } from '../../shared/document/content-error.ts'
import { DEFAULT_HIGHLIGHT } from '../../shared/document/highlight.ts'
import { isImageAlignment, isImageSide } from '../../shared/document/image.ts'
import { readImageAddress } from '../../shared/document/image-address.ts'
import { isMentionKind } from '../../shared/document/mention.ts'
import { readColumnWidths, readSpan } from '../../shared/document/table.ts'
import { isAlignment } from '../../shared/document/text-align.ts'
import { type HtmlElement, type HtmlNode, parseHtmlFragment } from './html-fragment.ts'

type Marks = NonNullable<JSONContent['marks']>

/**
 * An HTML text as TipTap JSON. Styles (but for alignment), classes and ids are no content and left out; an
 * element that the document schema has no place for (a video, a form, a script) is refused.
 * @throws ContentError `unknown-content`, `invalid-content`
 */
export function parseHtml(html: string): JSONContent {
  return { type: 'doc', content: readBlocks(parseHtmlFragment(html)) }
}

/** They only group what is in them. */
const TRANSPARENT = new Set(
  'html body div section article header footer main aside nav span label font small head figure center'.split(
    ' ',
  ),
)
/** They say nothing about the text. */
const IGNORED = new Set(['meta', 'title', 'input', 'wbr'])

const INLINE_MARKS: Record<string, string> = {
  ...{ strong: 'bold', b: 'bold', em: 'italic', i: 'italic', s: 'strike', del: 'strike', strike: 'strike' },
  ...{
    u: 'underline',
    ins: 'underline',
    code: 'code',
    kbd: 'code',
    samp: 'code',
    tt: 'code',
    a: 'link',
    mark: 'highlight',
  },
}

/** What may stand in a code block: its text alone counts. */
const GROUPS = new Set(['pre', 'p', ...TRANSPARENT, ...IGNORED, ...Object.keys(INLINE_MARKS)])

const BLOCKS: Record<string, (element: HtmlElement) => JSONContent> = {
  p: (element) => withContent('paragraph', readTextblock(element.childNodes), alignmentOf(element)),
  pre: readCodeBlock,
  blockquote: (element) => ({ type: 'blockquote', content: readBlocks(element.childNodes, true) }),
  hr: () => ({ type: 'horizontalRule' }),
  ul: readList,
  ol: readList,
  table: readTable,
  details: readDetails,
  img: readImage,
  ...Object.fromEntries(
    [1, 2, 3, 4, 5, 6].map((level) => [
      `h${level}`,
      (element: HtmlElement) => ({
        ...withContent('heading', readTextblock(element.childNodes)),
        attrs: { level, ...alignmentOf(element) },
      }),
    ]),
  ),
}

/** What stands among blocks without being one becomes a paragraph. */
function readBlocks(nodes: readonly HtmlNode[], needsOne = false): JSONContent[] {
  const blocks: JSONContent[] = []
  let loose: HtmlNode[] = []
  const flush = () => {
    const content = readTextblock(loose)
    loose = []
    if (content.some((node) => node.type !== 'text' || !/^ *$/.test(node.text ?? '')))
      blocks.push({ type: 'paragraph', content })
  }
  for (const node of nodes) {
    if (!isElement(node) || !holdsBlocks(node)) {
      loose.push(node)
      continue
    }
    flush()
    const read = blockOf(node)
    if (read === undefined) blocks.push(...readBlocks(node.childNodes))
    else blocks.push(read(node))
  }
  flush()
  return needsOne && blocks.length === 0 ? [{ type: 'paragraph' }] : blocks
}

/** How to read an element as one block; undefined if it is none, or only groups those in it. */
function blockOf(element: HtmlElement): ((element: HtmlElement) => JSONContent) | undefined {
  const { tagName } = element
  if (tagName === 'div') return typeOf(element) === 'callout' ? readCallout : undefined
  // Browsers put images into paragraphs; in a page they stand beside them.
  if (tagName === 'p' && element.childNodes.some(isImage)) return undefined
  return Object.hasOwn(BLOCKS, tagName) ? BLOCKS[tagName] : undefined
}

function holdsBlocks(element: HtmlElement): boolean {
  if (blockOf(element) !== undefined || ['div', 'p', 'body', 'html', 'section'].includes(element.tagName))
    return true
  if (!TRANSPARENT.has(element.tagName)) return false
  return element.childNodes.some((child) => isElement(child) && holdsBlocks(child))
}

function readList(element: HtmlElement): JSONContent {
  const items = element.childNodes.filter(isElement).filter(({ tagName }) => !IGNORED.has(tagName))
  if (items.some(({ tagName }) => tagName !== 'li') || element.childNodes.some(saysSomething))
    throw new ContentError('invalid-content', `A <${element.tagName}> holds <li> elements and nothing else.`)
  const isTasks = attributeOf(element, 'data-type') === 'taskList'
  const content = items.map((item) => readItem(item, isTasks))
  if (content.length === 0) throw new ContentError('invalid-content', 'A list without items is not a list.')
  if (element.tagName === 'ul') return { type: isTasks ? 'taskList' : 'bulletList', content }
  const start = Number.parseInt(attributeOf(element, 'start') ?? '1', 10)
  const type = attributeOf(element, 'type') ?? null
  return { type: 'orderedList', attrs: { start: Number.isSafeInteger(start) ? start : 1, type }, content }
}

function readItem(item: HtmlElement, isTask: boolean): JSONContent {
  const content = readBlocks(item.childNodes, true)
  if (content[0]?.type !== 'paragraph') content.unshift({ type: 'paragraph' })
  if (!isTask) return { type: 'listItem', content }
  return { type: 'taskItem', attrs: { checked: attributeOf(item, 'data-checked') === 'true' }, content }
}

function readTable(table: HtmlElement): JSONContent {
  const rows = tablePartsOf(table, ['thead', 'tbody', 'tfoot', 'tr', 'colgroup']).flatMap((part) => {
    // The widths of columns stand at their cells.
    if (part.tagName === 'colgroup') return []
    return part.tagName === 'tr' ? [part] : tablePartsOf(part, ['tr'])
  })
  if (rows.length === 0) throw new ContentError('invalid-content', 'A table without rows is not a table.')
  const content = rows.map((row) => withContent('tableRow', tablePartsOf(row, ['td', 'th']).map(readCell)))
  return { type: 'table', content }
}

function tablePartsOf(element: HtmlElement, tags: readonly string[]): HtmlElement[] {
  const parts = element.childNodes.filter(isElement)
  const other = parts.find(({ tagName }) => !tags.includes(tagName))
  if (other !== undefined) throw lost(other.tagName)
  return parts
}

function readCell(cell: HtmlElement): JSONContent {
  return {
    type: cell.tagName === 'th' ? 'tableHeader' : 'tableCell',
    attrs: {
      colspan: readSpan(attributeOf(cell, 'colspan')),
      rowspan: readSpan(attributeOf(cell, 'rowspan')),
      colwidth: readColumnWidths(attributeOf(cell, 'colwidth')),
    },
    content: readBlocks(cell.childNodes, true),
  }
}

function readCallout(element: HtmlElement): JSONContent {
  const kind = attributeOf(element, 'data-kind')
  const attrs = isCalloutKind(kind) ? { kind } : {}
  return { type: 'callout', attrs, content: readBlocks(element.childNodes, true) }
}

function readDetails(element: HtmlElement): JSONContent {
  const summary = element.childNodes.find((child) => isElement(child) && child.tagName === 'summary')
  const rest = element.childNodes.filter((child) => child !== summary)
  const title = summary !== undefined && isElement(summary) ? readTextblock(summary.childNodes) : []
  return {
    type: 'details',
    content: [
      withContent('detailsSummary', title),
      { type: 'detailsContent', content: readBlocks(rest, true) },
    ],
  }
}

function readImage(element: HtmlElement): JSONContent {
  const address = readImageAddress(attributeOf(element, 'src') ?? null)
  if (address.fileId === null && address.src === null)
    throw new ContentError(
      'unknown-content',
      'Images in pages are files of theirs or at an http address; this one would be lost.',
    )
  const [width, height] = [Number(attributeOf(element, 'width')), Number(attributeOf(element, 'height'))]
  const align = attributeOf(element, 'data-align')
  return {
    type: 'image',
    attrs: {
      ...address,
      alt: attributeOf(element, 'alt') ?? null,
      title: attributeOf(element, 'title') ?? null,
      width: isImageSide(width) ? width : null,
      height: isImageSide(height) ? height : null,
      align: isImageAlignment(align) ? align : null,
    },
  }
}

/** As an editor says it, or as a style of somebody else's: to the left is there what needs no saying. */
function alignmentOf(element: HtmlElement): { readonly textAlign: string } | undefined {
  const own = attributeOf(element, 'data-text-align')
  if (isAlignment(own)) return { textAlign: own }
  const style = /(?:^|;)\s*text-align:\s*(center|right|justify)\s*(?:;|$)/i.exec(
    attributeOf(element, 'style') ?? '',
  )
  return style?.[1] === undefined ? undefined : { textAlign: style[1].toLowerCase() }
}

function readCodeBlock(element: HtmlElement): JSONContent {
  const code = element.childNodes.find((child) => isElement(child) && child.tagName === 'code')
  const className = code !== undefined && isElement(code) ? (attributeOf(code, 'class') ?? '') : ''
  const language = /(?:^|\s)language-(\S+)/.exec(className)?.[1] ?? null
  const text = textOf(element)
  return withContent('codeBlock', text === '' ? [] : [{ type: 'text', text }], { language })
}

function textOf(node: HtmlNode): string {
  if (isText(node)) return node.value
  if (!isElement(node)) return ''
  if (node.tagName === 'br') return '\n'
  if (!GROUPS.has(node.tagName)) throw lost(node.tagName)
  return node.childNodes.map(textOf).join('')
}

/** What stands in a text block, and whether its whitespace is meant as it stands. */
type Inline = JSONContent & { readonly isExact?: boolean }

function readInline(nodes: readonly HtmlNode[], marks: Marks, isExact = false): Inline[] {
  return nodes.flatMap((node): Inline[] => {
    const own = { ...(marks.length > 0 ? { marks } : {}), isExact }
    if (isText(node)) return [{ type: 'text', text: node.value, ...own }]
    if (!isElement(node) || IGNORED.has(node.tagName)) return []
    if (node.tagName === 'br') return [{ type: 'hardBreak', ...own }]
    // Marks are kept at texts only.
    if (typeOf(node) === 'mention') return [readMention(node)]
    const mark = inlineMarkOf(node)
    const exact = isExact || KEEPS_WHITESPACE.test(attributeOf(node, 'style') ?? '')
    if (mark !== undefined) return readInline(node.childNodes, addMark(marks, mark, node), exact)
    if (TRANSPARENT.has(node.tagName)) return readInline(node.childNodes, marks, exact)
    throw lost(node.tagName)
  })
}

function inlineMarkOf(element: HtmlElement): string | undefined {
  if (element.tagName === 'span')
    return attributeOf(element, 'data-text-color') === undefined ? undefined : 'textColor'
  return Object.hasOwn(INLINE_MARKS, element.tagName) ? INLINE_MARKS[element.tagName] : undefined
}

function readMention(element: HtmlElement): JSONContent {
  const kind = attributeOf(element, 'data-kind')
  const attrs = {
    id: attributeOf(element, 'data-id') ?? '',
    kind: isMentionKind(kind) ? kind : 'person',
    personId: attributeOf(element, 'data-person-id') ?? null,
    pageId: attributeOf(element, 'data-page-id') ?? null,
    label: attributeOf(element, 'data-label') ?? '',
  }
  return { type: 'mention', attrs }
}

const KEEPS_WHITESPACE = /(?:^|;)\s*white-space:\s*pre(?:-wrap)?\s*(?:;|$)/i

const lost = (tag: string) =>
  new ContentError('unknown-content', `Pages have no place for <${tag}> here; it would be lost.`)

function addMark(marks: Marks, type: string, element: HtmlElement): Marks {
  if (type === 'link') {
    const href = attributeOf(element, 'href')
    if (href === undefined) return marks
    const title = attributeOf(element, 'title') ?? null
    return [...marks.filter((mark) => mark.type !== 'link'), { type, attrs: { href, title } }]
  }
  // Code stands alone in the schema.
  if (type === 'code') return [{ type }]
  if (marks.some((mark) => mark.type === 'code')) return marks
  if (type === 'highlight' || type === 'textColor')
    return [...marks.filter((mark) => mark.type !== type), { type, attrs: { color: colorOf(type, element) } }]
  if (marks.some((mark) => mark.type === type)) return marks
  return [...marks, { type }]
}

function colorOf(type: 'highlight' | 'textColor', element: HtmlElement): string {
  const color = attributeOf(element, type === 'highlight' ? 'data-color' : 'data-text-color')
  if (isDocumentColor(color)) return color
  if (type === 'highlight') return DEFAULT_HIGHLIGHT
  throw new ContentError('unknown-content', `Pages have no colour "${color}"; it would be lost.`)
}

/**
 * The whitespace of a text block: around it, and where a line of the source ends, it only lays out the
 * source; spaces between words stay, since somebody typed them.
 */
function readTextblock(nodes: readonly HtmlNode[]): JSONContent[] {
  const content = readInline(nodes, [])
  return content.flatMap(({ isExact, ...node }, index): JSONContent[] => {
    if (node.type !== 'text' || isExact) return [node]
    const isLast = index === content.length - 1
    const text = (node.text ?? '').replace(/[ \t\f\r\n]+/g, (run: string, at: number, all: string) => {
      if (!/[\t\f\r\n]/.test(run)) return run
      const isEdge = (index === 0 && at === 0) || (isLast && at + run.length === all.length)
      return isEdge ? '' : ' '
    })
    return text === '' ? [] : [{ ...node, text }]
  })
}

function withContent(type: string, content: JSONContent[], attrs?: JSONContent['attrs']): JSONContent {
  return { type, ...(attrs === undefined ? {} : { attrs }), ...(content.length > 0 ? { content } : {}) }
}

const { isElementNode: isElement, isTextNode: isText } = defaultTreeAdapter
const saysSomething = (node: HtmlNode) => isText(node) && node.value.trim() !== ''
const attributeOf = (element: HtmlElement, name: string) =>
  element.attrs.find((attribute) => attribute.name === name)?.value
const typeOf = (element: HtmlElement) => attributeOf(element, 'data-type')
const isImage = (node: HtmlNode) => isElement(node) && node.tagName === 'img'
