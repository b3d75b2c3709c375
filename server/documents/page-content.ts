import type { JSONContent } from '@tiptap/core'
import type { Node } from '@tiptap/pm/model'
import * as Y from 'yjs'
import type { CommitLog } from './commit-log.ts'
import { toJson, toText } from './content.ts'
import { ContentError } from './content-error.ts'
import { toHtml } from './content-html.ts'
import { toMarkdown } from './content-markdown.ts'
import { toDocumentNode, toNode } from './content-node.ts'
import type { Edited, EditPage } from './edit-page.ts'
import { type InsertPlace, insertContent } from './insert-content.ts'
import { keepBefore } from './keep-before.ts'
import { withPage } from './load-page.ts'
import { loadPast, type Moment } from './load-past.ts'
import type { PageHistory } from './page-history.ts'
import { parseHtml } from './parse-html.ts'
import { parseMarkdown } from './parse-markdown.ts'
import { replaceContent } from './replace-content.ts'
import type { VersionStore } from './version-store.ts'

/** A page's text in one format: TipTap JSON, or a string. */
export type Content = JSONContent | string
export type ContentFormat = 'json' | 'html' | 'markdown' | 'text'
export type WritableFormat = Exclude<ContentFormat, 'text'>

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
  /**
   * The text as it was; null if the page has not come that far.
   * @throws ContentError `history-unavailable`, and what `read` throws
   */
  readAt(pageId: string, format: ContentFormat, moment: Moment): Promise<ReadContent | null>
  /**
   * Replaces the text, or adds to it, as a co-author would: it merges with what others are typing.
   * @throws ContentError, and what `EditPage` throws
   */
  write(pageId: string, userId: string, content: NewContent): Promise<Edited>
}

export interface NewContent {
  readonly format: WritableFormat
  /** TipTap JSON as it was parsed, or the text in another format. */
  readonly body: unknown
  /** Undefined replaces everything. */
  readonly place?: InsertPlace | undefined
  /** The `seq` that the author believes the page to stand at. */
  readonly expectedSeq?: number | undefined
}

export function createPageContent({
  log,
  edit,
  versionStore,
  history,
}: {
  log: Pick<CommitLog, 'read'>
  edit: EditPage
  versionStore: Pick<VersionStore, 'insert'>
  history: PageHistory
}): PageContent {
  return {
    read: (pageId, format) => withPage(log, pageId, (doc, seq) => ({ seq, content: convert(doc, format) })),

    async readAt(pageId, format, moment) {
      const doc = new Y.Doc()
      try {
        const seq = await loadPast(history, pageId, moment, doc)
        return seq === null ? null : { seq, content: convert(doc, format) }
      } finally {
        doc.destroy()
      }
    },

    async write(pageId, userId, { format, body, place, expectedSeq }) {
      const node = parseContent(format, body)
      const change = (doc: Y.Doc) =>
        place === undefined ? replaceContent(doc, node) : insertContent(doc, node, place)
      const beforeWrite =
        place === undefined ? keepBefore(versionStore, pageId, 'before-overwrite') : undefined
      return edit(pageId, userId, change, { expectedSeq, beforeWrite })
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

/**
 * What was sent, as a document.
 * @throws ContentError
 */
function parseContent(format: WritableFormat, body: unknown): Node {
  if (format === 'json') return toDocumentNode(body)
  if (typeof body !== 'string') throw new ContentError('invalid-content', 'There is no content.')
  return toDocumentNode(format === 'html' ? parseHtml(body) : parseMarkdown(body))
}
