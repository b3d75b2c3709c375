import type { Node } from '@tiptap/pm/model'
import { prosemirrorToYXmlFragment, updateYFragment } from '@tiptap/y-tiptap'
import * as Y from 'yjs'
import { COMMENT_MARK } from '../../shared/document/comment.ts'
import { DOCUMENT_FRAGMENT } from '../../shared/document/fragment.ts'
import { schema, toJson } from './content.ts'
import { toNode } from './content-node.ts'
import { keepAnchors } from './keep-anchors.ts'
import { withoutComments } from './without-comments.ts'

/**
 * Makes a document say what `node` says, by the smallest edit: blocks that stay are not touched, in one
 * that changes only the characters that differ. Carets and what others are typing there survive it, and so do
 * comments: text that stays keeps its threads, whatever `node` says of them.
 * @throws ContentError `unknown-content` when the page holds something that would be lost
 */
export function replaceContent(doc: Y.Doc, node: Node): void {
  keepAnchors(doc, (anchored) => {
    // Threads whose text is gone come back with it.
    const isThere = (threadId: unknown) => typeof threadId === 'string' && anchored.has(threadId)
    rewriteContent(doc, isCommentedOn(node) ? toNode(withoutComments(node.toJSON(), isThere)) : node)
  })
}

function isCommentedOn(node: Node): boolean {
  let isFound = false
  node.descendants(({ marks }) => {
    isFound ||= marks.some(({ type }) => type.name === COMMENT_MARK)
    return !isFound
  })
  return isFound
}

function rewriteContent(doc: Y.Doc, node: Node): void {
  const fragment = doc.getXmlFragment(DOCUMENT_FRAGMENT)
  const now = toNode(withoutComments(toJson(doc)))
  if (now.childCount === 0 && isBlank(node)) return
  const blocks = fragment.toArray()
  // Text right under the root, which no editor writes: there is no one-to-one to go by.
  if (blocks.length !== now.childCount || !blocks.every((block) => block instanceof Y.XmlElement)) {
    updateYFragment(doc, fragment, node, { mapping: new Map(), isOMark: new Map() })
    return
  }

  // y-tiptap by itself pairs blocks by position, and would rewrite all that stands between an added block
  // and a removed one. From the end, so that the places in front stay what they are.
  let oldEnd = blocks.length
  let newEnd = node.childCount
  for (const [oldIndex, newIndex] of [
    ...findKept(now.children, node.children).reverse(),
    [-1, -1] as const,
  ]) {
    const wanted = node.children.slice(newIndex + 1, newEnd)
    rewriteBlocks(fragment, oldIndex + 1, blocks.slice(oldIndex + 1, oldEnd), wanted)
    oldEnd = oldIndex
    newEnd = newIndex
  }
}

/** An editor shows an empty page as one empty paragraph. */
const isBlank = (node: Node) =>
  node.childCount === 1 && node.firstChild?.type.name === 'paragraph' && node.content.size === 2

/** Rewrites a row of blocks between two that stay: in place where the kind fits, or else anew. */
function rewriteBlocks(
  fragment: Y.XmlFragment,
  start: number,
  old: readonly Y.XmlElement[],
  wanted: readonly Node[],
): void {
  let index = 0
  for (; index < old.length && index < wanted.length; index++) {
    const [block, node] = [old[index] as Y.XmlElement, wanted[index] as Node]
    if (block.nodeName === node.type.name)
      updateYFragment(fragment.doc as Y.Doc, block, node, { mapping: new Map(), isOMark: new Map() })
    else {
      fragment.delete(start + index, 1)
      insertBlocks(fragment, start + index, [node])
    }
  }
  if (old.length > index) fragment.delete(start + index, old.length - index)
  insertBlocks(fragment, start + index, wanted.slice(index))
}

/** Puts new blocks into a document. */
export function insertBlocks(fragment: Y.XmlFragment, index: number, nodes: readonly Node[]): void {
  if (nodes.length === 0) return
  const scratch = new Y.Doc()
  try {
    const page = schema.topNodeType.create(null, [...nodes])
    const added = prosemirrorToYXmlFragment(page, scratch.getXmlFragment(DOCUMENT_FRAGMENT))
    fragment.insert(
      index,
      added.toArray().map((block) => block.clone() as Y.XmlElement | Y.XmlText),
    )
  } finally {
    scratch.destroy()
  }
}

/** Pairs of places whose blocks are equal and in the same order in both, as many as possible. */
function findKept(old: readonly Node[], wanted: readonly Node[]): (readonly [number, number])[] {
  const placesByKey = new Map<string, number[]>()
  wanted.forEach((block, index) => {
    const key = JSON.stringify(block.toJSON())
    const places = placesByKey.get(key)
    if (places === undefined) placesByKey.set(key, [index])
    else places.push(index)
  })
  for (const places of placesByKey.values()) places.reverse()
  const pairs = old.flatMap((block, index): (readonly [number, number])[] => {
    const place = placesByKey.get(JSON.stringify(block.toJSON()))?.pop()
    return place === undefined ? [] : [[index, place]]
  })
  return longestIncreasing(pairs)
}

/** The longest row of pairs whose second places increase, by patience sorting. */
function longestIncreasing(pairs: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  const secondOf = (index: number | undefined) => (pairs[index ?? -1] as readonly [number, number])[1]
  const ends: number[] = []
  const before: number[] = []
  pairs.forEach(([, second], index) => {
    let low = 0
    let high = ends.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (secondOf(ends[middle]) < second) low = middle + 1
      else high = middle
    }
    before[index] = low > 0 ? (ends[low - 1] as number) : -1
    ends[low] = index
  })
  const row: (readonly [number, number])[] = []
  for (let at = ends.at(-1) ?? -1; at >= 0; at = before[at] as number)
    row.push(pairs[at] as readonly [number, number])
  return row.reverse()
}
