import { ContentError } from './content-error.ts'
import { decodeReferences } from './html-references.ts'

/** An element of an HTML text, or a piece of text as it stands there, references and all. */
export type HtmlNode = HtmlElement | { readonly kind: 'text'; readonly text: string }

export interface HtmlElement {
  readonly kind: 'element'
  readonly tag: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: HtmlNode[]
}

const MAX_DEPTH = 200
const VOID = new Set(['area', 'base', 'br', 'col', 'embed', 'hr', 'img', 'input', 'link', 'meta', 'wbr'])
/** Their content is no markup. */
const RAW = new Set(['script', 'style', 'textarea', 'title', 'xmp', 'noscript', 'iframe'])
/** An open paragraph ends where one of these begins. */
const ENDS_PARAGRAPH = new Set(
  'p div ul ol li pre blockquote hr h1 h2 h3 h4 h5 h6 section article header footer main table'.split(' '),
)

const TOKEN =
  /<!--[\s\S]*?(?:-->|$)|<[!?][^<>]*>|<\/([a-zA-Z][^\s/<>]*)[^<>]*>|<([a-zA-Z][^\s/<>]*)((?:[^<>"']|"[^"]*"|'[^']*'){0,10000})>|[^<]+|</g
const ATTRIBUTE = /([^\s=/"'>]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g

/**
 * Reads an HTML text into a tree. Forgiving as browsers are about what is left open or closed twice.
 * @throws ContentError `invalid-content` when it is nested too deeply
 */
export function parseHtmlTree(html: string): HtmlElement {
  const root = createElement('root', '')
  const open: HtmlElement[] = [root]
  const top = () => open.at(-1) as HtmlElement
  const tokens = new RegExp(TOKEN)

  for (let match = tokens.exec(html); match !== null; match = tokens.exec(html)) {
    const [token, endTag, startTag, attributes] = match
    if (endTag !== undefined) close(open, endTag.toLowerCase())
    else if (startTag !== undefined) {
      const element = createElement(startTag.toLowerCase(), attributes ?? '')
      if (ENDS_PARAGRAPH.has(element.tag)) closeUpTo(open, 'p', PARAGRAPH_SCOPE)
      if (element.tag === 'li') closeUpTo(open, 'li', LIST_SCOPE)
      top().children.push(element)
      if (VOID.has(element.tag)) continue
      if (open.length > MAX_DEPTH) throw new ContentError('invalid-content', 'The HTML is nested too deeply.')
      if (RAW.has(element.tag)) tokens.lastIndex = endOfRaw(html, tokens.lastIndex, element.tag)
      else open.push(element)
    } else if (!token.startsWith('<!') && !token.startsWith('<?')) pushText(top(), token)
  }
  return root
}

const PARAGRAPH_SCOPE = new Set(['li', 'blockquote', 'div', 'td', 'th', 'table'])
const LIST_SCOPE = new Set(['ul', 'ol'])

function close(open: HtmlElement[], tag: string): void {
  const at = open.findLastIndex((element) => element.tag === tag)
  if (at > 0) open.length = at
}

function closeUpTo(open: HtmlElement[], tag: string, scope: ReadonlySet<string>): void {
  for (let at = open.length - 1; at > 0; at--) {
    const { tag: other } = open[at] as HtmlElement
    if (other === tag) {
      open.length = at
      return
    }
    if (scope.has(other)) return
  }
}

function endOfRaw(html: string, from: number, tag: string): number {
  const end = new RegExp(`</${tag}[^>]*>`, 'gi')
  end.lastIndex = from
  return end.exec(html) === null ? html.length : end.lastIndex
}

function pushText(parent: HtmlElement, source: string): void {
  const unified = source.replace(/\r\n?/g, '\n')
  const isFirstOfPre = parent.tag === 'pre' && parent.children.length === 0
  const text = isFirstOfPre ? unified.replace(/^\n/, '') : unified
  if (text !== '') parent.children.push({ kind: 'text', text })
}

function createElement(tag: string, source: string): HtmlElement {
  const attributes = new Map<string, string>()
  for (const [, name = '', double, single, bare] of source.matchAll(ATTRIBUTE)) {
    const key = name.toLowerCase()
    if (!attributes.has(key)) attributes.set(key, decodeReferences(double ?? single ?? bare ?? ''))
  }
  return { kind: 'element', tag, attributes, children: [] }
}
