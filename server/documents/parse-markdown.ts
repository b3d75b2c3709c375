import type { JSONContent } from '@tiptap/core'
import type { Node } from '@tiptap/pm/model'
import type Token from 'markdown-it/lib/token.mjs'
import { MarkdownParser } from 'prosemirror-markdown'
import { ContentError } from '../../shared/document/content-error.ts'
import { readImageAddress } from '../../shared/document/image-address.ts'
import { schema } from './content.ts'
import { readInlineHtml } from './markdown-html.ts'
import { atLine, atLines } from './markdown-lines.ts'
import { createMarkdownTokenizer } from './markdown-tokens.ts'
import { parseHtml } from './parse-html.ts'
import type { MarkdownEnv, UnknownMarkup } from './unknown-markup.ts'

/**
 * Markdown as TipTap JSON: CommonMark with tables, task lists, `~~strike~~`, callouts and details, without
 * reference links. What pages have no place for (HTML that is refused by itself, too) is refused, or stays the text that it
 * is written as.
 * @throws ContentError `unknown-content`, `invalid-content`
 */
export function parseMarkdown(markdown: string, unknown: UnknownMarkup = 'refuse'): JSONContent {
  const env: MarkdownEnv = { keepsUnknown: unknown === 'text' }
  return parser.parse(markdown, env).toJSON() as JSONContent
}

const parser = new MarkdownParser(schema, createMarkdownTokenizer(), {
  paragraph: { block: 'paragraph', getAttrs: ({ meta }) => ({ textAlign: meta?.textAlign ?? null }) },
  heading: { block: 'heading', getAttrs: ({ tag }) => ({ level: Number(tag.slice(1)) }) },
  blockquote: { block: 'blockquote' },
  bullet_list: { block: 'bulletList' },
  ordered_list: {
    block: 'orderedList',
    getAttrs: (token) => ({ start: Number(token.attrGet('start') ?? 1) }),
  },
  list_item: { block: 'listItem' },
  task_list: { block: 'taskList' },
  task_item: { block: 'taskItem', getAttrs: ({ meta }) => ({ checked: meta.checked }) },
  fence: {
    block: 'codeBlock',
    getAttrs: ({ info }) => ({ language: info.trim().split(/\s/)[0] || null }),
    noCloseToken: true,
  },
  code_block: { block: 'codeBlock', noCloseToken: true },
  table: { block: 'table' },
  thead: { ignore: true },
  tbody: { ignore: true },
  tr: { block: 'tableRow' },
  th: { block: 'tableHeader' },
  td: { block: 'tableCell' },
  callout: { block: 'callout', getAttrs: ({ meta }) => ({ kind: meta.kind }) },
  details: { block: 'details' },
  details_summary: { block: 'detailsSummary' },
  details_content: { block: 'detailsContent' },
  image_block: { node: 'image', getAttrs: (token) => atLine(token.map?.[0] ?? 0, () => readImage(token)) },
  hr: { node: 'horizontalRule' },
  hardbreak: { node: 'hardBreak' },

  strong: { mark: 'bold' },
  em: { mark: 'italic' },
  s: { mark: 'strike' },
  u: { mark: 'underline' },
  highlight: { mark: 'highlight', getAttrs: ({ meta }) => ({ color: meta.color }) },
  text_color: { mark: 'textColor', getAttrs: ({ meta }) => ({ color: meta.color }) },
  code: { mark: 'code' },
  link: {
    mark: 'link',
    getAttrs: (token) => ({ href: token.attrGet('href'), title: token.attrGet('title') }),
  },
})

/** What of the parser's state is used: where nodes are put that were read otherwise. */
interface ParseState {
  push(node: Node): void
}

/** The parser's own way to read tokens, for those that stand for HTML. */
const { tokenHandlers } = parser as unknown as {
  readonly tokenHandlers: Record<string, (state: ParseState, token: Token) => void>
}

tokenHandlers['html_block'] = (state, { content, map, meta }) => {
  const read: JSONContent = meta.read ?? atLines(map ?? [0, 1], () => parseHtml(content))
  for (const block of read.content ?? []) state.push(schema.nodeFromJSON(block))
}

tokenHandlers['details_summary_html'] = (state, { content, map, meta }) => {
  const summary: JSONContent = meta.read ?? atLine(map?.[0] ?? 0, () => readInlineHtml(content))
  state.push(schema.nodeFromJSON({ ...summary, type: 'detailsSummary', attrs: {} }))
}

tokenHandlers['mention_html'] = (state, { content, map, meta }) => {
  const line = () => (map?.[0] ?? 0) + meta.linesAbove()
  const { content: read } = atLine(line, () => readInlineHtml(content))
  for (const inline of read ?? []) state.push(schema.nodeFromJSON(inline))
}

function readImage(token: Token): Record<string, unknown> {
  const address = readImageAddress(token.attrGet('src'))
  if (address.fileId === null && address.src === null)
    throw new ContentError(
      'unknown-content',
      'Images in pages are files of theirs or at an http address; this one would be lost.',
    )
  const alt = (token.children ?? [])
    .map(({ type, content }) => (type === 'softbreak' ? ' ' : content))
    .join('')
  return { ...address, alt: alt === '' ? null : alt, title: token.attrGet('title') }
}
