import type { Node, ResolvedPos } from '@tiptap/pm/model'

/** A textblock in which a position may be, and how many letters around it are the ones that were around it before. */
interface Candidate {
  readonly position: number
  readonly letters: number
}

/** What differs between two documents: from the first to the last place. */
export interface Change {
  readonly start: number
  readonly endBefore: number
  readonly endAfter: number
}

/** Finds what differs; null if nothing does. */
export function findChange(before: Node, after: Node): Change | null {
  const start = before.content.findDiffStart(after.content)
  const ends = before.content.findDiffEnd(after.content)
  if (start === null || ends === null) return null
  // Where the same letters stand on both sides of a change, its end may be found before its beginning.
  const overlap = Math.max(start - Math.min(ends.a, ends.b), 0)
  return { start, endBefore: ends.a + overlap, endAfter: ends.b + overlap }
}

/**
 * Where a position in a text has gone with the letters around it, when another's change took them out and wrote them
 * anew: a line that was split or joined, or became a heading, an item or a part of a quote. Null where they are nowhere.
 */
export function followText(before: Node, after: Node, position: number): number | null {
  const $position = before.resolve(position)
  const change = findChange(before, after)
  if (change === null) return position
  const { start, endBefore, endAfter } = change
  if (position < start) return position
  if (position > endBefore) return position + endAfter - endBefore
  if (!$position.parent.isTextblock) return null
  let best: Candidate = { position: -1, letters: 0 }
  after.nodesBetween(Math.min(start, endAfter), endAfter, (node, at) => {
    if (!node.isTextblock) return true
    for (const candidate of findPieces($position, node, at + 1))
      if (candidate.letters > best.letters) best = candidate
    return false
  })
  return best.letters > 0 ? best.position : null
}

/**
 * The places in a textblock that begins at `start` where its text is what was around a position: up to where the one or
 * the other line begins, and up to where the one or the other ends.
 */
function findPieces({ parent, parentOffset }: ResolvedPos, textblock: Node, start: number): Candidate[] {
  const line = readLine(parent)
  const left = line.slice(0, parentOffset)
  const right = line.slice(parentOffset)
  const text = readLine(textblock)
  const found: Candidate[] = []
  for (let at = 0; at <= text.length; at++) {
    const before = Math.min(left.length, at)
    const behind = Math.min(right.length, text.length - at)
    const isPiece =
      left.endsWith(text.slice(at - before, at)) && right.startsWith(text.slice(at, at + behind))
    if (isPiece) found.push({ position: start + at, letters: before + behind })
  }
  return found
}

/** The text of a textblock, in which each part that is no text counts as one letter, as it does in positions. */
export function readLine(textblock: Node): string {
  return textblock.textBetween(0, textblock.content.size, null, '\ufffc')
}
