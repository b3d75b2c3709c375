import type { JSONContent } from '@tiptap/core'
import * as Y from 'yjs'
import type { CommitLog } from './commit-log.ts'
import { toJson, toText } from './content.ts'
import { toHtml } from './content-html.ts'
import { toMarkdown } from './content-markdown.ts'
import { toNode } from './content-node.ts'
import { loadPage } from './load-page.ts'

/** A page's text in one format: TipTap JSON, or a string. */
export type Content = JSONContent | string
export type ContentFormat = 'json' | 'html' | 'markdown' | 'text'

/** A page's text and the `seq` at which it says so. */
export interface ReadContent {
  readonly seq: number
  readonly content: Content
}

/** Pages in the formats of the outside world. Who may see them has been decided before. */
export interface PageContent {
  /**
   * The committed text, read afresh from the log.
   * @throws PageGoneError, PageUnreadableError, ContentError `unknown-content` for HTML or Markdown of
   * something that the document schema does not know
   */
  read(pageId: string, format: ContentFormat): Promise<ReadContent>
}

export function createPageContent({ log }: { log: Pick<CommitLog, 'read'> }): PageContent {
  return {
    async read(pageId, format) {
      const doc = new Y.Doc()
      try {
        const { seq } = await loadPage(log, pageId, doc)
        return { seq, content: convert(doc, format) }
      } finally {
        doc.destroy()
      }
    },
  }
}

/**
 * A document in a format.
 * @throws ContentError
 */
export function convert(doc: Y.Doc, format: ContentFormat): Content {
  switch (format) {
    case 'json':
      return toJson(doc)
    case 'text':
      return toText(doc)
    case 'html':
      return toHtml(toNode(toJson(doc)))
    case 'markdown':
      return toMarkdown(toNode(toJson(doc)))
  }
}
