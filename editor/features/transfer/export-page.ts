import type { ApiClient, TextFormat } from '../../api/api-client.ts'
import { toMarkdownHeading } from './markdown-heading.ts'

const ENDINGS = { markdown: 'md', html: 'html' } as const

/** Saves a page as a file on this device. @throws ApiError */
export async function exportPage(
  api: Pick<ApiClient, 'readContent'>,
  page: { readonly id: string; readonly title: string },
  format: TextFormat,
): Promise<void> {
  const title = page.title || 'Untitled'
  const content = await api.readContent(page.id, format)
  const text =
    format === 'markdown' ? `${toMarkdownHeading(title)}\n\n${content}` : toHtmlFile(title, content)
  const address = URL.createObjectURL(new Blob([text], { type: `text/${format};charset=utf-8` }))
  const link = document.createElement('a')
  link.href = address
  link.download = `${toFileName(title)}.${ENDINGS[format]}`
  link.click()
  // The browser has taken hold of it by then.
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}

function toHtmlFile(title: string, content: string): string {
  const escaped = title.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`)
  return `<!doctype html>
<html>
<head><meta charset="utf-8"><title>${escaped}</title></head>
<body>
<h1>${escaped}</h1>
${content}
</body>
</html>
`
}

/** Without the signs that file systems give a meaning to. */
function toFileName(title: string): string {
  const name = title
    .replace(/[\p{Cc}<>:"/\\|?*]+/gu, ' ')
    .trim()
    .slice(0, 100)
    .replace(/[. ]+$/, '')
  return name || 'Page'
}
