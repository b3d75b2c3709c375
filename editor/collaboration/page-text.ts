import * as Y from 'yjs'
import { describeMention, MENTION_NODE } from '../../shared/document/describe-mention.ts'
import { DOCUMENT_FRAGMENT } from '../../shared/document/fragment.ts'

/** A page's text without its formatting, one line a block: what is handed over when a page cannot be saved. */
export function readPageText(doc: Y.Doc): string {
  return readBlocks(doc.getXmlFragment(DOCUMENT_FRAGMENT).toArray()).join('\n').trim()
}

function readBlocks(nodes: unknown[]): string[] {
  return nodes.flatMap((node) => {
    if (node instanceof Y.XmlText) return [readInline([node])]
    if (!(node instanceof Y.XmlElement)) return []
    const children: unknown[] = node.toArray()
    const isTextblock = children.length === 0 || children.some((child) => child instanceof Y.XmlText)
    return isTextblock ? [readInline(children)] : readBlocks(children)
  })
}

function readInline(nodes: unknown[]): string {
  return nodes
    .map((node) => {
      if (node instanceof Y.XmlText) {
        const delta = node.toDelta() as { insert: unknown }[]
        return delta.map(({ insert }) => (typeof insert === 'string' ? insert : '')).join('')
      }
      if (!(node instanceof Y.XmlElement)) return ''
      if (node.nodeName === MENTION_NODE) return describeMention(node.getAttributes())
      return node.nodeName === 'hardBreak' ? '\n' : ''
    })
    .join('')
}
