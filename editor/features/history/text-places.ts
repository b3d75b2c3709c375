import type { Node } from '@tiptap/pm/model'
import { describeMention, MENTION_NODE } from '../../../shared/document/describe-mention.ts'

/** A part of a page's plain text and where in the document it stands. */
export interface TextPlace {
  readonly text: string
  /** Where it begins in the plain text, UTF-16 units. */
  readonly at: number
  /** Where it begins in the document. */
  readonly pos: number
  /** How much room it takes there: for text one for each unit, for a mention one. */
  readonly size: number
}

/**
 * Where each part of a document's plain text, as the API's `format=text` has it, stands in the document.
 * Top-level blocks whose index is in `left` are left out, as if they were not there.
 */
export function readTextPlaces(
  doc: Node,
  left: ReadonlySet<number> = new Set(),
): { readonly text: string; readonly places: readonly TextPlace[] } {
  const places: TextPlace[] = []
  let text = ''
  let isFirst = true
  const add = (piece: string, pos: number, size: number) => {
    places.push({ text: piece, at: text.length, pos, size })
    text += piece
  }
  doc.forEach((block, offset, index) => {
    if (left.has(index)) return
    const visit = (node: Node, pos: number): boolean => {
      if (node.isTextblock) {
        if (!isFirst) text += '\n'
        isFirst = false
      } else if (node.isText) add(node.text ?? '', pos, node.nodeSize)
      else if (node.type.name === 'hardBreak') add('\n', pos, node.nodeSize)
      else if (node.type.name === MENTION_NODE) add(describeMention(node.attrs), pos, node.nodeSize)
      return true
    }
    visit(block, offset)
    block.descendants((node, pos) => visit(node, offset + 1 + pos))
  })
  return { text, places }
}

/** The stretches of the document that a range of the plain text covers. */
export function toDocumentRanges(
  places: readonly TextPlace[],
  { from, to }: { from: number; to: number },
): { from: number; to: number }[] {
  return places.flatMap(({ text, at, pos, size }) => {
    const start = Math.max(from, at) - at
    const end = Math.min(to, at + text.length) - at
    if (end <= start) return []
    return [size === text.length ? { from: pos + start, to: pos + end } : { from: pos, to: pos + size }]
  })
}

/** The range of the plain text that a stretch of the document covers; null if there is no text in it. */
export function toTextRange(
  places: readonly TextPlace[],
  { from, to }: { from: number; to: number },
): { from: number; to: number } | null {
  const covered = places.flatMap(({ text, at, pos, size }) => {
    const start = Math.max(from, pos) - pos
    const end = Math.min(to, pos + size) - pos
    if (end <= start) return []
    return [size === text.length ? [at + start, at + end] : [at, at + text.length]]
  })
  const [first, last] = [covered[0], covered.at(-1)]
  return first === undefined || last === undefined
    ? null
    : { from: first[0] as number, to: last[1] as number }
}

/**
 * A range of one text as a range of another one that differs from it in one stretch, such as the same page a
 * moment earlier; what lies in that stretch is left out.
 */
export function moveRange(
  range: { from: number; to: number },
  before: string,
  after: string,
): { from: number; to: number } {
  const limit = Math.min(before.length, after.length)
  let start = 0
  while (start < limit && before[start] === after[start]) start++
  let end = 0
  while (end < limit - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++
  const behind = before.length - end
  const moved = after.length - before.length
  return {
    from: range.from >= behind ? range.from + moved : range.from < start ? range.from : after.length - end,
    to: range.to <= start ? range.to : range.to >= behind ? range.to + moved : start,
  }
}
