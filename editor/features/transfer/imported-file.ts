import type { TextFormat } from '../../api/api-client.ts'

const MAX_TITLE = 200

/** What a file becomes as a page: its first heading, or else its name, is the title. */
export function readImportedFile(
  name: string,
  text: string,
): { readonly title: string; readonly format: TextFormat; readonly text: string } {
  const content = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n')
  const named = toTitle(name.replace(/\.[^.]+$/, ''))
  if (/\.html?$/i.test(name)) return { ...readHtml(content, named), format: 'html' }
  const heading = /^\s*# +(.+?) *#*(?:\n+|$)/.exec(content)
  if (!heading) return { title: named, format: 'markdown', text: content }
  return { title: toTitle(heading[1] as string), format: 'markdown', text: content.slice(heading[0].length) }
}

function readHtml(content: string, named: string): { title: string; text: string } {
  const parsed = new DOMParser().parseFromString(content, 'text/html')
  const heading = parsed.body.querySelector('h1')
  const title = toTitle(heading?.textContent || parsed.title) || named
  // The title stands above the text, not in it as well.
  if (heading && heading === parsed.body.querySelector('h1, h2, h3, h4, h5, h6, p, ul, ol')) heading.remove()
  return { title, text: parsed.body.innerHTML }
}

function toTitle(words: string): string {
  return [...words.replace(/[\p{Cc}\s]+/gu, ' ').trim()].slice(0, MAX_TITLE).join('').slice(0, MAX_TITLE)
}
