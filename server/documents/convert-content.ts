import type { JSONContent } from '@tiptap/core'
import type * as Y from 'yjs'
import { toHtml } from '../../shared/document/content-html.ts'
import { toMarkdown } from '../../shared/document/content-markdown.ts'
import { toJson, toText } from './content.ts'
import { toNode } from './content-node.ts'
import { withoutComments } from './without-comments.ts'

/** A page's text in one format: TipTap JSON, or a string. */
export type Content = JSONContent | string
export type ContentFormat = 'json' | 'html' | 'markdown' | 'text'

/**
 * A document in a format. Of comments only JSON tells, by the marks that they have in the text.
 * @throws ContentError
 */
export function convert(doc: Y.Doc, format: ContentFormat): Content {
  switch (format) {
    case 'json':
      return toJson(doc)
    case 'text':
      return toText(doc)
    case 'html':
      return toHtml(toNode(withoutComments(toJson(doc))))
    case 'markdown':
      return toMarkdown(toNode(withoutComments(toJson(doc))))
  }
}
