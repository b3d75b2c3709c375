import * as Y from 'yjs'
import { type Anchor, MAX_QUOTE_LENGTH } from '../../shared/api/comments.ts'
import { DOCUMENT_FRAGMENT } from '../../shared/document/fragment.ts'
import type { Identity } from '../auth/identity.ts'
import { allowsComments, listAnchored, markRun, type TextRun } from './anchored-text.ts'
import type { EditPage } from './edit-page.ts'

/** In how many texts, such as paragraphs, one comment can be. */
const MAX_ANCHORED_TEXTS = 500

/** Ties threads of comments to the text that they are about. Only those who may comment can. */
export interface CommentAnchors {
  /**
   * Marks the text of an anchor and answers how it begins: null if it is not there any more. `unknown` for a
   * place that is not on the page, or not yet.
   * @throws what `EditPage` throws
   */
  write(
    pageId: string,
    author: Identity,
    threadId: string,
    anchor: Anchor,
  ): Promise<{ readonly quote: string | null } | 'unknown' | 'too-long'>
  /**
   * Takes a thread's marks away, wherever they are.
   * @throws what `EditPage` throws
   */
  remove(pageId: string, author: Identity, threadId: string): Promise<void>
}

export function createCommentAnchors(edit: EditPage): CommentAnchors {
  return {
    async write(pageId, author, threadId, anchor) {
      let marked: Awaited<ReturnType<CommentAnchors['write']>> = 'unknown'
      const mark = (doc: Y.Doc) => {
        marked = markAnchor(doc, threadId, anchor)
      }
      await edit(pageId, author, mark, { needed: 'commenter' })
      return marked
    },

    async remove(pageId, author, threadId) {
      const clear = (doc: Y.Doc) => {
        for (const run of listAnchored(doc))
          if (run.threadId === threadId) run.text.format(run.from, run.length, { [run.key]: null })
      }
      await edit(pageId, author, clear, { needed: 'commenter' })
    },
  }
}

function markAnchor(
  doc: Y.Doc,
  threadId: string,
  anchor: Anchor,
): { quote: string | null } | 'unknown' | 'too-long' {
  const there = listAnchored(doc).filter((run) => run.threadId === threadId)
  if (there.length > 0) return { quote: readQuote(there) }
  const start = resolvePlace(doc, anchor.start)
  const end = resolvePlace(doc, anchor.end)
  if (start === 'unknown' || end === 'unknown') return 'unknown'
  if (start === 'gone' || end === 'gone') return { quote: null }
  const runs = listBetween(doc.getXmlFragment(DOCUMENT_FRAGMENT), start, end)
  if (runs.length > MAX_ANCHORED_TEXTS) return 'too-long'
  for (const run of runs) markRun(run, threadId)
  return { quote: runs.length === 0 ? null : readQuote(runs) }
}

interface Place {
  readonly type: Y.AbstractType<unknown>
  readonly index: number
}

/** Where a relative position lies now; `gone` when what it stood by was deleted without a trace. */
function resolvePlace(doc: Y.Doc, encoded: string): Place | 'unknown' | 'gone' {
  const fragment = doc.getXmlFragment(DOCUMENT_FRAGMENT)
  const position = decodePlace(encoded)
  if (position === null) return 'unknown'
  const { item, type, tname } = position
  const by = item ?? type
  if (by === null ? tname !== DOCUMENT_FRAGMENT : Y.getState(doc.store, by.client) <= by.clock)
    return 'unknown'
  const place = Y.createAbsolutePositionFromRelativePosition(position, doc)
  if (place === null) return 'gone'
  let [at, index] = [place.type as Y.AbstractType<unknown>, place.index]
  // Whatever it is in may have been deleted as a whole: then it is where that was.
  for (let up: Y.AbstractType<unknown> = at; up !== fragment; ) {
    const holder: Y.Item | null = up._item
    const parent: unknown = holder?.parent
    if (holder === null || !(parent instanceof Y.AbstractType)) return 'unknown'
    if (holder.deleted) [at, index] = [parent, countBefore(holder)]
    up = parent
  }
  return { type: at, index }
}

function decodePlace(encoded: string): Y.RelativePosition | null {
  try {
    return Y.decodeRelativePosition(Buffer.from(encoded, 'base64'))
  } catch {
    return null
  }
}

function countBefore(item: Y.Item): number {
  let count = 0
  for (let left = item.left; left !== null; left = left.left)
    if (!left.deleted && left.countable) count += left.length
  return count
}

/** The pieces of text between two places in which comments can be, in reading order. */
function listBetween(fragment: Y.XmlFragment, start: Place, end: Place): TextRun[] {
  const runs: TextRun[] = []
  let hasBegun = false
  let hasEnded = false
  const visitText = (text: Y.XmlText, isCommentable: boolean) => {
    const from = start.type === text ? start.index : hasBegun ? 0 : text.length
    const to = end.type === text ? end.index : text.length
    hasBegun ||= start.type === text
    hasEnded ||= end.type === text
    if (isCommentable && from < to) runs.push({ text, from, length: to - from })
  }
  const visit = (element: Y.XmlFragment) => {
    const isCommentable = element instanceof Y.XmlElement && allowsComments(element)
    const children: readonly unknown[] = element.toArray()
    for (let index = 0; index <= children.length; index++) {
      if (start.type === element && start.index === index) hasBegun = true
      if (end.type === element && end.index === index) hasEnded = true
      if (hasEnded) return
      const child = children[index]
      if (child instanceof Y.XmlText) visitText(child, isCommentable)
      else if (child instanceof Y.XmlElement) visit(child)
      if (hasEnded) return
    }
  }
  visit(fragment)
  return runs
}

/** How an anchored text begins; each text on a line of its own. */
function readQuote(runs: readonly TextRun[]): string {
  let quote = ''
  let last: Y.XmlText | null = null
  for (const { text, from, length } of runs) {
    if (last !== null && last !== text) quote += '\n'
    last = text
    quote += toPlainText(text).slice(from, from + length)
    if (quote.length > MAX_QUOTE_LENGTH) break
  }
  if (quote.length <= MAX_QUOTE_LENGTH) return quote
  // Half of a character that takes two units is no character.
  return `${quote.slice(0, MAX_QUOTE_LENGTH - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
}

/** A text without its marks, one character for whatever else is in it. */
function toPlainText(text: Y.XmlText): string {
  return (text.toDelta() as { insert: unknown }[])
    .map(({ insert }) => (typeof insert === 'string' ? insert : ' '))
    .join('')
}
