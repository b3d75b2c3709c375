import type { Node } from '@tiptap/pm/model'
import type * as Y from 'yjs'
import { ContentError } from '../../shared/document/content-error.ts'
import type { Identity } from '../auth/identity.ts'
import type { CommitLog } from './commit-log.ts'
import { toDocumentNode } from './content-node.ts'
import { type Content, type ContentFormat, convert } from './convert-content.ts'
import type { Edited, EditPage } from './edit-page.ts'
import { foldPast, type Moment } from './fold-past.ts'
import type { FoldTurns } from './fold-turns.ts'
import { type InsertPlace, insertContent } from './insert-content.ts'
import { keepBefore } from './keep-before.ts'
import { withPage } from './load-page.ts'
import type { PageHistory } from './page-history.ts'
import { parseHtml } from './parse-html.ts'
import { parseMarkdown } from './parse-markdown.ts'
import { replaceContent } from './replace-content.ts'
import type { UnknownMarkup } from './unknown-markup.ts'
import type { VersionStore } from './version-store.ts'

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
   * @throws ContentError `history-unavailable` or `history-too-long`, HistoryBusyError, and what `read` throws
   */
  readAt(pageId: string, format: ContentFormat, moment: Moment): Promise<ReadContent | null>
  /**
   * Replaces the text, or adds to it, as a co-author would: it merges with what others are typing.
   * @throws ContentError, and what `EditPage` throws
   */
  write(pageId: string, author: Identity, content: NewContent): Promise<Edited>
}

export interface NewContent {
  readonly format: WritableFormat
  /** TipTap JSON as it was parsed, or the text in another format. */
  readonly body: unknown
  /** Of Markdown; without it, it is refused. */
  readonly unknown?: UnknownMarkup | undefined
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
  turns,
}: {
  log: Pick<CommitLog, 'read'>
  edit: EditPage
  versionStore: Pick<VersionStore, 'insert'>
  history: PageHistory
  turns: Pick<FoldTurns, 'take'>
}): PageContent {
  return {
    read: (pageId, format) => withPage(log, pageId, (doc, seq) => ({ seq, content: convert(doc, format) })),

    readAt: (pageId, format, moment) =>
      turns.take(async (folder) => {
        const past = await foldPast(history, folder, pageId, moment)
        return past === null ? null : { seq: past.seq, content: await past.fold.convert(format) }
      }),

    async write(pageId, author, { format, body, unknown, place, expectedSeq }) {
      const node = parseContent(format, body, unknown)
      const change = (doc: Y.Doc) =>
        place === undefined ? replaceContent(doc, node) : insertContent(doc, node, place)
      const beforeWrite =
        place === undefined ? keepBefore(versionStore, pageId, 'before-overwrite') : undefined
      return edit(pageId, author, change, { expectedSeq, beforeWrite })
    },
  }
}

/**
 * What was sent, as a document.
 * @throws ContentError
 */
function parseContent(format: WritableFormat, body: unknown, unknown?: UnknownMarkup): Node {
  if (format === 'json') return toDocumentNode(body)
  if (typeof body !== 'string') throw new ContentError('invalid-content', 'There is no content.')
  return toDocumentNode(format === 'html' ? parseHtml(body) : parseMarkdown(body, unknown))
}
