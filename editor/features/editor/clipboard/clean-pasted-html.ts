import { nearestColor } from './nearest-color.ts'

/**
 * HTML from Google Docs, Word and their like as HTML that says with elements what it said with styles: lists,
 * marks, headings, tasks and alignment. Scripts and styles go; the schema leaves out the rest.
 */
export function cleanPastedHtml(html: string): string {
  // What ProseMirror itself copied is read as it is.
  if (html.includes('data-pm-slice')) return html
  const isWord = /urn:schemas-microsoft-com|class="?Mso|mso-/i.test(html)
  const doc = new DOMParser().parseFromString(
    keepStyles(isWord ? withoutConditions(html) : html),
    'text/html',
  )
  for (const element of doc.querySelectorAll('script, style, meta, link, title, iframe, object, o\\:p, xml'))
    element.replaceWith(...(element.localName === 'o:p' ? element.childNodes : []))
  if (isWord) {
    nameWordHeadings(doc)
    buildWordLists(doc)
  }
  for (const element of doc.querySelectorAll('[id^="docs-internal-guid"]'))
    element.replaceWith(...element.childNodes)
  markByStyle(doc)
  nestLists(doc)
  buildTasks(doc)
  dropEmptyBetween(doc)
  return doc.body.innerHTML
}

/** Where styles are kept while they are read: the page's security policy takes them from a `style`. */
const STYLE = 'data-pasted-style'

function keepStyles(html: string): string {
  return html
    .replace(/<style[\s>][\s\S]*?<\/style>/gi, '')
    .replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\sstyle\s*=/gi, ` ${STYLE}=`))
}

/** The styles of an element that are looked at, by their names in CSS. */
function readStyles(element: Element): ReadonlyMap<string, string> {
  const lines = (element.getAttribute(STYLE) ?? '').toLowerCase().split(';')
  return new Map(
    lines.map((line) => [line.split(':', 1)[0]?.trim() ?? '', line.slice(line.indexOf(':') + 1).trim()]),
  )
}

/** Word hides what it writes for others in conditions that browsers read as comments, and what it does not, too. */
function withoutConditions(html: string): string {
  return html.replace(/<!\[if !supportLists\]>/gi, '').replace(/<!\[endif\]>/gi, '')
}

function rename(element: Element, name: string): HTMLElement {
  const renamed = element.ownerDocument.createElement(name)
  for (const { name: key, value } of element.attributes) renamed.setAttribute(key, value)
  renamed.append(...element.childNodes)
  element.replaceWith(renamed)
  return renamed
}

const WORD_HEADINGS: Record<string, string> = { MsoTitle: 'h1', MsoSubtitle: 'h2' }

function nameWordHeadings(doc: Document): void {
  for (const paragraph of doc.querySelectorAll('p[class]')) {
    const name =
      WORD_HEADINGS[paragraph.className] ??
      /^MsoHeading([1-6])$/.exec(paragraph.className)?.[1]?.replace(/^/, 'h')
    if (name !== undefined) rename(paragraph, name)
  }
}

/** Word's list items are paragraphs that say their level in a style and have their bullet as text. */
function buildWordLists(doc: Document): void {
  let open: { list: HTMLElement; level: number }[] = []
  let last: Element | null = null
  for (const paragraph of doc.querySelectorAll<HTMLElement>('p')) {
    const level = Number(/mso-list:[^;"]*level(\d+)/i.exec(paragraph.getAttribute(STYLE) ?? '')?.[1] ?? 0)
    if (level === 0) continue
    const bullet = [...paragraph.querySelectorAll<HTMLElement>('span')].find((span) =>
      /mso-list:\s*ignore/i.test(span.getAttribute(STYLE) ?? ''),
    )
    const kind = /^\s*(\(?[0-9]+|\(?[a-z]{1,4})[.)]/i.test(bullet?.textContent ?? '') ? 'ol' : 'ul'
    bullet?.remove()
    if (last === null || previousElement(paragraph) !== last) open = []
    while (open.length > 0 && (open.at(-1)?.level ?? 0) > level) open.pop()
    let present = open.at(-1)
    if (present?.level === level && present.list.localName !== kind) {
      open.pop()
      present = open.at(-1)
    }
    if (present === undefined || present.level < level) {
      const list = doc.createElement(kind)
      const parentItem = present?.list.lastElementChild
      if (parentItem) parentItem.append(list)
      else paragraph.before(list)
      present = { list, level }
      open.push(present)
    }
    const item = doc.createElement('li')
    paragraph.removeAttribute(STYLE)
    item.append(paragraph)
    present.list.append(item)
    last = open[0]?.list ?? null
  }
}

const previousElement = (element: Element): Element | null => element.previousElementSibling

/** Styles that mean a mark become its element; those that take one back are honoured. */
function markByStyle(doc: Document): void {
  for (const element of doc.body.querySelectorAll(`[${STYLE}]`)) {
    const styles = readStyles(element)
    const styleOf = (name: string) => styles.get(name) ?? ''
    element.removeAttribute(STYLE)
    if (/^(p|h[1-6]|li|ul|ol|td|th|div|table|tbody|tr|col|colgroup)$/.test(element.localName)) {
      const align = styleOf('text-align')
      if (/^(center|right|justify)$/.test(align)) element.setAttribute('data-text-align', align)
      continue
    }
    if (element.localName === 'b' && styleOf('font-weight') === 'normal') {
      element.replaceWith(...element.childNodes)
      continue
    }
    const isLink = element.closest('a') !== null || element.querySelector('a') !== null
    const isHeading = element.closest('h1,h2,h3,h4,h5,h6') !== null
    const line = `${styleOf('text-decoration')} ${styleOf('text-decoration-line')}`
    if (/^(bold|bolder|[6-9]00)$/.test(styleOf('font-weight')) && !isHeading) wrapContent(element, 'strong')
    if (styleOf('font-style') === 'italic') wrapContent(element, 'em')
    if (line.includes('underline') && !isLink) wrapContent(element, 'u')
    if (line.includes('line-through')) wrapContent(element, 's')
    if (/monospace|courier|consolas|menlo/.test(styleOf('font-family'))) wrapContent(element, 'code')
    const paper = nearestColor(styleOf('background-color') || styleOf('background'))
    const ink = isLink ? null : nearestColor(styleOf('color'))
    if (paper !== null) wrapContent(element, 'mark').setAttribute('data-color', paper)
    if (ink !== null) wrapContent(element, 'span').setAttribute('data-text-color', ink)
  }
}

function wrapContent(element: Element, name: string): HTMLElement {
  const wrapper = element.ownerDocument.createElement(name)
  wrapper.append(...element.childNodes)
  element.append(wrapper)
  return wrapper
}

/** Google Docs puts a list in a list beside its item instead of into it. */
function nestLists(doc: Document): void {
  for (const list of doc.querySelectorAll('ul > ul, ul > ol, ol > ul, ol > ol')) {
    const item = list.previousElementSibling
    if (item?.localName === 'li') item.append(list)
    else {
      const made = doc.createElement('li')
      list.before(made)
      made.append(list)
    }
  }
}

/** Items with a checkbox, as Google Docs, GitHub and others have them, become tasks. */
function buildTasks(doc: Document): void {
  for (const list of doc.querySelectorAll('ul')) {
    if (list.getAttribute('data-type') === 'taskList') continue
    const items = [...list.children].filter(({ localName }) => localName === 'li')
    const ticks = items.map((item) => readTick(item))
    if (items.length === 0 || ticks.some((tick) => tick === null)) continue
    list.setAttribute('data-type', 'taskList')
    items.forEach((item, index) => {
      item.setAttribute('data-type', 'taskItem')
      item.setAttribute('data-checked', String(ticks[index]))
      for (const box of item.querySelectorAll(
        ':scope > input, :scope > img, :scope > p > input, :scope > label > input',
      ))
        box.remove()
      for (const block of item.querySelectorAll(':scope > p')) block.removeAttribute('role')
    })
  }
}

function readTick(item: Element): boolean | null {
  if (item.getAttribute('role') === 'checkbox') return item.getAttribute('aria-checked') === 'true'
  const box = item.querySelector<HTMLInputElement>(
    ':scope > input[type="checkbox"], :scope > p > input[type="checkbox"], :scope > label > input[type="checkbox"]',
  )
  return box === null ? null : box.hasAttribute('checked')
}

/** Line breaks between blocks stand for the space between them, which pages have of themselves. */
function dropEmptyBetween(doc: Document): void {
  for (const line of doc.body.querySelectorAll(':scope > br')) line.remove()
}
