import { prosemirrorToYXmlFragment } from '@tiptap/y-tiptap'
import * as Y from 'yjs'
import { COMMENT_MARK } from '../../shared/document/comment.ts'
import { DOCUMENT_FRAGMENT } from '../../shared/document/fragment.ts'
import { schema } from './content.ts'

/** A piece of a text: where it begins and how long it is, in Yjs' units. */
export interface TextRun {
  readonly text: Y.XmlText
  readonly from: number
  readonly length: number
}

/** A piece of text that a thread of comments is about, and the attribute that says so. */
export interface AnchoredRun extends TextRun {
  readonly threadId: string
  readonly key: string
}

/** Every text in which comments can be, in reading order. */
export function listCommentable(doc: Y.Doc): Y.XmlText[] {
  const texts: Y.XmlText[] = []
  const visit = (element: Y.XmlFragment) => {
    for (const child of element.toArray()) {
      if (child instanceof Y.XmlElement) visit(child)
      else if (child instanceof Y.XmlText && element instanceof Y.XmlElement && allowsComments(element))
        texts.push(child)
    }
  }
  visit(doc.getXmlFragment(DOCUMENT_FRAGMENT))
  return texts
}

/** Whether the schema lets comments stand in an element: a mark elsewhere would make editors drop it. */
export function allowsComments({ nodeName }: Y.XmlElement): boolean {
  const mark = schema.marks[COMMENT_MARK]
  return mark !== undefined && schema.nodes[nodeName]?.allowsMarkType(mark) === true
}

/** All that threads are about in a document, in reading order. */
export function listAnchored(doc: Y.Doc): AnchoredRun[] {
  return listCommentable(doc).flatMap((text) => {
    const runs: AnchoredRun[] = []
    let from = 0
    for (const { insert, attributes } of text.toDelta() as Delta[]) {
      const length = typeof insert === 'string' ? insert.length : 1
      for (const [key, value] of Object.entries(attributes ?? {})) {
        const threadId = readThreadId(key, value)
        if (threadId !== null) runs.push({ text, from, length, threadId, key })
      }
      from += length
    }
    return runs
  })
}

/** The thread that an attribute of a text names; null for any other attribute. */
export function readThreadId(key: string, value: unknown): string | null {
  if (!KEY.test(key) || typeof value !== 'object' || value === null) return null
  const { threadId } = value as { threadId?: unknown }
  return typeof threadId === 'string' ? threadId : null
}

/** Says of a piece of text that a thread is about it. */
export function markRun({ text, from, length }: TextRun, threadId: string): void {
  text.format(from, length, { [keyOf(threadId)]: { threadId } })
}

interface Delta {
  readonly insert: unknown
  readonly attributes?: Readonly<Record<string, unknown>>
}

const KEY = new RegExp(`^${COMMENT_MARK}(--[a-zA-Z0-9+/=]{8})?$`)

/**
 * The attribute of a thread's text. Marks that overlap have a hash behind their name, which y-tiptap keeps to
 * itself: one piece of text is converted to see what it is.
 */
function keyOf(threadId: string): string {
  const doc = new Y.Doc()
  try {
    const text = schema.text('x', [schema.mark(COMMENT_MARK, { threadId })])
    const page = schema.node('doc', null, [schema.node('paragraph', null, [text])])
    const fragment = prosemirrorToYXmlFragment(page, doc.getXmlFragment(DOCUMENT_FRAGMENT))
    const written = (fragment.get(0) as Y.XmlElement).get(0) as Y.XmlText
    return Object.keys((written.toDelta() as Delta[])[0]?.attributes ?? {})[0] as string
  } finally {
    doc.destroy()
  }
}
