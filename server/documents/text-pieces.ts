import * as Y from 'yjs'
import { describeMention, MENTION_NODE } from '../../shared/document/describe-mention.ts'
import { DOCUMENT_FRAGMENT } from '../../shared/document/fragment.ts'
import { schema } from './content.ts'

/** A piece of a page's plain text and where in Yjs it comes from; null for what only separates blocks. */
export interface TextPiece {
  readonly text: string
  readonly id: { readonly client: number; readonly clock: number } | null
}

/** The plain text of a page, piece by piece: together they are exactly what `toText` answers. */
export function readTextPieces(doc: Y.Doc): TextPiece[] {
  const pieces: TextPiece[] = []
  let isFirst = true
  const visit = (node: unknown): void => {
    if (!(node instanceof Y.XmlFragment)) return
    if (!(node instanceof Y.XmlElement) || !isTextblock(node)) {
      for (const child of node.toArray()) visit(child)
      return
    }
    if (!isFirst) pieces.push({ text: '\n', id: null })
    isFirst = false
    addInline(node, pieces)
  }
  visit(doc.getXmlFragment(DOCUMENT_FRAGMENT))
  return pieces
}

function isTextblock(element: Y.XmlElement): boolean {
  const known = schema.nodes[element.nodeName]
  return (
    known?.isTextblock ?? element.toArray().some((child) => child instanceof Y.XmlText && child.length > 0)
  )
}

function addInline(element: Y.XmlElement, pieces: TextPiece[]): void {
  for (const child of element.toArray()) {
    if (child instanceof Y.XmlText) addText(child, pieces)
    else if (child instanceof Y.XmlElement && child.nodeName === 'hardBreak')
      pieces.push({ text: '\n', id: child._item?.id ?? null })
    else if (child instanceof Y.XmlElement && child.nodeName === MENTION_NODE)
      pieces.push({ text: describeMention(child.getAttributes()), id: child._item?.id ?? null })
    else if (child instanceof Y.XmlElement) addInline(child, pieces)
  }
}

function addText(text: Y.XmlText, pieces: TextPiece[]): void {
  for (let item = text._start; item !== null; item = item.right)
    if (!item.deleted && item.content instanceof Y.ContentString)
      pieces.push({ text: item.content.str, id: item.id })
}
