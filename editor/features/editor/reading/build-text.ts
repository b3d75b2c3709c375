import { UNSIZED_COLUMN_WIDTH } from '../../../../shared/document/column-width.ts'
import { readFilePath, readImageAddress } from '../../../../shared/document/image-address.ts'
import { nameDetailsButton } from '../blocks/details-button.ts'
import type { ImageAddresses } from '../images/image-files.ts'
import { createImageFrame } from '../images/image-frame.ts'
import { readsRightToLeft } from '../reads-right-to-left.ts'

/*
 * A page's HTML as elements that look and lie as the editor's will. The server has made it and escaped what is in
 * it; all the same nothing is taken over as it is: each element is made anew, of a kind and with attributes that a
 * page has. So nothing in it can run, be fetched, or be styled by itself.
 */

const TEXT_BLOCKS = new Set(['p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'summary'])
const TURNED_BLOCKS = new Set(['blockquote', 'ul', 'ol'])
/** Of any other element only what is in it is shown. */
const ELEMENTS = new Set([
  ...TEXT_BLOCKS,
  ...TURNED_BLOCKS,
  ...['li', 'label', 'div', 'pre', 'code', 'hr', 'br', 'tr', 'td', 'th', 'tbody'],
  ...['strong', 'em', 's', 'u', 'mark', 'span'],
])
/** What is in these is no text. */
const MUTE = new Set(['script', 'style', 'template', 'noscript', 'iframe', 'object', 'svg', 'math', 'title'])
const ATTRIBUTES = new Set(['title', 'start', 'type', 'colspan', 'rowspan'])
const LINK_PROTOCOLS = new Set(['http:', 'https:', 'mailto:'])

/** A text that can be put into the page, and how to give back what it holds when it goes. */
export interface BuiltText {
  readonly text: DocumentFragment
  readonly leave: () => void
}

/** Builds a page's text from its HTML. */
export function buildText(html: string, addresses: ImageAddresses): BuiltText {
  const text = document.createDocumentFragment()
  const leaves: (() => void)[] = []

  function buildChildren(source: Node, target: Node): void {
    for (const child of source.childNodes) {
      if (child.nodeType === Node.TEXT_NODE)
        target.appendChild(document.createTextNode(child.nodeValue ?? ''))
      else if (child instanceof Element) buildElement(child, target)
    }
  }

  function buildElement(source: Element, target: Node): void {
    const name = source.localName
    if (MUTE.has(name)) return
    if (name === 'a') target.appendChild(buildLink(source))
    else if (name === 'img') target.appendChild(buildImage(source))
    else if (name === 'input') target.appendChild(buildCheckbox(source))
    else if (name === 'details') target.appendChild(buildDetails(source))
    else if (name === 'table') target.appendChild(buildTable(source))
    else if (ELEMENTS.has(name)) target.appendChild(buildPlain(source, name))
    else buildChildren(source, target)
  }

  function buildPlain(source: Element, name: string): HTMLElement {
    const element = document.createElement(name)
    for (const attribute of source.attributes)
      if (ATTRIBUTES.has(attribute.name) || attribute.name.startsWith('data-'))
        element.setAttribute(attribute.name, attribute.value)
    buildChildren(source, element)
    const isCode = name === 'code' && source.parentElement?.localName === 'pre'
    if (isCode || TEXT_BLOCKS.has(name)) keepLastLine(element, isCode)
    if (TURNED_BLOCKS.has(name) && readsRightToLeft(element.textContent)) element.dir = 'rtl'
    return element
  }

  function buildLink(source: Element): HTMLElement {
    const link = document.createElement('a')
    const href = source.getAttribute('href') ?? ''
    if (URL.canParse(href, location.href) && LINK_PROTOCOLS.has(new URL(href, location.href).protocol)) {
      link.href = href
      link.target = '_blank'
      link.rel = 'noopener noreferrer nofollow'
    }
    buildChildren(source, link)
    return link
  }

  function buildImage(source: Element): HTMLElement {
    const read = (name: string): string | null => source.getAttribute(name)
    const readSide = (name: string): number | null =>
      /^\d+$/.test(read(name) ?? '') ? Number(read(name)) : null
    const src = read('src')
    const frame = createImageFrame(addresses)
    frame.load({ ...readImageAddress(src), alt: read('alt') })
    frame.show({
      ...{ alt: read('alt'), title: read('title'), align: read('data-align') },
      ...{ width: readSide('width'), height: readSide('height') },
    })
    if (readFilePath(src ?? '') !== null) leaves.push(frame.leave)
    return frame.dom
  }

  function buildCheckbox(source: Element): HTMLElement {
    const box = document.createElement('input')
    box.type = 'checkbox'
    box.checked = source.hasAttribute('checked')
    box.disabled = true
    box.setAttribute('aria-label', readFirstLine(source.closest('li')?.querySelector('p')) || 'Empty task')
    return box
  }

  /** As in the editor they are closed at first, and whether they are open is each reader's own. */
  function buildDetails(source: Element): HTMLElement {
    const details = document.createElement('div')
    details.dataset['type'] = 'details'
    const button = document.createElement('button')
    const inside = document.createElement('div')
    buildChildren(source, inside)
    const content = inside.querySelector<HTMLElement>(':scope > [data-type="detailsContent"]')
    const show = (isOpen: boolean): void => {
      details.classList.toggle('is-open', isOpen)
      nameDetailsButton(button, isOpen)
      if (content) content.hidden = !isOpen
    }
    button.type = 'button'
    button.addEventListener('click', () => show(!details.classList.contains('is-open')))
    show(false)
    details.append(button, inside)
    return details
  }

  function buildTable(source: Element): HTMLElement {
    const frame = document.createElement('div')
    frame.className = 'tableWrapper'
    const table = document.createElement('table')
    const columns = document.createElement('colgroup')
    const widths = readColumnWidths(source)
    for (const width of widths) {
      const column = document.createElement('col')
      if (width > 0) column.style.width = `${width}px`
      columns.append(column)
    }
    const isFixed = widths.length > 0 && widths.every((width) => width > 0)
    const sum = widths.reduce((total, width) => total + (width || UNSIZED_COLUMN_WIDTH), 0)
    table.style[isFixed ? 'width' : 'minWidth'] = `${sum}px`
    table.append(columns)
    buildChildren(source, table)
    frame.append(table)
    return frame
  }

  // Spaces are kept by the page's own style; the policy for styles would complain of this one even here.
  const unstyled = html.replaceAll('<span style="white-space: pre-wrap">', '<span>')
  buildChildren(new DOMParser().parseFromString(unstyled, 'text/html').body, text)
  return {
    text,
    leave: () => {
      for (const leave of leaves) leave()
    },
  }
}

/** The text of a block before its first break. */
function readFirstLine(block: Element | null | undefined): string {
  if (!block) return ''
  const line = block.ownerDocument.createRange()
  line.selectNodeContents(block)
  const end = block.querySelector('br')
  if (end) line.setEndBefore(end)
  return line.toString().trim()
}

/** How wide the columns of a table are, CSS pixels; 0 for one that has no width of its own. */
function readColumnWidths(table: Element): number[] {
  return [...(table.querySelector('tr')?.children ?? [])].flatMap((cell) => {
    const span = Math.min(Math.max(Number(cell.getAttribute('colspan') ?? 1) || 1, 1), 1000)
    const own = (cell.getAttribute('colwidth') ?? '').split(',').map((width) => Number(width) || 0)
    return Array.from({ length: span }, (_, index) => own[index] ?? 0)
  })
}

/** An empty line, or one behind a break at the end, has its height only with a break in it. */
function keepLastLine(block: HTMLElement, isCode: boolean): void {
  const last = block.lastChild
  const isOpen = last === null || last.nodeName === 'BR' || (isCode && block.textContent.endsWith('\n'))
  if (isOpen) block.append(document.createElement('br'))
}
