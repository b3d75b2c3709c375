import type * as Y from 'yjs'
import { listAnchored, listCommentable, markRun } from './anchored-text.ts'

/** A row of characters, by the ids that Yjs gave them. */
interface IdRange {
  readonly client: number
  readonly clock: number
  readonly length: number
}

/**
 * Runs a change that rewrites texts as if nobody had commented on them, and then says again of every character
 * that is still there which threads are about it.
 */
export function keepAnchors(doc: Y.Doc, change: (anchored: ReadonlySet<string>) => void): void {
  const idsOfThread = new Map<string, IdRange[]>()
  for (const { text, from, length, threadId } of listAnchored(doc)) {
    const ids = idsOfThread.get(threadId) ?? []
    idsOfThread.set(threadId, ids)
    for (const piece of listPieces(text)) {
      const start = Math.max(from, piece.from)
      const end = Math.min(from + length, piece.from + piece.length)
      if (start < end)
        ids.push({ client: piece.client, clock: piece.clock + start - piece.from, length: end - start })
    }
  }
  change(new Set(idsOfThread.keys()))
  if (idsOfThread.size === 0) return
  for (const text of listCommentable(doc)) {
    const pieces = listPieces(text)
    for (const [threadId, ids] of idsOfThread)
      for (const piece of pieces)
        for (const range of ids) {
          if (range.client !== piece.client) continue
          const start = Math.max(range.clock, piece.clock)
          const end = Math.min(range.clock + range.length, piece.clock + piece.length)
          const from = piece.from + start - piece.clock
          // Where it is said already, Yjs writes nothing.
          if (start < end) markRun({ text, from, length: end - start }, threadId)
        }
  }
}

/** The characters of a text as rows whose ids follow each other. */
function listPieces(text: Y.XmlText): (IdRange & { readonly from: number })[] {
  const pieces: (IdRange & { readonly from: number })[] = []
  let from = 0
  for (let item = text._start; item !== null; item = item.right) {
    if (item.deleted || !item.countable) continue
    pieces.push({ ...item.id, length: item.length, from })
    from += item.length
  }
  return pieces
}
