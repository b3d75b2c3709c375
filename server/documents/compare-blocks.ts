import type { JSONContent } from '@tiptap/core'
import * as Y from 'yjs'
import { toJson } from './content.ts'
import { withoutComments } from './without-comments.ts'

/** A block of one of two documents, or of both. */
export interface ComparedBlock {
  readonly change: 'same' | 'added' | 'removed'
  readonly block: JSONContent
}

/** How many pairs of blocks are compared at most; where more differ, all of them count as rewritten. */
const MAX_PAIRS = 4_000_000

/**
 * A state beside a document; comments make no difference.
 * @throws what Yjs throws when the state does not decode
 */
export function compareStates(from: Uint8Array, to: Y.Doc): ComparedBlock[] {
  const before = new Y.Doc()
  try {
    Y.applyUpdate(before, from)
    return compareBlocks(
      withoutComments(toJson(before)).content ?? [],
      withoutComments(toJson(to)).content ?? [],
    )
  } finally {
    before.destroy()
  }
}

/** Two lists of blocks as one, with as many as possible in common, in reading order. */
export function compareBlocks(from: readonly JSONContent[], to: readonly JSONContent[]): ComparedBlock[] {
  const [fromKeys, toKeys] = [from.map(toKey), to.map(toKey)]
  let start = 0
  while (start < from.length && start < to.length && fromKeys[start] === toKeys[start]) start++
  let end = 0
  const limit = Math.min(from.length, to.length) - start
  while (end < limit && fromKeys[from.length - 1 - end] === toKeys[to.length - 1 - end]) end++

  const middle = compareMiddle(fromKeys.slice(start, from.length - end), toKeys.slice(start, to.length - end))
  return [
    ...from.slice(0, start).map((block): ComparedBlock => ({ change: 'same', block })),
    ...middle.map(
      ({ change, index }): ComparedBlock => ({
        change,
        block: (change === 'added' ? to : from)[start + index] as JSONContent,
      }),
    ),
    ...from.slice(from.length - end).map((block): ComparedBlock => ({ change: 'same', block })),
  ]
}

type Step = { readonly change: ComparedBlock['change']; readonly index: number }

/** The longest common subsequence, by the textbook's table. */
function compareMiddle(from: readonly string[], to: readonly string[]): Step[] {
  const steps: Step[] = []
  const width = to.length + 1
  const isTooLarge = from.length * to.length > MAX_PAIRS
  const lengths = new Uint32Array(isTooLarge ? 0 : (from.length + 1) * width)
  const lengthAt = (i: number, j: number) => lengths[i * width + j] ?? 0
  if (!isTooLarge)
    for (let i = from.length - 1; i >= 0; i--)
      for (let j = to.length - 1; j >= 0; j--)
        lengths[i * width + j] =
          from[i] === to[j] ? lengthAt(i + 1, j + 1) + 1 : Math.max(lengthAt(i + 1, j), lengthAt(i, j + 1))

  let i = 0
  let j = 0
  while (i < from.length || j < to.length) {
    if (!isTooLarge && i < from.length && j < to.length && from[i] === to[j]) {
      steps.push({ change: 'same', index: i++ })
      j++
    } else if (j >= to.length || (i < from.length && lengthAt(i + 1, j) >= lengthAt(i, j + 1)))
      steps.push({ change: 'removed', index: i++ })
    else steps.push({ change: 'added', index: j++ })
  }
  return steps
}

/** Attributes come in any order; their order says nothing. */
const toKey = (block: JSONContent): string =>
  JSON.stringify(block, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
