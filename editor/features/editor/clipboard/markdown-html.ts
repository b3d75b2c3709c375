import MarkdownIt from 'markdown-it'
import { CALLOUT_WORDS } from '../../../../shared/document/markdown-blocks.ts'

const CALLOUT = new RegExp(`^\\[!(${Object.values(CALLOUT_WORDS).join('|')})\\]\\s*(<br>)?`, 'i')
const TASK = /^\[([ xX])\]\s+/

/** Markdown as HTML that the schema reads; HTML in it stays the text that it is. */
export function markdownToHtml(markdown: string): string {
  const html = new MarkdownIt().render(markdown)
  // Aligned cells have styles, which the page's security policy would take.
  const plain = html.replace(/ style="text-align:(left|center|right)"/g, '')
  const doc = new DOMParser().parseFromString(plain, 'text/html')
  for (const quote of doc.querySelectorAll('blockquote')) {
    const first = quote.firstElementChild
    const word = CALLOUT.exec(first?.innerHTML ?? '')?.[1]?.toUpperCase()
    const kind = Object.entries(CALLOUT_WORDS).find(([, known]) => known === word)?.[0]
    if (first === null || kind === undefined) continue
    first.innerHTML = first.innerHTML.replace(CALLOUT, '')
    const callout = doc.createElement('div')
    callout.setAttribute('data-type', 'callout')
    callout.setAttribute('data-kind', kind)
    if (first.textContent === '' && quote.children.length > 1) first.remove()
    callout.append(...quote.childNodes)
    quote.replaceWith(callout)
  }
  // The end of the last line is the fence’s.
  for (const code of doc.querySelectorAll('pre > code'))
    code.textContent = code.textContent.replace(/\n$/, '')
  for (const list of doc.querySelectorAll('ul')) {
    const items = [...list.children]
    const texts = items.map((item) =>
      item.firstElementChild?.localName === 'p' ? item.firstElementChild : item,
    )
    const ticks = texts.map((text) => TASK.exec(text.textContent ?? '')?.[1])
    if (ticks.length === 0 || ticks.includes(undefined)) continue
    list.setAttribute('data-type', 'taskList')
    items.forEach((item, index) => {
      item.setAttribute('data-type', 'taskItem')
      item.setAttribute('data-checked', String(ticks[index]?.toLowerCase() === 'x'))
      const [text] = texts[index]?.childNodes ?? []
      if (text) text.textContent = (text.textContent ?? '').trimStart().replace(TASK, '')
    })
  }
  return doc.body.innerHTML
}

/** Signs that plain text was written as Markdown, line by line. */
const BLOCK_SIGNS = [
  /^#{1,6}\s+\S/m,
  /^\s{0,3}[-*+]\s+\S.*\n\s{0,3}[-*+]\s+\S/m,
  /^\s{0,3}[-*+]\s+\[[ xX]\]\s/m,
  /^\s{0,3}1[.)]\s+\S.*\n\s{0,3}2[.)]\s+\S/m,
  /^(```|~~~)[^`]*$/m,
  /^\s{0,3}>\s+\S/m,
  /^\|?.*\|.*\n\s*\|?\s*:?-{2,}:?\s*(\||$)/m,
  /^(-{3,}|\*{3,})$/m,
]
const INLINE_SIGNS = [
  /\*\*\S(.*\S)?\*\*/,
  /\[[^\]\n]+\]\([^)\s]+\)/,
  /(^|\s)`[^`\n]+`(\s|$|[.,;:])/,
  /~~\S(.*\S)?~~/,
]

/** Whether plain text looks as if it was written as Markdown. */
export function looksLikeMarkdown(text: string): boolean {
  return [...BLOCK_SIGNS, ...INLINE_SIGNS].some((sign) => sign.test(text))
}
