import type { DOMOutputSpec, Mark, Node } from '@tiptap/pm/model'

/** A document as HTML, exactly as the schema shows it in the editor. Everything that is not markup is escaped. */
export function toHtml(node: Node): string {
  return renderChildren(node)
}

/** One node, with what is in it, on one line: line breaks in it are written as references. */
export function toHtmlLine(node: Node): string {
  return renderNode(node).replaceAll('\n', '&#10;')
}

/** The content of a text block on one line. */
export function toInlineHtmlLine(block: Node): string {
  return renderChildren(block).replaceAll('\n', '&#10;')
}

function renderNode(node: Node): string {
  if (node.isText) return renderText(node.text ?? '')
  return renderSpec(node.type.spec.toDOM?.(node) ?? ['div', 0], () =>
    node.type.spec.code ? escapeText(node.textContent) : renderChildren(node),
  )
}

/** Line breaks and tabs inside a text would be taken for spaces, if it did not say that they are meant. */
function renderText(text: string): string {
  const escaped = escapeText(text)
  return /[\n\r\t\f]/.test(text) ? `<span style="white-space: pre-wrap">${escaped}</span>` : escaped
}

/** Neighbours share the marks that they have in common, from the outermost on. */
function renderChildren(parent: Node): string {
  return renderRun(parent.children, 0)
}

function renderRun(nodes: readonly Node[], depth: number): string {
  let html = ''
  for (let start = 0; start < nodes.length; ) {
    const first = nodes[start] as Node
    const mark = first.marks[depth]
    let end = start + 1
    if (mark === undefined) html += renderNode(first)
    else {
      while (end < nodes.length && nodes[end]?.marks[depth]?.eq(mark)) end++
      html += renderMark(mark, renderRun(nodes.slice(start, end), depth + 1))
    }
    start = end
  }
  return html
}

function renderMark(mark: Mark, inner: string): string {
  return renderSpec(mark.type.spec.toDOM?.(mark, true) ?? ['span', 0], () => inner)
}

type Attributes = Record<string, unknown>

/** Renders what ProseMirror calls a DOM output spec: `[tag, attributes?, ...children]`, 0 being the hole. */
function renderSpec(spec: DOMOutputSpec, fillHole: () => string): string {
  if (typeof spec === 'string') return escapeText(spec)
  if (!Array.isArray(spec)) throw new Error('the document schema shows something as a DOM node')
  const [tag, second, ...rest] = spec as [string, ...unknown[]]
  const hasAttributes = typeof second === 'object' && second !== null && !Array.isArray(second)
  const children = hasAttributes || second === undefined ? rest : [second, ...rest]
  const open = `<${tag}${hasAttributes ? renderAttributes(second as Attributes) : ''}>`
  if (VOID_TAGS.has(tag)) return open
  const inner = children.map((child) =>
    child === 0 ? fillHole() : renderSpec(child as DOMOutputSpec, fillHole),
  )
  return `${open}${inner.join('')}</${tag}>`
}

function renderAttributes(attributes: Attributes): string {
  return Object.entries(attributes)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => ` ${name}="${escapeAttribute(String(value))}"`)
    .join('')
}

/** A carriage return is written as a reference: HTML would take the character for a line break. */
function escapeText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/\r/g, '&#13;')
}

function escapeAttribute(value: string): string {
  return escapeText(value).replace(/"/g, '&quot;')
}

const VOID_TAGS = new Set(['br', 'hr', 'img', 'input'])
