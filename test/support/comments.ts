import { randomUUID } from 'node:crypto'
import * as Y from 'yjs'
import type { Anchor, Thread } from '../../shared/api/comments.ts'
import { DOCUMENT_FRAGMENT } from '../../shared/document/fragment.ts'
import type { Answer, Person } from './people.ts'

const encode = (position: Y.RelativePosition) =>
  Buffer.from(Y.encodeRelativePosition(position)).toString('base64')

/** The place in an empty page. */
export const EMPTY_ANCHOR: Anchor = (() => {
  const place = encode(
    Y.createRelativePositionFromTypeIndex(new Y.Doc().getXmlFragment(DOCUMENT_FRAGMENT), 0),
  )
  return { start: place, end: place }
})()

/** The places before and behind the first occurrence of a piece of text in one block of a document. */
export function anchorOf(doc: Y.Doc, piece: string): Anchor {
  for (const text of listTexts(doc.getXmlFragment(DOCUMENT_FRAGMENT))) {
    const at = plainText(text).indexOf(piece)
    if (at < 0) continue
    return {
      start: encode(Y.createRelativePositionFromTypeIndex(text, at)),
      end: encode(Y.createRelativePositionFromTypeIndex(text, at + piece.length, -1)),
    }
  }
  throw new Error(`the document does not say "${piece}"`)
}

/** What each thread is about, as the marks in a document say it. */
export function anchoredText(doc: Y.Doc): Record<string, string> {
  const said: Record<string, string> = {}
  for (const text of listTexts(doc.getXmlFragment(DOCUMENT_FRAGMENT)))
    for (const { insert, attributes = {} } of text.toDelta() as Delta[])
      for (const [key, value] of Object.entries(attributes))
        if (key.startsWith('comment')) {
          const { threadId } = value as { threadId: string }
          said[threadId] = (said[threadId] ?? '') + insert
        }
  return said
}

/** Begins a thread; what is not given is made up. */
export function comment(
  person: Person,
  pageId: string,
  body: { id?: string; anchor: Anchor; quote?: string; body?: string; mentions?: string[] },
): Promise<Answer<Thread>> {
  return person.request<Thread>('POST', `/api/pages/${pageId}/threads`, {
    id: body.id ?? randomUUID(),
    anchor: body.anchor,
    quote: body.quote ?? 'as it was',
    comment: { id: randomUUID(), body: body.body ?? 'Is that so?', mentions: body.mentions ?? [] },
  })
}

interface Delta {
  readonly insert: string
  readonly attributes?: Record<string, unknown>
}

const plainText = (text: Y.XmlText) => (text.toDelta() as Delta[]).map(({ insert }) => insert).join('')

function listTexts(element: Y.XmlFragment): Y.XmlText[] {
  return element
    .toArray()
    .flatMap((child) =>
      child instanceof Y.XmlText ? [child] : child instanceof Y.XmlElement ? listTexts(child) : [],
    )
}
