import type { JSONContent } from '@tiptap/core'
import { ContentError } from './content-error.ts'
import { decodeReferences } from './html-references.ts'
import { type HtmlElement, type HtmlNode, parseHtmlTree } from './html-tree.ts'

type Marks = NonNullable<JSONContent['marks']>

/**
 * An HTML text as TipTap JSON. Styles, classes and ids are no content and left out; an element that the
 * document schema has no place for (an image, a table, a script) is refused.
 * @throws ContentError `unknown-content`, `invalid-content`
 */
export function parseHtml(html: string): JSONContent {
  return { type: 'doc', content: readBlocks(parseHtmlTree(html).children) }
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
  ...{ u: 'underline', ins: 'underline', code: 'code', kbd: 'code', a: 'link' },
}

const BLOCKS: Record<string, (element: HtmlElement) => JSONContent> = {
  p: (element) => withContent('paragraph', readTextblock(element.children)),
  pre: readCodeBlock,
  blockquote: (element) => ({ type: 'blockquote', content: readBlocks(element.children, true) }),
  hr: () => ({ type: 'horizontalRule' }),
  ul: readList,
  ol: readList,
  ...Object.fromEntries(
    [1, 2, 3, 4, 5, 6].map((level) => [
      `h${level}`,
      (element: HtmlElement) => ({
        ...withContent('heading', readTextblock(element.children)),
        attrs: { level },
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
    if (node.kind === 'text' || !holdsBlocks(node)) {
      loose.push(node)
      continue
    }
    flush()
    const read = blockOf(node.tag)
    if (read === undefined) blocks.push(...readBlocks(node.children))
    else blocks.push(read(node))
  }
  flush()
  return needsOne && blocks.length === 0 ? [{ type: 'paragraph' }] : blocks
}

const blockOf = (tag: string) => (Object.hasOwn(BLOCKS, tag) ? BLOCKS[tag] : undefined)

function holdsBlocks(element: HtmlElement): boolean {
  if (blockOf(element.tag) !== undefined || ['div', 'body', 'html', 'section'].includes(element.tag))
    return true
  if (!TRANSPARENT.has(element.tag)) return false
  return element.children.some((child) => child.kind === 'element' && holdsBlocks(child))
}

function readList(element: HtmlElement): JSONContent {
  const items = element.children.filter((child) => child.kind === 'element' && !IGNORED.has(child.tag))
  if (items.some((item) => item.kind === 'element' && item.tag !== 'li'))
    throw new ContentError('invalid-content', `A <${element.tag}> holds <li> elements and nothing else.`)
  const isTasks = element.attributes.get('data-type') === 'taskList'
  const content = (items as HtmlElement[]).map((item) => readItem(item, isTasks))
  if (content.length === 0) throw new ContentError('invalid-content', 'A list without items is not a list.')
  if (element.tag === 'ul') return { type: isTasks ? 'taskList' : 'bulletList', content }
  const start = Number.parseInt(element.attributes.get('start') ?? '1', 10)
  const type = element.attributes.get('type') ?? null
  return { type: 'orderedList', attrs: { start: Number.isSafeInteger(start) ? start : 1, type }, content }
}

function readItem(item: HtmlElement, isTask: boolean): JSONContent {
  const content = readBlocks(item.children, true)
  if (content[0]?.type !== 'paragraph') content.unshift({ type: 'paragraph' })
  if (!isTask) return { type: 'listItem', content }
  return { type: 'taskItem', attrs: { checked: item.attributes.get('data-checked') === 'true' }, content }
}

function readCodeBlock(element: HtmlElement): JSONContent {
  const code = element.children.find((child) => child.kind === 'element' && child.tag === 'code')
  const className = code?.kind === 'element' ? (code.attributes.get('class') ?? '') : ''
  const language = /(?:^|\s)language-(\S+)/.exec(className)?.[1] ?? null
  const text = textOf(element)
  return withContent('codeBlock', text === '' ? [] : [{ type: 'text', text }], { language })
}

function textOf(node: HtmlNode): string {
  if (node.kind === 'text') return decodeReferences(node.text)
  return node.tag === 'br' ? '\n' : node.children.map(textOf).join('')
}

function readInline(nodes: readonly HtmlNode[], marks: Marks): JSONContent[] {
  return nodes.flatMap((node): JSONContent[] => {
    if (node.kind === 'text')
      return [{ type: 'text', text: node.text, ...(marks.length > 0 ? { marks } : {}) }]
    if (node.tag === 'br') return [{ type: 'hardBreak', ...(marks.length > 0 ? { marks } : {}) }]
    if (IGNORED.has(node.tag)) return []
    const mark = Object.hasOwn(INLINE_MARKS, node.tag) ? INLINE_MARKS[node.tag] : undefined
    if (mark !== undefined) return readInline(node.children, addMark(marks, mark, node))
    if (TRANSPARENT.has(node.tag)) return readInline(node.children, marks)
    throw new ContentError('unknown-content', `Pages have no place for <${node.tag}> here; it would be lost.`)
  })
}

function addMark(marks: Marks, type: string, { attributes }: HtmlElement): Marks {
  if (type === 'link') {
    const href = attributes.get('href')
    if (href === undefined) return marks
    const title = attributes.get('title') ?? null
    return [...marks.filter((mark) => mark.type !== 'link'), { type, attrs: { href, title } }]
  }
  // Code stands alone in the schema.
  if (type === 'code') return [{ type }]
  if (marks.some((mark) => mark.type === type || mark.type === 'code')) return marks
  return [...marks, { type }]
}

/**
 * The whitespace of a text block: around it, and where a line of the source ends, it only lays out the
 * source; spaces between words stay, since somebody typed them.
 */
function readTextblock(nodes: readonly HtmlNode[]): JSONContent[] {
  const content = readInline(nodes, [])
  return content.flatMap((node, index): JSONContent[] => {
    if (node.type !== 'text') return [node]
    const isLast = index === content.length - 1
    const source = (node.text ?? '').replace(/[ \t\f\n]+/g, (run: string, at: number, all: string) => {
      if (!/[\t\f\n]/.test(run)) return run
      const isEdge = (index === 0 && at === 0) || (isLast && at + run.length === all.length)
      return isEdge ? '' : ' '
    })
    const text = decodeReferences(source)
    return text === '' ? [] : [{ ...node, text }]
  })
}

function withContent(type: string, content: JSONContent[], attrs?: JSONContent['attrs']): JSONContent {
  return { type, ...(attrs === undefined ? {} : { attrs }), ...(content.length > 0 ? { content } : {}) }
}
