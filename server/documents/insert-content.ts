import type { Node } from '@tiptap/pm/model'
import * as Y from 'yjs'
import { ContentError } from '../../shared/document/content-error.ts'
import { DOCUMENT_FRAGMENT } from '../../shared/document/fragment.ts'
import { insertBlocks } from './replace-content.ts'

/** Where new content goes among the blocks of a page. */
export type InsertPlace =
  | { readonly place: 'start' }
  | { readonly place: 'end' }
  /** Right behind the first top-level heading with this text. */
  | { readonly place: 'after-heading'; readonly heading: string }

/**
 * Adds blocks to a document and touches nothing that is there.
 * @throws ContentError `unknown-heading`
 */
export function insertContent(doc: Y.Doc, node: Node, insert: InsertPlace): void {
  const fragment = doc.getXmlFragment(DOCUMENT_FRAGMENT)
  insertBlocks(fragment, indexOf(fragment, insert), node.children)
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
