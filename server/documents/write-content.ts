import type { Node } from '@tiptap/pm/model'
import { prosemirrorToYXmlFragment, updateYFragment } from '@tiptap/y-tiptap'
import * as Y from 'yjs'
import { DOCUMENT_FRAGMENT } from '../../shared/document/extensions.ts'
import { toJson } from './content.ts'
import { ContentError } from './content-error.ts'
import { toNode } from './content-node.ts'

/** Where new content goes among the blocks of a page. */
export type InsertPlace =
  | { readonly place: 'start' }
  | { readonly place: 'end' }
  /** Right behind the first top-level heading with this text. */
  | { readonly place: 'after-heading'; readonly heading: string }

/**
 * Makes a document say what `node` says, by the smallest edit: blocks that stay are not touched, in one
 * that changes only the characters that differ. Carets and what others are typing there survive it.
 * @throws ContentError `unknown-content` when the page holds something that would be lost
 */
export function replaceContent(doc: Y.Doc, node: Node): void {
  const fragment = doc.getXmlFragment(DOCUMENT_FRAGMENT)
  const now = toNode(toJson(doc))
  if (now.childCount === 0 && isBlank(node)) return
  const mapping: Mapping = new Map()
  pairEqualBlocks(fragment, now, node, mapping)
  updateYFragment(doc, fragment, node, { mapping, isOMark: new Map() })
}

/** y-tiptap's own: which node each part of the document stands for. */
type Mapping = Parameters<typeof updateYFragment>[3]['mapping']

/** An editor shows an empty page as one empty paragraph. */
const isBlank = (node: Node) =>
  node.childCount === 1 && node.firstChild?.type.name === 'paragraph' && node.content.size === 2

/**
 * Tells y-tiptap's comparison which blocks are the same: by itself it pairs them by position, and would
 * rewrite everything between an added block and a removed one.
 */
function pairEqualBlocks(fragment: Y.XmlFragment, now: Node, wanted: Node, mapping: Mapping): void {
  const children = fragment.toArray()
  // Text right under the root, or something without a node of its own: there is no one-to-one here.
  if (children.length !== now.childCount) return
  const wantedByKey = new Map<string, Node[]>()
  for (const block of [...wanted.children].reverse()) {
    const key = JSON.stringify(block.toJSON())
    const alike = wantedByKey.get(key)
    if (alike === undefined) wantedByKey.set(key, [block])
    else alike.push(block)
  }
  children.forEach((child, index) => {
    const block = wantedByKey.get(JSON.stringify(now.child(index).toJSON()))?.pop()
    if (block !== undefined) mapping.set(child, block)
  })
}

/**
 * Adds blocks to a document and touches nothing that is there.
 * @throws ContentError `unknown-heading`
 */
export function insertContent(doc: Y.Doc, node: Node, insert: InsertPlace): void {
  const fragment = doc.getXmlFragment(DOCUMENT_FRAGMENT)
  const scratch = new Y.Doc()
  try {
    const added = prosemirrorToYXmlFragment(node, scratch.getXmlFragment(DOCUMENT_FRAGMENT))
    const blocks = added.toArray().map((block) => block.clone() as Y.XmlElement | Y.XmlText)
    fragment.insert(indexOf(fragment, insert), blocks)
  } finally {
    scratch.destroy()
  }
}

function indexOf(fragment: Y.XmlFragment, insert: InsertPlace): number {
  switch (insert.place) {
    case 'start':
      return 0
    case 'end':
      return fragment.length
    case 'after-heading': {
      const heading = insert.heading.trim()
      const at = fragment.toArray().findIndex((block) => textOfHeading(block)?.trim() === heading)
      if (at >= 0) return at + 1
      throw new ContentError('unknown-heading', `The page has no heading "${heading}".`)
    }
  }
}

function textOfHeading(block: unknown): string | null {
  if (!(block instanceof Y.XmlElement) || block.nodeName !== 'heading') return null
  return block
    .toArray()
    .map((child) =>
      child instanceof Y.XmlText
        ? child
            .toDelta()
            .map(({ insert }: { insert: unknown }) => (typeof insert === 'string' ? insert : ''))
            .join('')
        : ' ',
    )
    .join('')
}
