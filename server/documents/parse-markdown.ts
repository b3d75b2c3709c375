import type { JSONContent } from '@tiptap/core'
import { MarkdownParser } from 'prosemirror-markdown'
import { schema } from './content.ts'
import { createMarkdownTokenizer } from './markdown-tokens.ts'

/**
 * Markdown as TipTap JSON: CommonMark with task lists and `~~strike~~`, without reference links. What pages
 * have no place for (images, tables, HTML beyond `<u>` and its kind) is refused.
 * @throws ContentError `unknown-content`, `invalid-content`
 */
export function parseMarkdown(markdown: string): JSONContent {
  return parser.parse(markdown).toJSON() as JSONContent
}

const parser = new MarkdownParser(schema, createMarkdownTokenizer(), {
  paragraph: { block: 'paragraph' },
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
  hr: { node: 'horizontalRule' },
  hardbreak: { node: 'hardBreak' },

  strong: { mark: 'bold' },
  em: { mark: 'italic' },
  s: { mark: 'strike' },
  u: { mark: 'underline' },
  code: { mark: 'code' },
  link: {
    mark: 'link',
    getAttrs: (token) => ({ href: token.attrGet('href'), title: token.attrGet('title') }),
  },
})
